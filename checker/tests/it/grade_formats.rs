//! Each format, made from real answers: a pass, a failing test, a deadlock, code that does not compile.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::grade_marks::lines;
use crate::support::{Course, run};

/// The fixture course with four of its exercises, worth 1, 2, 4 and 8 points.
fn course() -> Course {
    let course = Course::to_build();
    let exercises = ["passes", "does_not_compile", "fails", "abba"].iter().zip([1, 2, 4, 8]);
    let tables: String =
        exercises.map(|(name, points)| format!("\n[[exercise]]\nname = \"{name}\"\npoints = {points}\n")).collect();
    fs::write(course.root.join("course.toml"), format!("name = \"Fixture & <co>\"\n{tables}")).unwrap();
    course
}

fn schema() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/grade.schema.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// What `value` violates of `schema`, a part of `root`. Knows the words that the schema uses, and no others.
fn violation(root: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let fault = |what: String| Some(format!("{at}: {what}: {value}"));
    for (word, rule) in schema.as_object().unwrap() {
        let found = match word.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" => None,
            "$ref" => violation(root, root.pointer(&rule.as_str().unwrap()[1..]).unwrap(), value, at),
            "const" if value != rule => fault(format!("is not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => fault(format!("is none of {rule}")),
            "type" if !is_of(rule, value) => fault(format!("is no {rule}")),
            "minimum" if value.as_i64() < rule.as_i64() => fault(format!("is less than {rule}")),
            "maximum" if value.as_i64() > rule.as_i64() => fault(format!("is more than {rule}")),
            "pattern" if !is_moment(value.as_str().unwrap_or_default()) => fault("is no moment".to_owned()),
            "required" => rule
                .as_array()
                .unwrap()
                .iter()
                .find(|name| value.get(name.as_str().unwrap()).is_none())
                .and_then(|name| fault(format!("lacks {name}"))),
            "properties" => rule
                .as_object()
                .unwrap()
                .iter()
                .find_map(|(name, rule)| violation(root, rule, value.get(name)?, &format!("{at}/{name}"))),
            "items" => {
                value.as_array().unwrap().iter().find_map(|item| violation(root, rule, item, &format!("{at}/*")))
            }
            "oneOf" => {
                let all: Vec<_> = rule.as_array().unwrap().iter().map(|one| violation(root, one, value, at)).collect();
                let fits = all.iter().filter(|violation| violation.is_none()).count();
                if fits == 1 { None } else { fault(format!("fits {fits} of {all:?}")) }
            }
            "const" | "enum" | "type" | "minimum" | "maximum" | "pattern" => None,
            unknown => panic!("the schema uses `{unknown}`, which this test does not know"),
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

fn is_of(types: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other}"),
    };
    types.as_array().map_or_else(|| is(types), |types| types.iter().any(is))
}

fn is_moment(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    ["0000-00-00T00:00:00Z", "0000-00-00T00:00:00+00:00", "0000-00-00T00:00:00-00:00"].contains(&shape.as_str())
}

/// The names of all fields that occur in `value`, such as `tests/*/name`.
fn fields(value: &Value, at: &str, all: &mut Vec<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(name, value)| {
            all.push(format!("{at}/{name}"));
            fields(value, &format!("{at}/{name}"), all);
        }),
        Value::Array(items) => items.iter().for_each(|item| fields(item, &format!("{at}/*"), all)),
        _ => {}
    }
}

