//! The index of the book's search: of its prose. Code, pictures and the answers of others would make it four times as
//! large, and would be found before what explains a word.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::authoring::book::pages::CONTENTS;
use crate::course::markdown;

/// What search leaves out beside code: how each part begins and ends. No part is inside another one of its kind.
const LEFT_OUT: [(&str, &str); 3] = [
    ("<details class=\"accepted\">", "</details>"),
    ("<details class=\"rejected\">", "</details>"),
    ("<pre class=\"interleaving\"", "</pre>"),
];

/// `pages` with their headings and prose only. Their headings have the same anchors.
pub fn searchable(pages: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    pages.iter().map(|(page, text)| (page.clone(), prose(text))).collect()
}

fn prose(page: &str) -> String {
    let mut text = page.to_owned();
    for (begin, end) in LEFT_OUT {
        let mut from = 0;
        while let Some(at) = text[from..].find(begin).map(|at| from + at) {
            let length = text[at..].find(end).map_or(text.len() - at, |length| length + end.len());
            text.replace_range(at..at + length, "");
            from = at;
        }
    }
    let code: Vec<Range<usize>> = markdown::code_blocks(&text);
    for block in code.into_iter().rev() {
        text.replace_range(block, "");
    }
    text
}

/// The settings of a book whose index finds none of `pages`. mdBook warns of an index of more than 10 MB, and this one is
/// replaced.
///
/// # Errors
///
/// If the settings are no TOML.
pub fn without_index(settings: &str, pages: &BTreeMap<String, String>) -> Result<String> {
    let mut settings: DocumentMut = settings.parse()?;
    let mut chapters = Table::new();
    for page in pages.keys().filter(|page| *page != CONTENTS) {
        chapters[page]["enable"] = value(false);
    }
    settings["output"]["html"]["search"]["chapter"] = Item::Table(chapters);
    Ok(settings.to_string())
}

/// Gives the book in `full` the search index of the book in `searched`. mdBook has no setting for what to leave out.
pub fn replace_index(full: &Path, searched: &Path) -> Result<()> {
    // Without an index in both, the settings switch the search off.
    if let (Some(old), Some(new)) = (index(full)?, index(searched)?) {
        fs::copy(&new, &old).with_context(|| format!("{} cannot be copied to {}", new.display(), old.display()))?;
    }
    Ok(())
}

/// The file of the search index, whose name contains a hash.
fn index(dir: &Path) -> Result<Option<PathBuf>> {
    let entries = fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))?;
    let mut files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    Ok(files.find(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("searchindex") && name.ends_with(".js")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_finds_prose_and_no_code() {
        let page = "# A\nWords.\n\n```rust\nfn code() {}\n```\n\n<pre class=\"interleaving\" tabindex=\"0\">1  A locks\n\n\
                    ✗</pre>\n\n## B\n\n<details class=\"solution\">\n<summary>S</summary>\n\n```rust\nfn s() {}\n```\n\nWhy.\n\n\
                    <details class=\"accepted\">\n<summary>x</summary>\n\n```rust\nfn x() {}\n```\n\n</details>\n\n\
                    <details class=\"rejected\">\n<summary>y</summary>\n\n```diff\n- y\n```\n\n</details>\n\n</details>\n";
        let text = prose(page);
        let words: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        let kept =
            ["# A", "Words.", "## B", "<details class=\"solution\">", "<summary>S</summary>", "Why.", "</details>"];
        assert_eq!(words, kept);
        assert_eq!(markdown::anchors(&text), markdown::anchors(page), "a hit leads to its heading");
    }

    /// Would catch: an index of all that a long course has, of which mdBook warns.
    #[test]
    fn no_page_is_in_the_index_that_is_replaced() {
        let pages = BTreeMap::from([CONTENTS, "index.md", "01_x/02_a.md"].map(|page| (page.to_owned(), String::new())));
        let settings = without_index("[output.html.search]\nuse-boolean-and = true\n", &pages).unwrap();
        let settings: toml::Table = settings.parse().unwrap();
        without_index("[book]\n", &pages).expect("search is on by default");
        let search = &settings["output"]["html"]["search"];
        assert_eq!(search["use-boolean-and"], toml::Value::Boolean(true));
        assert_eq!(search["chapter"]["01_x/02_a.md"]["enable"], toml::Value::Boolean(false));
        assert_eq!(search["chapter"].as_table().unwrap().len(), 2);
    }

    #[test]
    fn the_index_keeps_the_name_that_the_pages_load() {
        let root = tempfile::tempdir().unwrap();
        let (full, searched) = (root.path().join("full"), root.path().join("searched"));
        for (dir, name, text) in [(&full, "searchindex-1.js", "long"), (&searched, "searchindex-2.js", "short")] {
            fs::create_dir(dir).unwrap();
            fs::write(dir.join("index.html"), "").unwrap();
            fs::write(dir.join(name), text).unwrap();
        }
        replace_index(&full, &searched).unwrap();
        assert_eq!(fs::read_to_string(full.join("searchindex-1.js")).unwrap(), "short");
        fs::remove_file(searched.join("searchindex-2.js")).unwrap();
        replace_index(&full, &searched).unwrap();
    }
}
