//! A fixture in, a verdict out.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Course, EXERCISES, is_running, run};
use crate::toys::Toys;

/// The exercises of the fixture course, the verdict that each must get, and a part of its headline.
const EXPECTED: [(&str, &str, &str); EXERCISES] = [
    ("passes", "passed", "passes 2 tests"),
    ("does_not_compile", "compile-error", "use of moved value: `text` (lib.rs:2)"),
    ("lint", "lint", "held across an await point"),
    ("fails", "failing-test", "`the_answer_is_right` fails at fails.rs:8"),
    ("panics_in_src", "panic", "panics at lib.rs:2"),
    ("hangs", "deadlock", "`both_get_on` deadlocks"),
    ("sleeps", "deadlock", "deadlocks"),
    ("loops", "timeout", "does not end"),
    ("prints_forever", "timeout", "does not end"),
    ("exits_zero", "unfinished", "ends before its time"),
    ("leaves_a_child", "passed", "passes 1 test"),
    ("hangs_in_list", "deadlock", "`--list` deadlocks"),
    ("aborts", "crashed", "crashes"),
    ("overflows", "crashed", "crashes"),
    ("no_tests", "no-tests", "no test to run"),
    ("only_ignored", "no-tests", "ignored"),
    ("empty", "compile-error", "answer"),
    ("fills_the_memory", "crashed", "crashes"),
    ("without_the_kit", "unfinished", "ends before its time"),
    ("hangs_in_more_ways", "deadlock", "deadlocks, and 4 other tests fail"),
    ("pretends", "unfinished", "ends before its time, and 2 other tests fail"),
    ("twins", "failing-test", "`the_answer_is_right` fails in interleaving 1"),
    ("abba", "deadlock", "`moving_both_ways_never_deadlocks` deadlocks in interleaving"),
];

/// How long the fixture tests sleep that must be stopped at their limit of 1.5 s. A busy machine may be late, but not
/// by this much.
const FOR_EVER_MS: u64 = 60_000;

/// Would catch: one misbehaviour reported as another or as a pass, a test that is not stopped at its limit, or a
/// process left behind.
#[test]
fn every_misbehaviour_gets_its_verdict_in_time_and_leaves_no_process_behind() {
    let course = Course::to_build();
    let ran = course.run(&["run", "--all", "--json"]).expect(1);
    let document = ran.json();
    assert_eq!((document["schema"].as_u64(), document["passed"].as_u64()), (Some(1), Some(2)));
    let exercises = document["exercises"].as_array().unwrap();
    let verdicts: HashMap<&str, &Value> =
        exercises.iter().map(|verdict| (verdict["exercise"].as_str().unwrap(), verdict)).collect();
    assert_eq!(verdicts.len(), EXPECTED.len());
    for (name, kind, said) in EXPECTED {
        let verdict = verdicts[name];
        assert_eq!(verdict["kind"], kind, "{name}: {verdict:#}");
        assert!(verdict["headline"].as_str().unwrap().contains(said), "{name}: {verdict:#}");
        assert_eq!(verdict["lints_checked"], true);
        for test in verdict["tests"].as_array().unwrap() {
            let took = test["duration_ms"].as_u64().unwrap();
            assert!(took < FOR_EVER_MS / 2, "{name}: {test:#}");
        }
    }
    details(&verdicts);
    assert!(!is_running("sleep 61.3"), "a child of a test lives");
}

/// What the verdicts contain beyond their kind.
fn details(verdicts: &HashMap<&str, &Value>) {
    let test = |name: &str, at: usize| &verdicts[name]["tests"][at];
    let message = |name: &str| test(name, 0)["message"].as_str().unwrap();
    assert!(message("hangs").contains("every thread of the test waits, without a time limit"), "{}", message("hangs"));
    assert!(message("sleeps").contains("not done after 1.5 s"), "{}", message("sleeps"));
    if cfg!(target_os = "linux") {
        let waits = message("hangs");
        assert_eq!(waits.matches("\n  a thread is at lib.rs:14, in its call of `lock`").count(), 2, "{waits}");
        assert!(waits.contains("\n  the test is at lib.rs:18, in its call of `JoinHandle::join`"), "{waits}");
        // Wherever in the loop it was interrupted.
        let loops = message("loops");
        let is_at = |line| loops.contains(&format!("\n  the test is at lib.rs:{line}"));
        assert!((is_at(2) || is_at(3)) && !loops.contains("unknown"), "{loops}");
        assert!(message("sleeps").contains("in its call of `"), "{}", message("sleeps"));
    }
    assert!(message("hangs_in_list").starts_with("while the tests were listed: "));
    assert!(message("overflows").contains("the stack overflowed"), "{}", message("overflows"));
    assert!(message("aborts").contains("SIGABRT"), "{}", message("aborts"));
    assert!(message("fills_the_memory").contains("memory"), "{}", message("fills_the_memory"));
    let plain = message("without_the_kit");
    assert!(plain.contains("reported nothing") && plain.contains("`#[interleave::test]`"), "{plain}");
    assert!(message("exits_zero").contains("std::process::exit"), "{}", message("exits_zero"));

    // In the order of the file, with the output of the learner's code and nothing else.
    assert_eq!(test("fails", 0)["name"], "zero_is_not_the_answer");
    assert_eq!(test("fails", 1)["outcome"], "failing-test");
    assert_eq!(test("fails", 1)["output"]["head"], "thinking\n", "{:#}", test("fails", 1));
    // Its twin in real mode would have slept for an hour.
    assert_eq!((&test("twins", 0)["mode"], &test("twins", 0)["outcome"]), (&"real".into(), &"skipped".into()));
    assert_eq!(message("twins"), "the explored failure decides");
    assert!(test("prints_forever", 0)["output"]["dropped"].as_u64().unwrap() > 1_000_000);

    let outcomes = |name: &str| -> Vec<&Value> {
        verdicts[name]["tests"].as_array().unwrap().iter().map(|test| &test["outcome"]).collect()
    };
    assert_eq!(outcomes("hangs_in_more_ways"), ["deadlock", "deadlock", "deadlock", "deadlock", "deadlock", "passed"]);
    assert_eq!(outcomes("pretends"), ["unfinished", "unfinished", "failing-test"]);

    let error = &verdicts["does_not_compile"]["diagnostics"][0];
    assert_eq!(
        (&error["code"], &error["level"], &error["place"]["line"]),
        (&"E0382".into(), &"error".into(), &2.into())
    );
    assert_eq!(verdicts["lint"]["diagnostics"][0]["code"], "clippy::await_holding_lock");

    let explored = verdicts["abba"]["tests"].as_array().unwrap().iter().find(|test| !test["trace"].is_null()).unwrap();
    assert_eq!((&explored["mode"], &explored["outcome"]), (&"explore".into(), &"deadlock".into()));
    assert!(explored["trace"]["steps"].as_array().unwrap().len() >= 4, "{explored:#}");
}

