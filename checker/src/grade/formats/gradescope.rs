//! `results.json` for Gradescope.

use serde_json::{Value, json};

use crate::grade::report::{Report, Row, Totals};

/// The document.
pub fn results(report: &Report) -> serde_json::Result<String> {
    let tests: Vec<Value> = report.rows.iter().map(test).collect();
    let document = json!({
        "score": Totals::of(&report.rows).points,
        "execution_time": report.end.as_ref().map_or(0, |end| end.ms.div_ceil(1000)),
        "output": report.incomplete().map_or_else(String::new, |why| format!("This report is not complete: {why}.")),
        "stdout_visibility": "hidden",
        "tests": tests,
    });
    Ok(format!("{document:#}\n"))
}

fn test(row: &Row) -> Value {
    json!({
        "name": row.path,
        "score": row.points,
        "max_score": row.of,
        "status": if row.passed() { "passed" } else { "failed" },
        "output": format!("{}: {}", row.examined.word(), row.examined.headline),
        "output_format": "text",
        "visibility": "visible",
        "extra_data": { "late": row.late },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::report::example;
    use crate::verdict::Kind;

    #[test]
    fn the_score_is_the_sum_of_the_tests() {
        let rows = vec![
            example::row(None, "02_mutex/03_abba", None, 2),
            example::row(None, "02_mutex/04_poison", Some(Kind::Deadlock), 3),
        ];
        let results: Value = serde_json::from_str(&results(&example::report(rows)).unwrap()).unwrap();
        let tests = results["tests"].as_array().unwrap();
        let sum: u64 = tests.iter().map(|test| test["score"].as_u64().unwrap()).sum();
        assert_eq!((results["score"].as_u64(), sum, &results["execution_time"]), (Some(2), 2, &json!(2)));
        assert_eq!((&tests[1]["status"], &tests[1]["output"]), (&json!("failed"), &json!("deadlock: it is so")));
    }
}
