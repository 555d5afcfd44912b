//! `result.json` for Classroom 50, in its format `classroom50/result/v1`.
//!
//! Who is graded is in the environment that Classroom 50 sets, and it compares that with the repository.

use anyhow::Result;
use serde_json::{Value, json};

use crate::error::UserError;
use crate::grade::report::{Report, Totals};

/// The fields of the result, and the variables that they come from.
const IDENTITY: [(&str, &str); 6] = [
    ("classroom", "CLASSROOM"),
    ("assignment", "ASSIGNMENT"),
    ("submission", "SUBMISSION_TAG"),
    ("commit", "COMMIT_URL"),
    ("release", "RELEASE_URL"),
    ("review", "REVIEW_URL"),
];

/// Whose result it is, as fields.
pub fn identity(variable: &dyn Fn(&str) -> Option<String>) -> Result<Vec<(&'static str, String)>> {
    let value = |(field, name): (&'static str, &str)| match variable(name) {
        Some(value) if !value.is_empty() => Ok((field, value)),
        _ => {
            let help = "run this in the workflow of Classroom 50, which sets it, or set it yourself";
            Err(UserError::new(format!("the variable {name} is not set"), help).into())
        }
    };
    IDENTITY.into_iter().map(value).collect()
}

/// The document. Scores are whole numbers.
pub fn result(report: &Report, identity: &[(&'static str, String)]) -> serde_json::Result<String> {
    let totals = Totals::of(&report.rows);
    let tests = report.rows.iter().map(|row| {
        json!({
            "test-name": row.path,
            "passed": row.passed(),
            "score": row.points,
            "max-score": row.of,
            "reason": row.examined.word(),
            "message": row.examined.headline,
            "late": row.late,
        })
    });
    let mut document = json!({
        "schema": "classroom50/result/v1",
        "datetime": report.start.started,
        "score": totals.points,
        "max-score": totals.of,
        "tests": tests.collect::<Vec<Value>>(),
    });
    for (field, value) in identity {
        document[*field] = json!(value);
    }
    if let Some(why) = report.incomplete() {
        document["aborted"] = json!(why);
    }
    Ok(format!("{document:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::report::example;
    use crate::verdict::Kind;

    #[test]
    fn the_result_names_whom_the_environment_names() {
        let rows = vec![
            example::row(None, "02_mutex/03_abba", None, 2),
            example::row(None, "02_mutex/04_poison", Some(Kind::Deadlock), 3),
        ];
        let variable = |name: &str| Some(format!("the {name}"));
        let result = result(&example::report(rows), &identity(&variable).unwrap()).unwrap();
        let result: Value = serde_json::from_str(&result).unwrap();
        assert_eq!(
            (&result["schema"], &result["score"], &result["max-score"]),
            (&json!("classroom50/result/v1"), &json!(2), &json!(5))
        );
        assert_eq!((&result["assignment"], &result["commit"]), (&json!("the ASSIGNMENT"), &json!("the COMMIT_URL")));
        assert_eq!(result["tests"][1]["test-name"], "02_mutex/04_poison");
        assert_eq!((&result["tests"][1]["passed"], &result["tests"][1]["reason"]), (&json!(false), &json!("deadlock")));
        let without = |name: &str| (name != "ASSIGNMENT").then(|| "x".to_owned());
        assert_eq!(identity(&without).unwrap_err().to_string(), "the variable ASSIGNMENT is not set");
    }
}
