//! Marks for the learner's own files: sums, shards, interruptions, and what is examined again.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Ran, run};
use crate::toys::Toys;

/// 1, 2 and 4 points, so that each sum tells which exercises pass.
pub const COURSE: &str = "\
name = \"Toys for all\"

[[chapter]]
name = \"01_toys\"
due = 2026-12-04T23:59:00+01:00

[[exercise]]
name = \"beta\"
points = 2

[[exercise]]
name = \"gamma\"
points = 4
";

/// The toys with [`COURSE`], in which the exercises are as `sources` say.
pub fn toys(sources: [&str; 3]) -> Toys {
    let toys = Toys::new();
    fs::write(toys.root.join("course.toml"), COURSE).unwrap();
    for (name, source) in ["alpha", "beta", "gamma"].iter().zip(sources) {
        toys.save(name, source);
    }
    toys
}

pub fn grade(toys: &Toys, arguments: &[&str]) -> Ran {
    let given = ["grade", "--submitted", "2026-12-01T12:00:00Z"];
    run(&mut toys.checker(&[&given[..], arguments].concat()))
}

/// Whole lines only.
pub fn lines(text: &str) -> Vec<Value> {
    text.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

fn sum(sources: [&str; 3]) -> (Option<i32>, String) {
    let ran = grade(&toys(sources), &[]);
    let all = ran.stdout.lines().find(|line| line.starts_with("all ")).unwrap_or_else(|| panic!("{}", ran.stderr));
    (ran.code, all.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn the_points_are_exactly_those_of_the_exercises_that_pass() {
    assert_eq!(sum(["right", "right", "right"]), (Some(0), "all 7 of 7 points 3 of 3 passed".to_owned()));
    assert_eq!(sum(["wrong", "wrong", "deadlock"]), (Some(1), "all 0 of 7 points 0 of 3 passed".to_owned()));
    assert_eq!(sum(["right", "wrong", "right"]), (Some(1), "all 5 of 7 points 2 of 3 passed".to_owned()));
    assert_eq!(sum(["error", "right", "wrong"]), (Some(1), "all 2 of 7 points 1 of 3 passed".to_owned()));
}

#[test]
fn what_was_examined_is_not_examined_again_until_it_changes() {
    let toys = toys(["right", "wrong", "right"]);
    grade(&toys, &[]).expect(1);
    let first = toys.calls();
    assert_eq!(first, ["real alpha", "real beta", "real gamma", "explore gamma"]);
    let card = grade(&toys, &[]).expect(1).stdout;
    assert_eq!(toys.calls(), first, "nothing is compiled");
    assert!(card.contains("5 of 7 points"), "{card}");
    toys.save("beta", "right");
    grade(&toys, &[]).expect(0);
    assert_eq!(toys.calls()[4..], ["real beta"]);
    fs::write(toys.root.join("exercises/01_toys/alpha/tests/more.rs"), "// another test").unwrap();
    grade(&toys, &[]).expect(0);
    assert_eq!(toys.calls()[5..], ["real alpha"]);
    grade(&toys, &["beta", "--fresh"]).expect(0);
    assert_eq!(toys.calls()[6..], ["real beta"]);
    assert_eq!(fs::read_to_string(toys.root.join(".checker/progress.json")).unwrap().matches("solved").count(), 0);
}

/// The table, in which nothing depends on time.
fn table(toys: &Toys, files: &[&str]) -> String {
    let merged = grade_merge(toys, files, &["--format", "csv"]);
    assert!(merged.code.is_some_and(|code| code < 2), "{}", merged.stderr);
    merged.stdout
}

pub fn grade_merge(toys: &Toys, files: &[&str], rest: &[&str]) -> Ran {
    run(&mut toys.checker(&[&["grade", "merge"], files, rest].concat()))
}

#[test]
fn shards_make_the_same_table_as_one_machine_and_what_is_missing_is_named() {
    let toys = toys(["right", "wrong", "right"]);
    grade(&toys, &["--format", "json", "--output", "all.json"]).expect(1);
    let shards = ["1/4", "2/4", "3/4", "4/4"];
    let files = ["1.json", "2.json", "3.json", "4.json"];
    for (shard, file) in shards.iter().zip(files) {
        let code = grade(&toys, &["--fresh", "--shard", shard, "--format", "json", "--output", file]).code;
        assert_eq!(code, Some(i32::from(*shard == "2/4")), "the wrong answer is in one shard only");
    }
    let head = "student,points,of,passed,exercises,late,late_points,notes,01_toys/alpha,01_toys/beta,01_toys/gamma";
    assert_eq!(table(&toys, &["all.json"]), format!("{head}\r\n,5,7,2,3,0,0,,1,0,4\r\n"));
    assert_eq!(table(&toys, &files), table(&toys, &["all.json"]));
    let missing = grade_merge(&toys, &["1.json", "4.json"], &[]).expect(2).stderr;
    assert!(missing.contains("2/4, 3/4 missing") && missing.contains("grade --shard 2/4"), "{missing}");
    let twice = grade_merge(&toys, &["1.json", "1.json"], &[]).expect(2).stderr;
    assert!(twice.contains("1.json and 1.json are the same shard, 1/4"), "{twice}");
    fs::write(toys.root.join("course.toml"), COURSE.replace("points = 4", "points = 5")).unwrap();
    grade(&toys, &["--shard", "2/4", "--format", "json", "--output", "2.json"]).expect(1);
    let other = grade_merge(&toys, &files, &[]).expect(2).stderr;
    assert!(other.contains("2.json is about another version of the course than 1.json"), "{other}");
}

/// Waits until the report at `file` has `rows` rows.
pub fn wait_for_rows(file: &Path, rows: usize) {
    let give_up = Instant::now() + Duration::from_secs(60);
    loop {
        let text = fs::read_to_string(file).unwrap_or_default();
        if text.matches("\"event\":\"exercise\"").count() >= rows {
            return;
        }
        assert!(Instant::now() < give_up, "{text}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub fn start(toys: &Toys, arguments: &[&str]) -> Child {
    let given = ["grade", "--submitted", "2026-12-01T12:00:00Z"];
    let mut command = toys.checker(&[&given[..], arguments].concat());
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn after_a_kill_the_report_is_valid_and_grading_goes_on_to_the_same_table() {
    let whole = toys(["right", "wrong", "slow 5"]);
    grade(&whole, &["--format", "json", "--output", "marks.json"]).expect(1);

    let killed = toys(["right", "wrong", "slow 5"]);
    let file = killed.root.join("marks.json");
    let mut child = start(&killed, &["--format", "json", "--output", "marks.json"]);
    wait_for_rows(&file, 2);
    child.kill().unwrap();
    child.wait().unwrap();
    let partial = lines(&fs::read_to_string(&file).unwrap());
    let events: Vec<&Value> = partial.iter().map(|line| &line["event"]).collect();
    assert_eq!(events, ["start", "exercise", "exercise"]);
    let said = grade_merge(&killed, &["marks.json"], &[]).expect(1).stdout;
    assert!(said.contains("this report is not complete: it was killed while it ran"), "{said}");

    let before = killed.calls().len();
    grade(&killed, &["--format", "json", "--output", "marks.json"]).expect(1);
    assert!(killed.calls()[before..].iter().all(|call| call.ends_with("gamma")), "{:?}", killed.calls());
    assert_eq!(table(&killed, &["marks.json"]), table(&whole, &["marks.json"]));
}

#[test]
fn after_ctrl_c_each_format_says_that_it_is_not_complete() {
    for (format, sign) in [
        ("json", "\"aborted\":true,\"why\":\"it was interrupted\""),
        ("junit", "<error type=\"aborted\" message=\"it was interrupted\"/>"),
    ] {
        let toys = toys(["right", "wrong", "slow 60"]);
        let mut child = start(&toys, &["--format", format, "--output", "marks"]);
        let give_up = Instant::now() + Duration::from_secs(60);
        while !toys.calls().iter().any(|call| call == "explore gamma") {
            assert!(Instant::now() < give_up, "{:?}", toys.calls());
            std::thread::sleep(Duration::from_millis(20));
        }
        let pid = rustix::process::Pid::from_raw(child.id().try_into().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130));
        let report = fs::read_to_string(toys.root.join("marks")).unwrap();
        assert!(report.contains(sign) && report.contains("alpha"), "{report}");
    }
}

/// Would catch: a full disk that costs somebody their points.
#[test]
fn trouble_of_the_machine_is_no_mark_and_ends_with_code_2() {
    let toys = toys(["right", "cargo-says", "right"]);
    toys.cargo_says("", "error: failed to write `/t/abba.d`\n\nCaused by:\n  No space left on device (os error 28)\n");
    let ran = grade(&toys, &["--format", "json", "--output", "marks.json"]).expect(2);
    assert!(ran.stderr.contains("the disk is full") && ran.stderr.contains(" help: "), "{}", ran.stderr);
    let report = lines(&fs::read_to_string(toys.root.join("marks.json")).unwrap());
    let graded: Vec<&Value> =
        report.iter().filter(|line| line["event"] == "exercise").map(|line| &line["exercise"]).collect();
    assert_eq!(graded, ["alpha"]);
    let end = report.last().unwrap();
    assert_eq!((&end["event"], &end["aborted"]), (&"end".into(), &true.into()));
    assert!(end["why"].as_str().unwrap().contains("the disk is full"), "{end}");
}

#[test]
fn help_and_lateness_are_on_the_card() {
    let toys = toys(["right", "wrong", "right"]);
    toys.progress(
        r#"{"schema":1,"exercises":{"alpha":{"hints_seen":2},"gamma":{"peeked":true,"solved":true,"hints_seen":1}}}"#,
    );
    let card = run(&mut toys.checker(&["grade", "--submitted", "2026-12-04T23:00:00Z"])).expect(1).stdout;
    for expected in [
        "Toys for all\n",
        "hints                       3 shown, of 2 exercises\n",
        "solutions looked at before  gamma\n",
        "late                        alpha, beta, gamma (5 points)\n",
        "  01_toys/beta · failing test: ",
    ] {
        assert!(card.contains(expected), "{expected}\n{card}");
    }
    // The deadline is at 22:59 UTC.
    let in_time = run(&mut toys.checker(&["grade", "--submitted", "2026-12-04T22:59:00Z"])).expect(1).stdout;
    assert!(!in_time.contains("late "), "{in_time}");
}
