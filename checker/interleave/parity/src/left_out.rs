//! The list of items that are left out on purpose.

use std::collections::BTreeSet;

/// One line of the list: an item and the reason.
#[derive(Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// A path, which may end with `*`.
    pub path: String,
    pub reason: String,
}

impl LeftOut {
    pub fn covers(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(start) => path.starts_with(start),
            None => path == self.path,
        }
    }
}

/// Reads the list: lines of the form `"path" = "reason"`, comments and empty lines.
///
/// # Errors
///
/// If a line has another form. Names the line.
pub fn parse(text: &str) -> Result<Vec<LeftOut>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| {
            let entry = line.trim().strip_prefix('"').and_then(|line| line.strip_suffix('"'));
            match entry.and_then(|entry| entry.split_once("\" = \"")) {
                Some((path, reason)) if !reason.trim().is_empty() => {
                    Ok(LeftOut { path: path.to_owned(), reason: reason.to_owned() })
                }
                _ => Err(format!("line {}: expected `\"path\" = \"reason\"`", number + 1)),
            }
        })
        .collect()
}

/// The problems: missing items that are not listed, and lines that no missing item needs.
pub fn complaints(missing: &BTreeSet<String>, list: &[LeftOut]) -> Vec<String> {
    let unlisted = missing.iter().filter(|path| !list.iter().any(|entry| entry.covers(path)));
    let needless = list.iter().filter(|entry| !missing.iter().any(|path| entry.covers(path)));
    unlisted
        .map(|path| format!("missing and not listed: {path}"))
        .chain(needless.map(|entry| format!("listed, but nothing is missing: {}", entry.path)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# why\n\"a::b\" = \"real\"\n\n\"a::c::*\" = \"files\"\n";

    fn set(paths: &[&str]) -> BTreeSet<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn a_listed_missing_item_is_no_complaint() {
        let list = parse(LIST).expect("well-formed");
        assert_eq!(complaints(&set(&["a::b", "a::c::d"]), &list), [""; 0]);
    }

    #[test]
    fn an_unlisted_missing_item_and_an_unneeded_line_are_complaints() {
        let list = parse(LIST).expect("well-formed");
        let complaints = complaints(&set(&["a::b", "a::bb"]), &list);
        assert_eq!(complaints, ["missing and not listed: a::bb", "listed, but nothing is missing: a::c::*"]);
    }

    #[test]
    fn a_line_needs_a_reason() {
        assert_eq!(parse("\"a\" = \"\"").map_err(|error| error.starts_with("line 1")), Err(true));
    }
}
