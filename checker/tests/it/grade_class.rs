//! A class: each text is examined once, whoever handed it in.

use std::fs;

use crate::grade_marks::{grade, grade_merge, start, toys, wait_for_rows};
use crate::toys::Toys;

/// What each person handed in: alpha, beta and gamma. An empty text is a file that is missing.
const CLASS: [(&str, [&str; 3]); 5] = [
    ("alice", ["right", "right", "right"]),
    ("bob", ["wrong", "wrong", "deadlock"]),
    ("carol", ["right", "wrong", "right"]),
    ("dora", ["right", "", "deadlock"]),
    ("eve", ["", "", ""]),
];

const TABLE: &str = "\
student,points,of,passed,exercises,late,late_points,notes,01_toys/alpha,01_toys/beta,01_toys/gamma\r
alice,7,7,3,3,0,0,,1,2,4\r
bob,0,7,0,3,0,0,,0,0,0\r
carol,5,7,2,3,0,0,,1,0,4\r
dora,1,7,1,3,0,0,,1,0,0\r
eve,0,7,0,3,0,0,,0,0,0\r
";

/// The toy compiler is a script in the course, which no jail allows.
const ARGUMENTS: [&str; 4] = ["--class", "class", "--sandbox", "off"];

fn class(last: &str) -> Toys {
    let toys = toys(["wrong", "wrong", "wrong"]);
    for (person, sources) in CLASS {
        for (name, source) in ["alpha", "beta", "gamma"].iter().zip(sources) {
            let source = if (person, *name) == ("alice", "gamma") { last } else { source };
            let dir = toys.root.join("class").join(person).join("exercises/01_toys").join(name).join("src");
            fs::create_dir_all(&dir).unwrap();
            if !source.is_empty() {
                fs::write(dir.join("lib.rs"), format!("// {source}\n")).unwrap();
            }
        }
    }
    toys
}

fn graded(toys: &Toys, arguments: &[&str]) -> crate::support::Ran {
    grade(toys, &[&ARGUMENTS[..], arguments].concat())
}

/// The exercises for which tests were run, and how often. The first build of each is the empty answer.
fn examined(toys: &Toys, name: &str) -> usize {
    toys.calls().iter().filter(|call| **call == format!("real {name}")).count()
}

#[test]
fn equal_files_are_examined_once_and_the_second_grading_compiles_nothing() {
    let toys = class("right");
    let ran = graded(&toys, &["--format", "csv"]).expect(1);
    assert_eq!(ran.stdout, TABLE);
    let calls = toys.calls();
    // Before the first answer to an exercise, what it needs is built, and the sandbox is tried.
    assert_eq!(["alpha", "beta", "gamma"].map(|name| examined(&toys, name)), [4, 4, 4], "{calls:?}");
    assert_eq!(graded(&toys, &["--format", "csv"]).expect(1).stdout, TABLE);
    assert_eq!(toys.calls(), calls, "nothing is compiled");
    let page = graded(&toys, &["--format", "html"]).expect(1).stdout;
    assert!(page.contains("<th scope=\"row\">carol</th><td class=\"sum\">5 of 7</td>"), "{page}");
    let text = graded(&toys, &[]).expect(1).stdout;
    assert!(text.contains("dora      1 of 7 points       1 of 3 passed\n"), "{text}");
    assert!(text.contains("no sandbox, as `--sandbox=off` asks for"), "{text}");
    let unchanged = fs::read_to_string(toys.source("alpha")).unwrap();
    assert_eq!(unchanged, "// wrong\n", "the teacher's own files are not touched");
}

#[test]
fn four_shards_of_a_class_make_the_same_table() {
    let toys = class("right");
    let files = ["1.json", "2.json", "3.json", "4.json"];
    for (at, file) in files.iter().enumerate() {
        let shard = format!("{}/4", at + 1);
        let code = graded(&toys, &["--shard", &shard, "--format", "json", "--output", file]).code;
        assert!(code.is_some_and(|code| code < 2));
    }
    assert_eq!(grade_merge(&toys, &files, &["--format", "csv"]).expect(1).stdout, TABLE);
    fs::write(toys.root.join("class/eve/exercises/01_toys/beta/src/lib.rs"), "// right\n").unwrap();
    graded(&toys, &["--shard", "4/4", "--format", "json", "--output", "4.json"]);
    let other = grade_merge(&toys, &files, &[]).expect(2).stderr;
    assert!(other.contains("4.json is about other files than 1.json"), "{other}");
}

#[test]
fn a_class_that_is_killed_in_the_middle_gets_the_same_table() {
    let toys = class("slow 3");
    let mut child = start(&toys, &[&ARGUMENTS[..], &["--format", "json", "--output", "marks.json"]].concat());
    // All of alpha and beta, and what is missing of gamma.
    wait_for_rows(&toys.root.join("marks.json"), 11);
    child.kill().unwrap();
    child.wait().unwrap();
    let (alpha, beta) = (examined(&toys, "alpha"), examined(&toys, "beta"));
    assert_eq!(graded(&toys, &["--format", "csv"]).expect(1).stdout, TABLE);
    assert_eq!((examined(&toys, "alpha"), examined(&toys, "beta")), (alpha, beta), "nothing is examined again");
}

#[test]
fn a_format_about_one_person_is_refused_for_a_class() {
    let toys = class("right");
    for format in ["classroom50", "exercism", "gradescope"] {
        let said = graded(&toys, &["--format", format]).expect(2).stderr;
        assert!(said.contains("this format is about one person") && said.contains("--submission"), "{said}");
    }
    let one =
        grade(&toys, &["--submission", "class/carol", "--sandbox", "off", "--format", "gradescope"]).expect(0).json();
    assert_eq!(one["score"], 5);
    let nobody = grade(&toys, &["--class", "nowhere", "--sandbox", "off"]).expect(2).stderr;
    assert!(nobody.contains("nowhere cannot be read") && nobody.contains(" help: "), "{nobody}");
}