/// Would catch: a timeline, a headline or a test order that depends on chance.
#[test]
fn the_same_file_and_seed_get_the_same_text_every_time() {
    let course = Course::to_build();
    let first = course.run(&["run", "abba", "--seed", "7"]).expect(1).stdout;
    assert!(first.contains(" · interleaving "), "{first}");
    assert!(!first.contains('\x1b'), "an escape sequence in a pipe: {first:?}");
    let picture = |text: &str| text.split("\n\n").take(2).map(str::to_owned).collect::<Vec<_>>();
    for _ in 0..5 {
        let again = course.run(&["run", "abba", "--seed", "7"]).expect(1).stdout;
        assert_eq!(picture(&again), picture(&first));
        assert_eq!(
            again.lines().find(|line| line.starts_with("deadlock")),
            first.lines().find(|line| line.starts_with("deadlock"))
        );
    }
}

/// Would catch: attempts or a pass that are not recorded, or a current exercise that changes by itself.
#[test]
fn from_the_starter_to_the_solution() {
    let course = Course::to_build();
    let failed = course.run(&["run", "abba"]).expect(1).stdout;
    for (what, place) in [("waits for `right`", "lib.rs:15"), ("waits for `left`", "lib.rs:22")] {
        let row = failed.lines().find(|line| line.contains(what)).unwrap_or_default();
        assert!(row.contains(place), "{what} at {place}\n{failed}");
    }
    assert!(failed.contains("deadlock · abba: `moving_both_ways_never_deadlocks` in interleaving"), "{failed}");

    std::fs::copy(course.root.join("solutions/01_verdicts/20_abba/src/lib.rs"), course.source("20_abba")).unwrap();
    let passed = course.run(&["run"]).expect(0).stdout;
    assert!(passed.contains("passed · abba: 2 tests; proven for all "), "{passed}");
    assert!(passed.contains("compare: cargo checker solution abba"), "{passed}");
    let progress = course.progress();
    assert_eq!(progress["exercises"]["abba"]["attempts"], 2);
    assert_eq!(progress["current"], "abba");
    let solution = course.run(&["solution"]).expect(0).stdout;
    assert!(solution.contains("One order, no cycle.") && solution.contains("are the same"), "{solution}");
}

/// Would catch: an unreadable source file that makes the checker fail, too.
#[test]
fn an_unreadable_source_file_gets_a_verdict() {
    let course = Course::to_build();
    let source = course.source("01_passes");
    let check = |said: &str| {
        let ran = course.run(&["run", "passes"]).expect(1);
        assert!(ran.stdout.contains("does not compile · passes: ") && ran.stdout.contains(said), "{}", ran.stdout);
        assert!(ran.elapsed < Duration::from_secs(20), "{:?}", ran.elapsed);
    };
    std::fs::write(&source, b"pub fn answer() -> u32 { 42 } // \xff\xfe").unwrap();
    check("UTF-8");
    std::fs::write(&source, "// padding\n".repeat(1_000_000)).unwrap();
    check("src/lib.rs is 11 MiB long");
    std::fs::remove_file(&source).unwrap();
    check("src/lib.rs is missing; `cargo checker reset passes`");
    std::fs::create_dir(&source).unwrap();
    check("src/lib.rs is not a file");
}

/// Would catch: a truncated list of tests taken for a complete one, so that a wrong answer passes.
#[test]
fn a_truncated_list_of_tests_is_rejected() {
    let toys = Toys::new();
    toys.save("alpha", "half-listed");
    let ran = run(&mut toys.checker(&["run", "alpha", "--json"])).expect(1);
    let headline = ran.json()["headline"].as_str().unwrap().to_owned();
    assert!(headline.contains("`--list` ends before its time"), "{headline}");
}

/// Would catch: a real test that is stopped because its explored twin failed, although that failure shows nothing.
#[test]
fn real_threads_run_on_unless_the_explored_failure_has_a_picture() {
    let toys = Toys::new();
    let real = |what: &str| {
        toys.save("gamma", what);
        let verdict = run(&mut toys.checker(&["run", "gamma", "--json"])).expect(1).json();
        let real = verdict["tests"].as_array().unwrap().iter().find(|test| test["mode"] == "real").unwrap();
        real["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(real("no-picture"), "failing-test");
    assert_eq!(real("deadlock"), "skipped");
}
