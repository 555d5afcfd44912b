//! The stepper through a real terminal: the user is the scheduler and drives the program into a deadlock.

use std::path::Path;

use crate::support::Course;
use crate::terminal::Terminal;

/// Presses `key` until the screen shows `words`: a choice may have to be repeated.
fn press_until(terminal: &mut Terminal, key: &str, words: &str) -> String {
    for _ in 0..12 {
        let before = terminal.screen();
        if before.contains(words) {
            return before;
        }
        terminal.press(key);
        terminal.wait_until("the screen changes", |screen| screen != before);
    }
    panic!("{key} never leads to {words}\n{}", terminal.screen());
}

/// Would catch: a choice that is not run, a picture of another interleaving than the chosen one, or a terminal that is
/// not restored.
#[test]
fn some_choices_lead_to_the_deadlock_and_others_avoid_it() {
    let course = Course::to_build();
    course.run(&["run", "abba"]).expect(1);
    let mut terminal = Terminal::open_in(&course.root, &["replay", "abba", "--step"], (100, 30), |command| {
        command.env("TMPDIR", env!("CARGO_TARGET_TMPDIR"));
        // `Course::run` has already built the kit there.
        command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("course-target"));
    });
    terminal.wait_for("can go on");
    terminal.wait_for("some interleavings from here pass and some fail");
    // The scope's threads are tasks 2 and 3; main starts the second one. Each takes its first lock, then asks for the
    // other's.
    press_until(&mut terminal, "2", "holds `left`");
    press_until(&mut terminal, "1", "3  thread 2");
    let screen = press_until(&mut terminal, "3", "holds `right`");
    assert!(screen.contains("every interleaving from here fails"), "{screen}");
    press_until(&mut terminal, "2", "waits for `right`, held by thread 2");
    press_until(&mut terminal, "3", "waits for `left`, held by thread 1");
    // Main waits for both.
    let screen = press_until(&mut terminal, "1", "deadlock: ");
    assert!(screen.contains("▸"), "the lines where the threads stand are marked\n{screen}");
    // Back to the first choice. One thread after the other: no deadlock.
    terminal.press("\x1b[H");
    terminal.wait_for("just now: main starts thread 1");
    press_until(&mut terminal, " ", "2  thread 1");
    let screen = press_until(&mut terminal, "2", "thread 1  ended");
    assert!(screen.contains("every interleaving from here passes"), "{screen}");
    let screen = press_until(&mut terminal, " ", "the test passed in this interleaving");
    assert!(!screen.contains("deadlock: "), "{screen}");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 1, "the exercise still fails");
}

/// Would catch: a replay that is called interleaving 1, whichever the check found.
#[test]
fn a_replay_has_the_number_under_which_the_check_found_it() {
    let course = Course::to_build();
    let title = |said: String| said.lines().find(|line| line.contains(" · interleaving ")).map(str::to_owned).unwrap();
    let found = title(course.run(&["run", "abba"]).expect(1).stdout);
    assert!(!found.ends_with(" 1"), "{found}: not a good example");
    assert_eq!(title(course.run(&["replay", "abba"]).expect(1).stdout), found);
    let unknown = course.run(&["replay", "abba", "--test", "nothing"]).expect(2).stderr;
    assert!(unknown.contains("no explored interleaving of `nothing` failed in the last check"), "{unknown}");
}

/// Would catch: an interleaving that is missing from the map, or a deadlock that it does not show.
#[test]
fn the_map_has_every_interleaving_and_says_where_the_deadlock_is_decided() {
    let course = Course::to_build();
    let map = course.run(&["replay", "abba", "--map"]).expect(1).stdout;
    assert!(map.contains(" pass, 1 ends in a deadlock"), "{map}");
    let lost = map.lines().find(|line| line.ends_with("✗ deadlock")).unwrap_or_else(|| panic!("no deadlock: {map}"));
    assert!(lost.contains("locks `left`") || lost.contains("locks `right`"), "{lost}");
    std::fs::copy(course.root.join("solutions/01_verdicts/20_abba/src/lib.rs"), course.source("20_abba")).unwrap();
    let map = course.run(&["replay", "abba", "--map"]).expect(0).stdout;
    assert!(map.contains("4 interleavings: all pass") && !map.contains("✗"), "{map}");
    let missing = course.run(&["replay", "abba", "--map", "--test", "nothing"]).expect(2).stderr;
    assert!(missing.contains("there is no test `nothing`"), "{missing}");
}
