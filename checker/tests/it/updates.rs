//! `cargo checker update`: what was edited, what came, and what remained.

use std::fs;

use crate::worlds::{CHAPTER, World, assert_same, git};

/// A situation of the learner's, and what must be true after the update.
struct Situation {
    name: &'static str,
    edit: fn(&World),
    arguments: fn(&World) -> Vec<String>,
    /// Rows of the table that is printed.
    says: &'static [&'static str],
    /// Files and what they are afterwards; an empty text stands for a file that is gone.
    remains: &'static [(&'static str, &'static str)],
    /// What git reports as changed afterwards.
    status: &'static str,
}

const MINE: &str = "// mine\n";

/// What came, if nothing of it was edited.
const CAME: [(&str, &str); 6] = [
    ("exercises/01_verdicts/04_fails/src/lib.rs", "// a better starter\n"),
    ("exercises/01_verdicts/07_sleeps/src/lib.rs", ""),
    ("exercises/01_verdicts/24_brand_new/src/lib.rs", "// new\n"),
    ("exercises/01_verdicts/01_passes/tests/passes.rs", "// a better test\n"),
    ("exercises/01_verdicts/README.md", "# A better lesson\n"),
    ("checker/tool.rs", "// version 2\n"),
];

fn edit_four(world: &World) {
    for folder in ["01_passes", "04_fails", "07_sleeps", "18_fills_the_memory"] {
        world.save(folder, MINE);
    }
}

fn no_arguments(_: &World) -> Vec<String> {
    Vec::new()
}

/// After which the four edited files are the learner's still.
const FOUR_REMAIN: [(&str, &str); 5] = [
    ("exercises/01_verdicts/01_passes/src/lib.rs", MINE),
    ("exercises/01_verdicts/04_fails/src/lib.rs", MINE),
    ("exercises/01_verdicts/07_sleeps/src/lib.rs", ""),
    ("exercises/01_verdicts/18_fills_the_memory/src/lib.rs", ""),
    ("exercises/01_verdicts/30_fills_the_memory/src/lib.rs", MINE),
];

const FOUR_SAID: &[&str] = &[
    "kept      passes           your file; new: tests/passes.rs",
    "kept      fails            your file; the course has a new starter, which is not taken",
    "moved     fills_the_memory  to 01_verdicts/30_fills_the_memory, with your file",
    "removed   sleeps           your file is in the backup",
];

const FOUR_CHANGED: &str = " M exercises/01_verdicts/01_passes/src/lib.rs
 M exercises/01_verdicts/04_fails/src/lib.rs
 M exercises/01_verdicts/30_fills_the_memory/src/lib.rs";

