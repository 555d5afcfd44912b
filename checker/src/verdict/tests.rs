//! Which test decides a verdict, and what is shown of it.

use super::*;

fn coded(code: Option<&str>) -> Diagnostic {
    Diagnostic {
        level: Level::Error,
        code: code.map(str::to_owned),
        message: String::new(),
        place: None,
        rendered: String::new(),
    }
}

#[test]
fn a_lint_is_distinguished_from_a_compile_error_by_its_code() {
    for lint in ["clippy::await_holding_lock", "unused_must_use", "E", "Extra", "deprecated"] {
        assert!(coded(Some(lint)).is_lint(), "{lint}");
    }
    for error in [Some("E0382"), Some("E0277"), None] {
        assert!(!coded(error).is_lint(), "{error:?}");
    }
}

/// Would catch: a deadlock without any line, although real threads stood at one.
#[test]
fn without_a_picture_real_mode_is_shown_beside_the_explored_failure() {
    let failed = |mode| example::test("t", mode, Outcome::Failed(Kind::Deadlock));
    let modes = |tests: Vec<TestResult>| {
        let verdict = Verdict { tests, ..example::verdict("abba", Kind::Deadlock) };
        verdict.evidence().map(|test| test.mode).collect::<Vec<_>>()
    };
    assert_eq!(modes(vec![failed(Mode::Real), failed(Mode::Explore)]), [Mode::Explore, Mode::Real]);
    let drawn = TestResult { trace: Some(Trace::default()), ..failed(Mode::Explore) };
    assert_eq!(modes(vec![failed(Mode::Real), drawn]), [Mode::Explore], "the picture says it all");
    let other = example::test("other", Mode::Real, Outcome::Failed(Kind::Deadlock));
    assert_eq!(modes(vec![failed(Mode::Explore), other]), [Mode::Explore], "it is about another test");
}

#[test]
fn an_explored_failure_decides_over_an_earlier_real_one() {
    let mut verdict = example::verdict("abba", Kind::Deadlock);
    verdict.tests = vec![
        example::test("a", Mode::Real, Outcome::Failed(Kind::Timeout)),
        example::test("a", Mode::Explore, Outcome::Passed),
        example::test("b", Mode::Explore, Outcome::Failed(Kind::Deadlock)),
        example::test("c", Mode::Explore, Outcome::Failed(Kind::Panic)),
    ];
    assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("b"));
    verdict.tests.insert(0, example::test("real_only", Mode::Real, Outcome::Failed(Kind::FailingTest)));
    assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("real_only"));
    verdict.tests.remove(0);
    verdict.tests.truncate(2);
    assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("a"));
    verdict.tests.remove(0);
    assert_eq!(verdict.decisive(), None);
}

/// Would catch: "every task waits" and no picture, because a test that cannot be explored comes first.
#[test]
fn of_deadlocks_the_one_with_a_picture_decides() {
    let mut drawn = example::test("drawn", Mode::Explore, Outcome::Failed(Kind::Deadlock));
    drawn.trace = Some(Trace::default());
    let mut verdict = example::verdict("a", Kind::Deadlock);
    verdict.tests = vec![
        example::test("real_only", Mode::Real, Outcome::Failed(Kind::Deadlock)),
        example::test("drawn", Mode::Real, Outcome::Failed(Kind::Deadlock)),
        drawn,
    ];
    assert_eq!(verdict.decisive().and_then(|test| test.trace.as_ref()), Some(&Trace::default()));
    // Another bug is not a picture of this one.
    verdict.tests[0].outcome = Outcome::Failed(Kind::FailingTest);
    assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("real_only"));
    verdict.tests[0].outcome = Outcome::Failed(Kind::Deadlock);
    verdict.tests[2].outcome = Outcome::Failed(Kind::Panic);
    assert_eq!(verdict.decisive().map(|test| test.name.as_str()), Some("real_only"));
}
