//! What must hold for the sources of the checker themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The longest file that one still likes to read.
const LONGEST_FILE: usize = 400;
/// The longest function.
const LONGEST_FUNCTION: usize = 60;

fn sources() -> Vec<(PathBuf, String)> {
    fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { collect(&path, files) } else { files.push(path) }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    collect(&root.join("tests/it"), &mut files);
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    files
        .into_iter()
        .map(|path| (path.strip_prefix(root).unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect()
}

#[test]
fn every_file_says_what_it_is_and_is_short() {
    for (path, text) in sources() {
        assert!(text.starts_with("//! "), "{}: no opening sentence", path.display());
        assert!(text.lines().count() <= LONGEST_FILE, "{}: {} lines", path.display(), text.lines().count());
    }
}

#[test]
fn every_function_is_short() {
    for (path, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let is_function =
                ["fn ", "pub fn ", "pub(super) fn ", "async fn "].iter().any(|f| line.trim_start().starts_with(f));
            if !is_function || line.trim_end().ends_with('}') {
                continue;
            }
            let end = format!("{}}}", " ".repeat(indent));
            let length = lines[at..].iter().position(|line| *line == end).unwrap_or(0);
            assert!(length <= LONGEST_FUNCTION, "{}:{}: {length} lines", path.display(), at + 1);
        }
    }
}

/// The modules of `main.rs`, each with the number of its group.
fn groups(main: &str) -> BTreeMap<String, usize> {
    let mut groups = BTreeMap::new();
    let (mut group, mut parent) = (0, None::<String>);
    for line in main.lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            group += 1;
        } else if let Some(name) = trimmed.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(" {")) {
            parent = Some(name.to_owned());
        } else if trimmed == "}" {
            parent = None;
        } else if let Some(name) = trimmed.trim_start_matches("pub ").strip_prefix("mod ") {
            let name = name.trim_end_matches(';');
            let name = parent.as_ref().map_or_else(|| name.to_owned(), |parent| format!("{parent}::{name}"));
            groups.insert(name, group);
        }
    }
    groups
}

/// The modules that `text` mentions as `crate::…` or, in a submodule of `parent`, as `super::…`.
fn used(text: &str, parent: Option<&str>, groups: &BTreeMap<String, usize>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let production = text.split("#[cfg(test)]").next().unwrap_or(text);
    let mentions = |prefix: &str| -> Vec<String> {
        production.match_indices(prefix).map(|(at, _)| production[at + prefix.len()..].to_owned()).collect()
    };
    let mut add = |path: &str| {
        let braces =
            path.split_once('{').filter(|(before, _)| before.chars().all(|c| c.is_alphanumeric() || "_:".contains(c)));
        let names: Vec<String> = match braces {
            Some((before, rest)) => {
                let inner = rest.split('}').next().unwrap_or_default();
                inner.split(',').map(|name| format!("{before}{}", name.trim())).collect()
            }
            None => vec![path.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect()],
        };
        for name in names {
            let parts: Vec<&str> = name.split("::").collect();
            for length in [2, 1] {
                let name = parts[..length.min(parts.len())].join("::");
                if groups.contains_key(&name) {
                    used.insert(name);
                    break;
                }
            }
        }
    };
    for path in mentions("crate::") {
        add(&path);
    }
    if let Some(parent) = parent {
        for path in mentions("super::") {
            let path = path
                .strip_prefix('{')
                .map_or_else(|| format!("{parent}::{path}"), |rest| format!("{parent}::{{{rest}"));
            add(&path);
        }
    }
    used
}

#[test]
fn modules_use_only_what_stands_above_them_and_there_are_no_cycles() {
    let sources = sources();
    let main = &sources.iter().find(|(path, _)| path.ends_with("src/main.rs")).unwrap().1;
    let groups = groups(main);
    assert!(groups.len() > 25, "{groups:?}");
    let mut uses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in &sources {
        let Ok(path) = path.strip_prefix("src") else { continue };
        let name = path.with_extension("").iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("::");
        // A private submodule belongs to the module around it.
        let owner = groups
            .keys()
            .filter(|module| name == **module || name.starts_with(&format!("{module}::")))
            .max_by_key(|m| m.len());
        let Some(owner) = owner else { continue };
        let parent = (name == *owner).then(|| name.rsplit_once("::").map(|(parent, _)| parent)).flatten();
        uses.entry(owner).or_default().extend(used(text, parent, &groups).into_iter().filter(|used| used != owner));
    }
    for (module, uses) in &uses {
        for used in uses {
            assert!(groups[used] <= groups[*module], "`{module}` uses `{used}`, which stands below it");
        }
    }
    // What uses only finished modules is finished; a cycle never is.
    let mut finished: BTreeSet<&str> = BTreeSet::new();
    while let Some((module, _)) = uses
        .iter()
        .find(|(module, uses)| !finished.contains(*module) && uses.iter().all(|used| finished.contains(used.as_str())))
    {
        finished.insert(module);
    }
    let cycle: Vec<&&str> = uses.keys().filter(|module| !finished.contains(**module)).collect();
    assert!(cycle.is_empty(), "a cycle among {cycle:?}");
}

/// Would catch: a call that only one system has, in code that is compiled for all of them.
#[test]
fn what_depends_on_the_platform_stands_in_files_named_for_it() {
    let platforms = ["linux", "macos", "unix", "windows"];
    let marks = ["std::os::", "rustix", "signal_hook", "/proc", "libc", "crossterm", "ctrlc", "win32job"];
    for (path, text) in sources() {
        let Ok(inner) = path.strip_prefix("src") else { continue };
        let inner = inner.with_extension("");
        if inner.iter().any(|part| platforms.iter().any(|platform| part == *platform)) {
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            for mark in marks {
                assert!(!line.contains(mark), "{}:{}: `{mark}`", path.display(), at + 1);
            }
        }
    }
}

/// The state of the watch, verdicts and views are values in, values out.
#[test]
fn pure_modules_do_no_input_or_output() {
    let pure = ["app", "exercise", "judge", "keys", "outcome", "progress", "verdict", "view"];
    for (path, text) in sources() {
        let Ok(inner) = path.strip_prefix("src") else { continue };
        let module = inner.with_extension("").iter().next().unwrap().to_string_lossy().into_owned();
        if !pure.contains(&module.as_str()) {
            continue;
        }
        for io in ["std::fs", "std::io", "std::process", "std::thread", "Instant", "SystemTime", "std::env", "println!"]
        {
            // Advice about code is no code.
            let mentions = text.lines().filter(|line| line.contains(io) && !line.contains('`')).count();
            assert_eq!(mentions, 0, "{}: {io}", path.display());
        }
    }
}

/// Would catch: a command that the README does not know, or describes in other words.
#[test]
fn the_readme_lists_the_commands_as_help_does() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_checker")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let section = readme.split("## Commands\n").nth(1).unwrap();
    for command in commands.lines().map(str::trim) {
        assert!(section.contains(command), "README.md, Commands, lacks\n{command}");
    }
}
