//! What happens to the course while it is watched: other exercises are saved, tests are changed, exercises come and go.

use std::fs;

use crate::terminal::Terminal;
use crate::toys::Toys;

const SIZE: (u16, u16) = (80, 24);

fn progress(toys: &Toys) -> String {
    fs::read_to_string(toys.root.join(".checker/progress.json")).unwrap_or_default()
}

#[track_caller]
fn quit(mut terminal: Terminal) {
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn the_watch_begins_with_the_exercise_that_was_named() {
    let toys = Toys::new();
    let mut terminal = Terminal::open(&toys, &["watch", "beta"], SIZE);
    terminal.wait_for("beta · The toy beta");
    terminal.wait_until("it is the current one", |_| progress(&toys).contains("\"current\": \"beta\""));
    quit(terminal);
    let output = toys.checker(&["watch", "betta"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("there is no exercise `betta`") && said.contains("did you mean `beta`?"), "{said}");
}

/// Would catch: a learner who works on another exercise and waits for a verdict in vain.
#[test]
fn a_save_of_another_exercise_is_noticed_and_leads_there() {
    let toys = Toys::new();
    for poll in [&["watch"][..], &["watch", "--poll"]] {
        toys.progress(r#"{"schema":1,"current":"alpha","exercises":{"alpha":{"attempts":1},"beta":{"attempts":1}}}"#);
        toys.save("beta", "wrong");
        let mut terminal = Terminal::open(&toys, poll, SIZE);
        terminal.wait_for("FAILING TEST ·");
        toys.save("beta", "right");
        terminal.wait_for("you saved `beta`: go to that exercise? y");
        terminal.press("y");
        terminal.wait_for("beta · The toy beta");
        terminal.wait_for("PASSED ·");
        toys.save("beta", "wrong");
        terminal.wait_for("FAILING TEST ·");
        quit(terminal);
    }
}

/// The hash of a file of the course, as it is stored beside the solution.
fn hash(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("{hash:016x}")
}

/// Would catch: changed tests that are named only when the exercise passes.
#[test]
fn a_changed_test_is_named_at_once_with_the_command_that_restores_it() {
    let toys = Toys::new();
    let (dir, original) = (toys.root.join("exercises/01_toys/alpha"), "the course's\n");
    fs::write(dir.join("tests/alpha.rs"), original).unwrap();
    let originals = format!("\"tests/alpha.rs\" = \"{}\"\n", hash(original));
    fs::write(toys.root.join("solutions/01_toys/alpha/originals.toml"), originals).unwrap();
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("FAILING TEST ·");
    assert!(!terminal.screen().contains("tests/alpha.rs"));
    fs::write(dir.join("tests/alpha.rs"), "mine\n").unwrap();
    terminal.wait_for("tests/alpha.rs changed: cargo checker reset alpha --tests");
    terminal.wait_for("tests/alpha.rs differs from the course's, so a pass does not count");
    fs::write(dir.join("tests/alpha.rs"), original).unwrap();
    terminal.wait_until("it is forgotten", |screen| !screen.contains("tests/alpha.rs"));
    fs::remove_file(dir.join("tests/alpha.rs")).unwrap();
    terminal.wait_for("tests/alpha.rs changed");
    quit(terminal);
}

/// Would catch: a course that is read once, so that the list lacks what git has brought.
#[test]
fn exercises_that_come_and_go_are_noticed_and_the_learner_stays() {
    let toys = Toys::new();
    for name in ["alpha", "beta"] {
        fs::write(toys.root.join("exercises/01_toys").join(name).join("Cargo.toml"), "[package]\n").unwrap();
    }
    toys.progress(r#"{"schema":1,"current":"beta","exercises":{"alpha":{"attempts":1},"beta":{"attempts":1}}}"#);
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("FAILING TEST ·");
    let checks = toys.calls().len();
    let metadata = toys.root.join("toys/metadata.json");
    let before = fs::read_to_string(&metadata).unwrap();
    // The watch may ask the toy cargo at any moment, which must not answer with half of a file.
    let answer = |text: String| {
        fs::write(metadata.with_extension("new"), text).unwrap();
        fs::rename(metadata.with_extension("new"), &metadata).unwrap();
    };
    // A renamed exercise: one is gone, and there is a new one.
    answer(before.replace("alpha", "delta"));
    fs::rename(toys.root.join("exercises/01_toys/alpha"), toys.root.join("exercises/01_toys/delta")).unwrap();
    terminal.wait_for("the course has changed: 1 exercise new, 1 removed");
    terminal.press("l");
    terminal.wait_until("the list", |screen| screen.contains("delta") && !screen.contains("alpha"));
    terminal.press("\x1b");
    terminal.wait_for("beta · The toy beta");
    assert_eq!(toys.calls().iter().skip(checks).filter(|call| call.contains("beta")).count(), 0, "no other check");
    fs::write(toys.source("beta"), "// right\n").unwrap();
    terminal.wait_for("PASSED ·");
    answer(before.replace("alpha", "delta").replace("beta", "omega"));
    fs::rename(toys.root.join("exercises/01_toys/beta"), toys.root.join("exercises/01_toys/omega")).unwrap();
    terminal.wait_for("`beta` is no longer part of the course, so this is `delta`");
    terminal.wait_for("delta · The toy delta");
    quit(terminal);
}

#[test]
fn the_next_exercise_opens_by_itself_if_that_was_chosen_once() {
    let toys = Toys::new();
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("FAILING TEST ·");
    terminal.press("A");
    terminal.wait_for("from now on, the next exercise opens by itself");
    terminal.wait_until("it is kept", |_| {
        fs::read_to_string(toys.root.join(".checker/settings.toml")).is_ok_and(|text| text.contains("advance = true"))
    });
    quit(terminal);
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("FAILING TEST ·");
    toys.save("alpha", "right");
    terminal.wait_for("`beta` opens in 8 s; any key, or a save, keeps you here");
    terminal.wait_for("PASSED ·");
    terminal.wait_for("beta · The toy beta");
    toys.save("beta", "right");
    terminal.wait_for("`gamma` opens in 8 s");
    terminal.press("\x1b[B");
    terminal.wait_until("it stays", |screen| !screen.contains("opens in"));
    quit(terminal);
}

/// Would catch: an exploration of minutes that looks as if it had stopped.
#[test]
fn a_long_exploration_says_which_test_it_is_and_how_far() {
    let toys = Toys::new();
    toys.progress(r#"{"schema":1,"current":"gamma","exercises":{"gamma":{"attempts":1}}}"#);
    toys.save("gamma", "exploring 1234");
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("exploring 0 of 1, 1,234 runs so far: it_does_wh");
    terminal.wait_for("PASSED ·");
    quit(terminal);
}

#[test]
fn a_key_shows_the_words_of_the_brief_and_the_lesson() {
    let toys = Toys::new();
    let front = "# Toys\n\n## Words\n\n- **lock**: It keeps others out.\n\n- **left**: Not right.\n\n- **right**: It\n  is right.\n";
    fs::write(toys.root.join("exercises/README.md"), front).unwrap();
    fs::write(toys.root.join("exercises/01_toys/README.md"), "# Toys\n\nSomething is left.\n").unwrap();
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("FAILING TEST ·");
    terminal.press("g");
    let screen = terminal.wait_for("Words of the brief and the lesson");
    let at = |words: &str| screen.find(words).unwrap_or_else(|| panic!("no `{words}`:\n{screen}"));
    assert!(at("right: It is right.") < at("left: Not right."), "the brief comes first:\n{screen}");
    assert!(!screen.contains("keeps others out"), "{screen}");
    quit(terminal);
}