const SITUATIONS: [Situation; 13] = [
    Situation {
        name: "nothing was edited",
        edit: |_| (),
        arguments: no_arguments,
        says: &["updated   fails", "new       brand_new", "removed   sleeps", "moved     fills_the_memory"],
        remains: &CAME,
        status: "",
    },
    Situation {
        name: "files were edited",
        edit: edit_four,
        arguments: no_arguments,
        says: FOUR_SAID,
        remains: &FOUR_REMAIN,
        status: FOUR_CHANGED,
    },
    Situation {
        name: "edits were added to git's index",
        edit: |world| {
            edit_four(world);
            world.git(&["add", "--all"]);
            world.save("01_passes", "// newer\n");
        },
        arguments: no_arguments,
        says: &["kept      passes"],
        remains: &[("exercises/01_verdicts/01_passes/src/lib.rs", "// newer\n")],
        status: FOUR_CHANGED,
    },
    Situation {
        name: "edits were committed",
        edit: |world| {
            edit_four(world);
            world.git(&["commit", "--quiet", "--all", "-m", "my answers"]);
        },
        arguments: no_arguments,
        says: FOUR_SAID,
        remains: &FOUR_REMAIN,
        status: "",
    },
    Situation {
        name: "edits were committed and edited again, without a branch",
        edit: |world| {
            edit_four(world);
            world.git(&["checkout", "--quiet", "--detach"]);
            world.git(&["commit", "--quiet", "--all", "-m", "my answers"]);
            world.save("01_passes", "// newer\n");
        },
        arguments: no_arguments,
        says: &["kept      passes"],
        remains: &[("exercises/01_verdicts/01_passes/src/lib.rs", "// newer\n")],
        status: " M exercises/01_verdicts/01_passes/src/lib.rs",
    },
    Situation {
        name: "the clone is one of a fork, with commits that were pushed",
        edit: |world| {
            let fork = world.dir().join("fork.git").display().to_string();
            git(world.dir(), &["clone", "--quiet", "--bare", &world.url(), &fork]);
            world.git(&["remote", "set-url", "origin", &fork]);
            world.git(&["remote", "add", "upstream", &world.url()]);
            edit_four(world);
            world.git(&["commit", "--quiet", "--all", "-m", "my answers"]);
            world.git(&["push", "--quiet", "origin", "main"]);
        },
        arguments: no_arguments,
        says: FOUR_SAID,
        remains: &FOUR_REMAIN,
        status: "",
    },
    Situation {
        name: "files of the course were edited",
        edit: |world| {
            world.edit(&format!("{CHAPTER}/01_passes/tests/passes.rs"), MINE);
            world.edit(&format!("{CHAPTER}/README.md"), MINE);
            world.edit("checker/tool.rs", MINE);
            world.edit(&format!("{CHAPTER}/02_does_not_compile/tests/does_not_compile.rs"), MINE);
        },
        arguments: no_arguments,
        says: &[
            "replaced  exercises/01_verdicts/01_passes/tests/passes.rs",
            "replaced  checker/tool.rs",
            "replaced  exercises/01_verdicts/02_does_not_compile/tests/does_not_compile.rs",
        ],
        remains: &CAME,
        status: "",
    },
    Situation {
        name: "the learner has files that the course does not know",
        edit: |world| {
            world.edit("notes.md", MINE);
            world.edit(&format!("{CHAPTER}/01_passes/src/own.rs"), MINE);
            world.edit(&format!("{CHAPTER}/18_fills_the_memory/src/own.rs"), MINE);
            world.edit(&format!("{CHAPTER}/24_brand_new/src/lib.rs"), MINE);
            world.edit(&format!("{CHAPTER}/24_brand_new/Cargo.toml"), MINE);
            // Cargo would stop at a folder that has this file and no manifest.
            world.edit(&format!("{CHAPTER}/07_sleeps/deep/notes.md"), MINE);
        },
        arguments: no_arguments,
        says: &[
            "kept      brand_new",
            "replaced  exercises/01_verdicts/24_brand_new/Cargo.toml",
            "saved     exercises/01_verdicts/07_sleeps  what else you had there is in",
        ],
        remains: &[
            ("notes.md", MINE),
            ("exercises/01_verdicts/01_passes/src/own.rs", MINE),
            ("exercises/01_verdicts/30_fills_the_memory/src/own.rs", MINE),
            ("exercises/01_verdicts/24_brand_new/src/lib.rs", MINE),
            ("exercises/01_verdicts/24_brand_new/Cargo.toml", "# new\n"),
            ("exercises/01_verdicts/07_sleeps/deep/notes.md", ""),
        ],
        status: " M exercises/01_verdicts/24_brand_new/src/lib.rs
?? exercises/01_verdicts/01_passes/src/own.rs
?? exercises/01_verdicts/30_fills_the_memory/src/own.rs
?? notes.md",
    },
    Situation {
        name: "files were deleted",
        edit: |world| {
            fs::remove_file(world.learner.join(CHAPTER).join("01_passes/src/lib.rs")).unwrap();
            fs::remove_dir_all(world.learner.join(CHAPTER).join("04_fails")).unwrap();
        },
        arguments: no_arguments,
        says: &["updated   passes", "new       fails"],
        remains: &CAME,
        status: "",
    },
    Situation {
        name: "the clone has no history",
        edit: |world| {
            fs::remove_dir_all(&world.learner).unwrap();
            git(world.dir(), &["clone", "--quiet", "--depth=1", &world.url(), "learner"]);
            edit_four(world);
        },
        arguments: no_arguments,
        says: FOUR_SAID,
        remains: &FOUR_REMAIN,
        status: FOUR_CHANGED,
    },
    Situation {
        name: "the folder was unpacked from a zip, and `git init` was run as advised",
        edit: |world| {
            fs::remove_dir_all(world.learner.join(".git")).unwrap();
            world.git(&["init", "--quiet"]);
            edit_four(world);
        },
        arguments: |world| vec!["--from".to_owned(), world.url()],
        says: FOUR_SAID,
        remains: &FOUR_REMAIN,
        status: FOUR_CHANGED,
    },
    Situation {
        name: "the history of the course was rewritten",
        edit: |world| {
            edit_four(world);
            world.rewrite();
        },
        arguments: no_arguments,
        says: FOUR_SAID,
        remains: &FOUR_REMAIN,
        status: FOUR_CHANGED,
    },
    Situation {
        name: "another name of the remote, and files with the line ends of Windows",
        edit: |world| {
            world.git(&["remote", "rename", "origin", "elsewhere"]);
            world.git(&["checkout", "--quiet", "-b", "mine"]);
            edit_four(world);
            let starter = world.source("02_does_not_compile").replace('\n', "\r\n");
            world.save("02_does_not_compile", &starter);
            world.git(&["config", "core.autocrlf", "true"]);
        },
        arguments: no_arguments,
        says: FOUR_SAID,
        remains: &[("exercises/01_verdicts/07_sleeps/src/lib.rs", "")],
        status: FOUR_CHANGED,
    },
];

