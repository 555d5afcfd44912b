//! Rules for the sources of the checker itself.

use std::fs;
use std::path::{Path, PathBuf};

/// Longer files are tedious to read.
const LONGEST_FILE: usize = 400;
/// Longer functions are, too.
const LONGEST_FUNCTION: usize = 60;

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

fn sources() -> Vec<(PathBuf, String)> {
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

/// Applies to all crates except the exercises.
#[test]
fn every_file_says_what_it_is_for_and_is_short() {
    let checker = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut others = Vec::new();
    for folder in ["trace", "interleave"] {
        collect(&checker.join(folder), &mut others);
    }
    let others = others.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    let others = others.map(|file| (file.clone(), fs::read_to_string(file).unwrap()));
    for (path, text) in sources().into_iter().chain(others) {
        assert!(text.starts_with("//! ") || text.starts_with("#![doc"), "{}: no opening sentence", path.display());
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

/// Folders are ordered as in `main.rs`. Would catch: a view that runs tests, a verdict that depends on the watch.
#[test]
fn each_folder_uses_only_the_folders_above_it() {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).unwrap();
    let layers: Vec<&str> = main.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    let layer = |name: &str| layers.iter().position(|layer| *layer == name);
    assert!(layers.len() > 8, "{layers:?}");
    for (path, text) in sources() {
        let Ok(inner) = path.strip_prefix("src") else { continue };
        let folder = inner.with_extension("").iter().next().unwrap().to_string_lossy().into_owned();
        let Some(own) = layer(&folder) else { continue };
        let production = text.split("#[cfg(test)]").next().unwrap_or(&text);
        for used in production.split("crate::").skip(1) {
            let used = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            // A path in text, such as an error message, is not a use.
            let Some(used_layer) = layer(used) else { continue };
            assert!(used_layer <= own, "{} uses `crate::{used}`, which stands below it", path.display());
        }
    }
}

/// Would catch: a call that exists on only one system, in code that is compiled for all of them.
#[test]
fn platform_dependent_code_is_in_files_named_after_the_platform() {
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

/// The state of the watch, verdicts and views only compute values from values.
#[test]
fn pure_modules_do_no_input_or_output() {
    let pure = [
        "course/exercise",
        "course/progress",
        "ui/keys",
        "ui/text",
        "ui/view",
        "verdict",
        "watch/screen",
        "watch/state",
    ];
    for (path, text) in sources() {
        let Ok(inner) = path.strip_prefix("src") else { continue };
        let module = inner.with_extension("");
        if !pure.iter().any(|pure| module.starts_with(pure)) {
            continue;
        }
        for io in ["std::fs", "std::io", "std::process", "std::thread", "Instant", "SystemTime", "std::env", "println!"]
        {
            // Code in backticks is advice in a message, not a call.
            let mentions = text.lines().filter(|line| line.contains(io) && !line.contains('`')).count();
            assert_eq!(mentions, 0, "{}: {io}", path.display());
        }
    }
}

/// Would catch: a command that the README omits, or describes in other words.
#[test]
fn the_readme_describes_the_commands_as_help_does() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_checker")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let commands = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let section = readme.split("## Commands\n").nth(1).unwrap();
    for command in commands.lines().map(str::trim) {
        assert!(section.contains(command), "README.md, Commands, lacks\n{command}");
    }
}

/// Would catch: a row of CONTRIBUTING's "to change, look into" that a rename has left behind.
#[test]
fn contributing_points_to_files_and_functions_that_exist() {
    let checker = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(checker.join("../CONTRIBUTING.md")).unwrap();
    let rows = text.split("| to change | look into |\n|---|---|\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for row in rows.lines() {
        let pointers = row.split(" | ").nth(1).unwrap().split('`').skip(1).step_by(2);
        let (mut folder, mut file) = (PathBuf::new(), PathBuf::new());
        for pointer in pointers {
            let places = [checker.join("src").join(pointer), checker.join(pointer), folder.join(pointer)];
            match places.into_iter().find(|place| place.exists()) {
                Some(place) if place.is_dir() => folder = place,
                Some(place) => file = place,
                None => {
                    let source = fs::read_to_string(&file).unwrap_or_default();
                    let function = format!("fn {pointer}(");
                    assert!(source.contains(&function), "{row}\nno `{pointer}` in {}", file.display());
                }
            }
        }
    }
}