/// Would catch: a field that is renamed, removed, or not documented.
#[test]
fn the_json_is_as_its_schema_says() {
    let course = course();
    let text = course.run(&["grade", "--format", "json"]).expect(1).stdout;
    let (schema, report) = (schema(), lines(&text));
    assert_eq!(report.len(), 6);
    for line in &report {
        assert_eq!(violation(&schema, &schema, line, "line"), None);
        let of_event = &schema["$defs"][line["event"].as_str().unwrap()];
        let mut found = Vec::new();
        fields(line, "", &mut found);
        for field in found.iter().filter(|field| *field != "/v") {
            let mut steps = field[1..].split('/');
            let known = steps.try_fold(of_event, |rule, step| {
                let rule = rule.get("$ref").map_or(rule, |to| schema.pointer(&to.as_str().unwrap()[1..]).unwrap());
                if step == "*" { rule.get("items") } else { rule.get("properties")?.get(step) }
            });
            assert!(known.is_some(), "{field} is not in docs/grade.schema.json");
        }
    }
    let mut wrong = report[1].clone();
    wrong["points"] = json!(-1);
    assert!(violation(&schema, &schema, &wrong, "line").is_some());
    wrong = report[1].clone();
    wrong.as_object_mut().unwrap().remove("late");
    assert!(violation(&schema, &schema, &wrong, "line").is_some());

    let of = |name: &str| report.iter().find(|line| line["exercise"] == name).unwrap();
    assert_eq!((&of("abba")["status"], &of("abba")["reason"]), (&json!("failed"), &json!("deadlock")));
    assert!(of("abba")["tests"][0]["interleavings"].is_u64());
    assert_eq!((&of("passes")["status"], &of("passes")["points"]), (&json!("passed"), &json!(1)));
    let errors = of("does_not_compile")["errors"].to_string();
    assert!(errors.contains("E0382") && !errors.contains("\\u001b"), "{errors}");
    assert_eq!((&report[5]["points"], &report[5]["of"], &report[5]["aborted"]), (&json!(1), &json!(15), &json!(false)));

    // With the solution, there are eight points more.
    let solution = course.root.join("solutions/01_verdicts/20_abba/src/lib.rs");
    fs::copy(solution, course.source("20_abba")).unwrap();
    let card = course.run(&["grade"]).expect(1).stdout;
    assert!(card.starts_with("Fixture & <co>\n") && card.contains("9 of 15 points"), "{card}");
    assert!(card.contains("explored                    1 proven, 1 on real threads only\n"), "{card}");
    formats(&course);
}

/// The other formats, of verdicts that are known by now.
fn formats(course: &Course) {
    let junit = course.run(&["grade", "--format", "junit"]).expect(1).stdout;
    for expected in [
        "<testsuites name=\"Fixture &amp; &lt;co&gt;\" tests=\"7\" failures=\"1\" errors=\"1\"",
        "classname=\"01_verdicts.02_does_not_compile\" name=\"build\"",
        "<error type=\"does not compile\" message=\"use of moved value: `text` (lib.rs:2)\">",
        "<failure type=\"failing test\"",
        "<system-out>thinking\n</system-out>",
    ] {
        assert!(junit.contains(expected), "{expected}\n{junit}");
    }

    let summary = course.root.join("summary.md");
    fs::write(&summary, "").unwrap();
    let log = run(course.checker(&["grade", "--format", "github"]).env("GITHUB_STEP_SUMMARY", &summary)).expect(1);
    let file = "exercises/01_verdicts/02_does_not_compile/src/lib.rs";
    assert!(log.stdout.contains(&format!("::error file={file},line=2,title=does_not_compile%3A does not compile::")));
    assert!(log.stdout.contains("9 of 15 points, 2 of 4 passed\n"), "{}", log.stdout);
    let summary = fs::read_to_string(summary).unwrap();
    assert!(
        summary.contains("## Fixture &amp; &lt;co&gt;\n") && summary.contains("| abba | 8 of 8 | passed: "),
        "{summary}"
    );

    let exercism = course.run(&["grade", "fails", "--format", "exercism"]).expect(0).json();
    assert_eq!((&exercism["version"], &exercism["status"]), (&json!(3), &json!("fail")));
    let failing = &exercism["tests"][1];
    assert_eq!((&failing["name"], &failing["output"]), (&json!("the answer is right"), &json!("thinking\n")));
    assert!(failing["test_code"].as_str().unwrap().contains("fn the_answer_is_right() {"), "{failing:#}");
    let broken = course.run(&["grade", "does_not_compile", "--format", "exercism"]).expect(0).json();
    assert_eq!((&broken["status"], &broken["tests"]), (&json!("error"), &json!([])));

    let without = course.run(&["grade", "--format", "classroom50"]).expect(2).stderr;
    assert!(without.contains("error: the variable CLASSROOM is not set\n help: "), "{without}");
    let mut command = course.checker(&["grade", "--format", "classroom50", "--output", "result.json"]);
    for name in ["CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL"] {
        command.env(name, format!("the {name}"));
    }
    run(&mut command).expect(0);
    let result: Value = serde_json::from_slice(&fs::read(course.root.join("result.json")).unwrap()).unwrap();
    assert_eq!(
        (&result["score"], &result["max-score"], &result["assignment"]),
        (&json!(9), &json!(15), &json!("the ASSIGNMENT"))
    );
    for output in ["nowhere/marks", "exercises"] {
        let said = course.run(&["grade", "--output", output]).expect(2).stderr;
        assert!(said.contains(&format!("error: {output} cannot be written: ")) && said.contains(" help: "), "{said}");
    }
}