/// Would catch: an edit that is lost, a file that does not come, a second update that does not work, an undo that
/// restores something else.
#[test]
fn an_update_keeps_what_was_edited_and_brings_the_rest() {
    for situation in &SITUATIONS {
        let world = World::new();
        (situation.edit)(&world);
        world.release();
        let before = has_commits(&world).then(|| world.state());
        let arguments = (situation.arguments)(&world);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let said = world.update(&arguments).expect(0).stdout;
        check(situation, &world, &said);
        if let Some(before) = before {
            world.update(&["--undo"]).expect(0);
            assert_same(&world.state(), &before, &format!("undone: {}", situation.name));
            assert!(world.update(&["--undo"]).expect(2).stderr.contains("no update to undo"));
            check(situation, &world, &world.update(&arguments).expect(0).stdout);
        }
        let again = world.update(&arguments).expect(0);
        assert!(again.stdout.starts_with("you have the newest version"), "{}: {}", situation.name, again.stdout);
        world.release_once_more();
        world.update(&arguments).expect(0);
        assert_eq!(world.read("checker/tool.rs"), "// version 3\n", "the next one: {}", situation.name);
        assert_eq!(world.state().status, situation.status, "the next one: {}", situation.name);
    }
}

fn has_commits(world: &World) -> bool {
    !world.git(&["for-each-ref"]).is_empty()
}

#[track_caller]
fn check(situation: &Situation, world: &World, said: &str) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for row in situation.says {
        assert!(words(said).contains(&words(row)), "{}: no `{row}` in\n{said}", situation.name);
    }
    for (file, text) in situation.remains {
        assert_eq!(world.read(file), *text, "{}: {file}\n{said}", situation.name);
    }
    assert_eq!(world.state().status, situation.status, "{}", situation.name);
}

/// Would catch: a file that is replaced or removed without a copy.
#[test]
fn everything_that_was_edited_is_backed_up() {
    let world = World::new();
    world.save("01_passes", "// one\n");
    world.save("07_sleeps", "// two\n");
    world.edit("checker/tool.rs", "// three\n");
    world.release();
    let said = world.update(&[]).expect(0).stdout;
    assert!(said.contains("your files are copied to .checker/backup/2"), "{said}");
    assert_eq!(world.backups(), ["// three\n", "// one\n", "// two\n"]);
}

/// Would catch: an undo that throws away what was written after the update.
#[test]
fn an_undo_keeps_what_was_saved_since() {
    let world = World::new();
    world.release();
    world.update(&[]).expect(0);
    world.save("04_fails", "// begun after the update\n");
    world.save("01_passes", "// not touched by the update\n");
    let said = world.update(&["--undo"]).expect(0).stdout;
    assert!(said.contains("saved") && said.contains("04_fails/src/lib.rs"), "{said}");
    assert!(world.source("04_fails").contains("fn "), "{}", world.source("04_fails"));
    assert_eq!(world.source("01_passes"), "// not touched by the update\n");
    assert_eq!(world.backups(), ["// begun after the update\n"]);
    world.update(&[]).expect(0);
    world.git(&["commit", "--quiet", "--all", "-m", "mine"]);
    let ran = world.update(&["--undo"]).expect(2);
    assert!(ran.stderr.contains("other commits than after the update"), "{}", ran.stderr);
}
