//! Updates that are not possible: nothing changes, and the error says what to do.

use std::fs;
use std::process::Command;

use crate::support::run;
use crate::worlds::{CHAPTER, World, git};

const MINE: &str = "// mine\n";

/// A situation in which an update is refused.
struct Refusal {
    name: &'static str,
    prepare: fn(&World),
    arguments: &'static [&'static str],
    what: &'static str,
    help: &'static str,
}

const fn refusal(name: &'static str, prepare: fn(&World), what: &'static str, help: &'static str) -> Refusal {
    Refusal { name, prepare, arguments: &[], what, help }
}

const REFUSALS: [Refusal; 10] = [
    refusal(
        "no git",
        |world| fs::remove_dir_all(world.learner.join(".git")).unwrap(),
        "not made by `git clone`",
        "--from URL",
    ),
    refusal(
        "no remote",
        |world| assert_eq!(world.git(&["remote", "remove", "origin"]), ""),
        "has no remote to update from",
        "--from URL",
    ),
    Refusal {
        arguments: &["--from", "http://localhost:1/course"],
        ..refusal("no network", |_| (), "cannot be fetched from http://localhost:1", "nothing was changed")
    },
    refusal(
        "no such folder",
        |world| fs::rename(&world.course, world.dir().join("gone")).unwrap(),
        "cannot be fetched",
        "try again",
    ),
    refusal(
        "a conflict",
        conflict,
        "git reports a conflict in exercises/01_verdicts/01_passes/src/lib.rs",
        "resolve it",
    ),
    refusal("a merge", start_a_merge, "a merge is under way", "git merge --abort"),
    refusal(
        "a bisect",
        |world| assert_ne!(world.git(&["bisect", "start"]), "no"),
        "a bisect is under way",
        "git bisect reset",
    ),
    refusal(
        "another git",
        |world| world.edit(".git/index.lock", ""),
        "another git command is under way",
        "removing `.git/index.lock`",
    ),
    refusal(
        "an obstacle",
        |world| world.edit(&format!("{CHAPTER}/24_brand_new"), "a file"),
        "24_brand_new is in the way",
        "move it elsewhere",
    ),
    refusal("not a course", no_course, "is not a version of this course", "--from URL"),
];

/// Would catch: an update that makes matters worse, or an error without advice.
#[test]
fn an_update_that_is_not_possible_changes_nothing_and_says_what_to_do() {
    for Refusal { name, prepare, arguments, what, help } in &REFUSALS {
        let world = World::new();
        world.save("01_passes", MINE);
        world.release();
        prepare(&world);
        let sources = || ["01_passes", "04_fails", "07_sleeps"].map(|folder| world.source(folder));
        let before = sources();
        let ran = world.update(arguments).expect(2);
        assert!(ran.stderr.contains(what) && ran.stderr.contains(help), "{name}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{name}");
        assert_eq!(sources(), before, "{name}");
        assert!(!world.learner.join(".checker/update/next").exists(), "{name}");
    }
}

fn no_course(world: &World) {
    git(&world.course, &["checkout", "--quiet", "--orphan", "empty"]);
    git(&world.course, &["rm", "-r", "--quiet", "--cached", "."]);
    git(&world.course, &["commit", "--quiet", "--allow-empty", "-m", "nothing"]);
}

fn conflict(world: &World) {
    world.git(&["stash", "--quiet"]);
    world.save("01_passes", "// something else\n");
    world.git(&["commit", "--quiet", "--all", "-m", "something else"]);
    let pop = Command::new("git").args(["stash", "pop"]).current_dir(&world.learner).output().unwrap();
    assert!(!pop.status.success());
}

fn start_a_merge(world: &World) {
    world.git(&["checkout", "--quiet", "-b", "other"]);
    world.git(&["commit", "--quiet", "--all", "-m", "mine"]);
    world.git(&["checkout", "--quiet", "main"]);
    world.save("01_passes", "// something else\n");
    world.git(&["commit", "--quiet", "--all", "-m", "something else"]);
    let merge = Command::new("git").args(["merge", "other"]).current_dir(&world.learner).output().unwrap();
    assert!(!merge.status.success());
}

#[test]
fn without_git_the_error_says_where_it_is() {
    let world = World::new();
    let empty = tempfile::tempdir().unwrap();
    let ran = run(world.checker(&["update"]).env("PATH", empty.path())).expect(2);
    assert!(ran.stderr.contains("git was not found") && ran.stderr.contains("https://git-scm.com"), "{}", ran.stderr);
}
