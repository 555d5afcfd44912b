//! Which editor is opened, and how it is told the line.

use std::ffi::OsString;
use std::path::Path;

/// Editors that take `+LINE` before the file.
const PLUS: [&str; 10] = ["vi", "vim", "nvim", "gvim", "nano", "emacs", "emacsclient", "kak", "micro", "mg"];
/// Editors that take `FILE:LINE`.
const COLON: [&str; 5] = ["hx", "helix", "zed", "zeditor", "subl"];
/// Editors that take `--goto FILE:LINE`.
const GOTO: [&str; 4] = ["code", "code-insiders", "codium", "cursor"];

/// The command of the editor, as git chooses it: `$VISUAL`, `$EDITOR`, git's `core.editor`, or else `vi`, if it is
/// there.
pub fn choose(
    variable: impl Fn(&str) -> Option<String>,
    git: impl FnOnce() -> Option<String>,
    has_vi: impl FnOnce() -> bool,
) -> Option<String> {
    let named = ["VISUAL", "EDITOR"].iter().filter_map(|name| variable(name)).find(|editor| !editor.trim().is_empty());
    let configured = || git().filter(|editor| !editor.trim().is_empty());
    named.or_else(configured).or_else(|| has_vi().then(|| "vi".to_owned()))
}

/// The arguments with which `editor`, which may have others, as in `code --wait`, opens `path` at `line`. An editor that
/// is not known opens the file at its beginning.
pub fn arguments(editor: &str, path: &Path, line: Option<u32>) -> Vec<OsString> {
    let program = editor.split_whitespace().next().unwrap_or_default();
    let program = Path::new(program).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let path = path.as_os_str();
    let at = |line: u32| {
        let mut place = path.to_owned();
        place.push(format!(":{line}"));
        place
    };
    match line {
        Some(line) if PLUS.contains(&program) => vec![format!("+{line}").into(), path.to_owned()],
        Some(line) if COLON.contains(&program) => vec![at(line)],
        Some(line) if GOTO.contains(&program) => vec!["--goto".into(), at(line)],
        _ => vec![path.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_editor_is_chosen_as_git_does() {
        let with = |set: &'static [(&'static str, &'static str)], git: Option<&str>, has_vi: bool| {
            let variable = |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            choose(variable, || git.map(str::to_owned), || has_vi)
        };
        let both = &[("VISUAL", "kak"), ("EDITOR", "ed")];
        assert_eq!(with(both, Some("nano"), true).as_deref(), Some("kak"));
        assert_eq!(with(&[("VISUAL", ""), ("EDITOR", "ed")], Some("nano"), true).as_deref(), Some("ed"));
        assert_eq!(with(&[], Some("nano"), true).as_deref(), Some("nano"));
        assert_eq!(with(&[], Some(" "), true).as_deref(), Some("vi"));
        assert_eq!(with(&[], None, false), None);
    }

    #[test]
    fn each_known_editor_is_told_the_line_in_its_own_way() {
        let words = |editor: &str, line| {
            let words = arguments(editor, Path::new("a b/lib.rs"), line);
            words.iter().map(|word| word.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(words("/usr/bin/nvim -u NONE", Some(7)), ["+7", "a b/lib.rs"]);
        assert_eq!(words("hx", Some(7)), ["a b/lib.rs:7"]);
        assert_eq!(words("code --wait", Some(7)), ["--goto", "a b/lib.rs:7"]);
        assert_eq!(words("code.exe --wait", Some(7)), ["--goto", "a b/lib.rs:7"]);
        assert_eq!(words("sh my-editor", Some(7)), ["a b/lib.rs"]);
        assert_eq!(words("vim", None), ["a b/lib.rs"]);
    }
}
