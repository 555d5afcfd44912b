//! The checker is called `cargo checker`: in its help, in its advice, and in shells that complete what is typed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Course, run};

const COMMANDS: [&str; 13] = [
    "watch",
    "run",
    "list",
    "hint",
    "read",
    "solution",
    "replay",
    "reset",
    "update",
    "doctor",
    "grade",
    "completions",
    "dev",
];

/// Would catch: advice to run `checker hint`, which does not exist.
#[test]
fn all_advice_and_all_texts_say_cargo_checker() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files: Vec<PathBuf> =
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/editors.md", "docs/teaching.md"]
            .map(|f| root.join(f))
            .into();
    for folder in ["checker/src", "checker/interleave", "checker/trace/src", "exercises", "solutions"] {
        collect(&root.join(folder), &mut files);
    }
    assert!(files.len() > 500, "{}", files.len());
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let is_code = file.extension().is_some_and(|extension| extension != "md");
        for (at, line) in text.lines().enumerate() {
            // Comments are for authors. The first line of `originals.toml` is one, too.
            if is_code && line.trim_start().starts_with("//") || line.contains("# Written by `checker dev verify`") {
                continue;
            }
            for command in COMMANDS {
                let is_wrong = line.match_indices(&format!("checker {command}")).any(|(found, words)| {
                    let ends = !line[found + words.len()..].starts_with(|c: char| c.is_alphanumeric());
                    let is_advice = line[..found].ends_with(['`', '>', '"']) || line[..found].ends_with(": ");
                    ends && is_advice
                });
                assert!(!is_wrong, "{}:{}: say `cargo checker {command}`: {line}", file.display(), at + 1);
            }
        }
    }
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "md") {
            files.push(path);
        }
    }
}

/// Would catch: a command without examples, or examples that are not understood.
#[test]
fn each_command_has_a_usage_line_and_examples_that_exist() {
    let course = Course::new();
    let deeper = [["dev", "verify"], ["dev", "new"], ["dev", "bench"], ["grade", "merge"]].map(|path| path.to_vec());
    for path in COMMANDS[..12].iter().map(|name| vec![*name]).chain(deeper) {
        let help = course.run(&[&path[..], &["--help"]].concat()).expect(0).stdout;
        assert!(help.contains(&format!("Usage: cargo checker {}", path.join(" "))), "{help}");
        let examples = help.lines().skip_while(|line| *line != "Examples:").skip(1).take_while(|line| !line.is_empty());
        let examples: Vec<&str> = examples.collect();
        assert!(!examples.is_empty(), "{help}");
        for example in examples {
            let words = example.trim().split("   ").next().unwrap().split(" >").next().unwrap();
            let words: Vec<&str> = words.split(' ').skip(2).collect();
            // clap understands the words before it sees that only help is wanted.
            let ran = course.run(&[&words[..], &["--help"]].concat()).expect(0);
            assert!(ran.stdout.contains("Usage: cargo checker"), "{example}");
            assert!(words.starts_with(&path), "{example}");
        }
    }
    let version = course.run(&["--version"]).expect(0).stdout;
    assert!(version.starts_with(concat!("checker ", env!("CARGO_PKG_VERSION"))), "{version}");
}

/// What is typed, and the names that are offered.
const TYPED: [(&[&str], &str); 8] = [
    (&["cargo", "checker", "re"], "read replay reset"),
    (&["cargo", "checker", "run", "ab"], "abba aborts"),
    (&["cargo", "checker", "run", "--s"], "--seed"),
    (&["cargo", "+stable", "checker", "hint", "tw"], "twins"),
    (&["cargo", "checker", "dev", "verify", "tw"], "twins"),
    (&["cargo", "checker", "reset", "abba", "--u"], "--undo"),
    (&["cargo", "checker", "completions", "f"], "fish"),
    (&["checker", "run", "tw"], "twins"),
];

/// The words in `printed`, sorted.
fn sorted(printed: &str) -> String {
    let mut words: Vec<&str> = printed.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

#[test]
fn bash_completes_commands_options_and_exercises() {
    let course = Course::new();
    let script = course.run(&["completions", "bash"]).expect(0).stdout
        + r#"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
registered=$(complete -p "$1"); [[ $registered =~ -F\ ([^ ]+) ]]
"${BASH_REMATCH[1]}" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
echo "${COMPREPLY[@]}"
"#;
    for (words, expected) in TYPED {
        for dir in ["", "exercises/01_verdicts/20_abba/src"] {
            let mut bash = Command::new("bash");
            bash.args(["--norc", "-c", &script, "bash"]).args(words).current_dir(course.root.join(dir));
            assert_eq!(sorted(&run(&mut bash).expect(0).stdout), expected, "{words:?} in {dir}");
        }
    }
}

/// Skipped where fish is not installed; CI has it.
#[test]
fn fish_completes_commands_options_and_exercises() {
    if Command::new("fish").arg("--version").output().is_err() {
        return;
    }
    let course = Course::new();
    let script = course.run(&["completions", "fish"]).expect(0).stdout;
    for (words, expected) in TYPED {
        let mut fish = Command::new("fish");
        let call = format!("{script}\ncomplete -C '{}'", words.join(" "));
        fish.args(["--no-config", "-c", &call]).current_dir(&course.root);
        let offered = run(&mut fish).expect(0).stdout;
        let names: String =
            offered.lines().map(|line| line.split('\t').next().unwrap_or_default().to_owned() + " ").collect();
        assert_eq!(sorted(&names), expected, "{words:?}");
    }
}

/// Skipped where zsh is not installed; CI has it. Types into a zsh of its own, because zsh completes only what is typed.
#[test]
fn zsh_completes_commands_options_and_exercises() {
    if Command::new("zsh").arg("--version").output().is_err() {
        return;
    }
    let course = Course::new();
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("checker.zsh");
    fs::write(&script, course.run(&["completions", "zsh"]).expect(0).stdout).unwrap();
    let typing = r#"
zmodload zsh/zpty
read_until() {
  local piece all= tries=0
  while [[ $all != *$1* ]] && (( tries++ < 400 )); do
    zpty -rt typed piece 2>/dev/null && all+=$piece || sleep 0.05
  done
  print -r -- $all
}
zpty typed zsh -f -i
zpty -w typed "autoload -Uz compinit; compinit -u -d $DUMP; source $SCRIPT; bindkey '^I' complete-word; echo rea''dy"
read_until ready > /dev/null
zpty -w -n typed "$1"$'\t'
read_until "$2"
"#;
    for (words, expected) in
        [("cargo checker hint tw", "twins"), ("cargo checker re", "replay"), ("checker dev verify tw", "twins")]
    {
        let mut zsh = Command::new("zsh");
        zsh.args(["-f", "-c", typing, "zsh", words, expected]).current_dir(&course.root);
        zsh.env("SCRIPT", &script).env("DUMP", dir.path().join("dump")).env("TERM", "dumb");
        let screen = run(&mut zsh).expect(0).stdout;
        assert!(screen.contains(expected), "{words}: {screen}");
    }
}
