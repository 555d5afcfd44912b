//! An update that is killed: the next one finishes it, and nothing is lost.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::support::run;
use crate::worlds::{State, World, assert_same};

/// The exit code of a checker that ends where the test wants it to.
const DEAD: Option<i32> = Some(86);
/// At which of its writes.
const DIES_AT: &str = "CHECKER_DIES_AT";
/// What an interrupted update leaves.
const JOURNAL: &str = ".checker/update/journal.json";

/// A learner with edits of every kind, and a new version.
fn prepared() -> World {
    let world = World::new();
    world.save("01_passes", "// one\n");
    world.git(&["commit", "--quiet", "--all", "-m", "mine"]);
    world.save("04_fails", "// two\n");
    world.save("07_sleeps", "// three\n");
    world.save("18_fills_the_memory", "// four\n");
    world.edit("checker/tool.rs", "// five\n");
    world.release();
    world
}

/// The state, with the files that the commit has instead of its id, which depends on the time.
fn essence(world: &World) -> State {
    State { head: world.git(&["rev-parse", "HEAD^{tree}", "HEAD^1^{tree}", "HEAD^2^{tree}"]), ..world.state() }
}

/// Would catch: any of the learner's texts that is neither in its place nor in the backup.
#[track_caller]
fn nothing_is_lost(world: &World, when: &str) {
    let state = world.state();
    let all: Vec<String> = state.files.into_values().chain(world.backups()).collect();
    for text in ["// one\n", "// two\n", "// three\n", "// four\n", "// five\n"] {
        assert!(all.iter().any(|found| found == text), "{text} is lost, {when}");
    }
}

/// Kills the checker before each of its writes, and once more while the next one finishes its work.
#[test]
fn killed_before_any_write_the_next_update_finishes_it() {
    let start = prepared();
    let whole = start.copy();
    whole.update(&[]).expect(0);
    let expected = essence(&whole);
    nothing_is_lost(&whole, "after a whole update");
    let (mut point, mut unfinished) = (1, 0);
    loop {
        let (world, when) = (start.copy(), format!("killed at write {point}"));
        let ran = run(world.checker(&["update"]).env(DIES_AT, point.to_string()));
        nothing_is_lost(&world, &when);
        if ran.code != DEAD {
            assert_eq!(ran.code, Some(0), "{when}: {}", ran.stderr);
            break;
        }
        // Before the journal is written, only git's own storage changes, so that not every point is tried.
        point += 4;
        if world.learner.join(JOURNAL).exists() {
            point -= 3;
            unfinished += 1;
            let again = run(world.checker(&["update"]).env(DIES_AT, unfinished.to_string()));
            assert!(again.code == DEAD || again.code == Some(0), "{when}: {}", again.stderr);
            nothing_is_lost(&world, &when);
        }
        world.update(&[]).expect(0);
        assert_same(&essence(&world), &expected, &when);
        assert!(!world.learner.join(JOURNAL).exists(), "{when}");
    }
    assert!(unfinished > 15, "only {unfinished} points");
}

/// Would catch: an undo that is not finished, or not repeatable.
#[test]
fn an_undo_that_is_killed_is_finished_by_the_next_one() {
    let world = prepared();
    let before = world.state();
    for point in 1.. {
        world.update(&[]).expect(0);
        let ran = run(world.checker(&["update", "--undo"]).env(DIES_AT, point.to_string()));
        if ran.code != DEAD {
            break;
        }
        let journal = world.learner.join(JOURNAL);
        if journal.exists() {
            let finished = world.update(&[]).expect(0);
            assert!(finished.stderr.contains("an interrupted undo was finished"), "{point}: {}", finished.stderr);
        } else if world.state() != before {
            world.update(&["--undo"]).expect(0);
        }
        assert_same(&world.state(), &before, &format!("killed at write {point}"));
    }
}

/// Would catch: what is written while an update lies unfinished, and lost when it is finished.
#[test]
fn what_is_saved_before_an_update_is_finished_stays() {
    let (start, mut tried) = (prepared(), 0);
    for point in (20..200).step_by(3) {
        let world = start.copy();
        let ran = run(world.checker(&["update"]).env(DIES_AT, point.to_string()));
        if ran.code != DEAD {
            break;
        }
        if !world.learner.join(JOURNAL).exists() {
            continue;
        }
        tried += 1;
        world.save("04_fails", "// newer\n");
        world.save("02_does_not_compile", "// begun\n");
        world.edit("exercises/01_verdicts/README.md", "# Mine\n");
        let said = world.update(&[]).expect(0);
        assert!(said.stderr.contains("an interrupted update was finished"), "{}", said.stderr);
        assert_eq!(world.source("04_fails"), "// newer\n", "killed at {point}");
        assert_eq!(world.source("02_does_not_compile"), "// begun\n", "killed at {point}");
        let lesson = world.read("exercises/01_verdicts/README.md");
        let is_kept = lesson == "# Mine\n" || world.backups().iter().any(|text| text == "# Mine\n");
        assert!(is_kept, "killed at {point}: {lesson}");
        nothing_is_lost(&world, &format!("killed at {point}"));
    }
    assert!(tried > 3, "{tried}");
}

/// Kills the process itself, at moments that nobody chose.
#[test]
fn killed_at_any_moment_nothing_is_lost() {
    let start = prepared();
    for round in 0..12 {
        let world = start.copy();
        let mut update = world.checker(&["update"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(Duration::from_millis(17 * round));
        let _ = update.kill();
        update.wait().unwrap();
        nothing_is_lost(&world, &format!("round {round}"));
        // A git that was killed together with the checker may have left the lock of a reference.
        let lock = world.learner.join(".git/refs/heads/main.lock");
        let _ = fs::remove_file(lock);
        world.update(&[]).expect(0);
        assert_eq!(world.read("checker/tool.rs"), "// version 2\n", "round {round}");
        nothing_is_lost(&world, &format!("round {round}"));
    }
}
