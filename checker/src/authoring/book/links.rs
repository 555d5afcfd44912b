//! Links: from a file of the course to another one, rewritten to the pages of the book, and whether they lead anywhere.

use std::collections::{BTreeMap, BTreeSet};

use crate::course::markdown::{anchors, links};

/// The page of each file of the course that has one. A part of a file may have a page of its own: `README.md#words`.
#[derive(Clone, Debug, Default)]
pub struct Sitemap(pub BTreeMap<String, String>);

impl Sitemap {
    /// `text`, which the course has in the file `from`, as it must be on `page`. Fails with the first link that leads
    /// to no page.
    pub fn rewritten(&self, text: &str, from: &str, page: &str) -> Result<String, String> {
        let mut rewritten = String::with_capacity(text.len());
        let mut copied = 0;
        for link in links(text) {
            if is_outside(&link.target) || link.target.starts_with('#') {
                continue;
            }
            let target = self.target(&link.target, from).ok_or_else(|| link.target.clone())?;
            rewritten.push_str(&text[copied..link.at.start]);
            rewritten.push_str(&relative(page, &target));
            copied = link.at.end;
        }
        rewritten.push_str(&text[copied..]);
        Ok(rewritten)
    }

    /// The page, with the heading, that `target` in the file `from` stands for.
    fn target(&self, target: &str, from: &str) -> Option<String> {
        let target = joined(from, target);
        let (file, heading) = target.split_once('#').map_or((target.as_str(), None), |(file, at)| (file, Some(at)));
        let own = self.0.get(&target).cloned();
        own.or_else(|| {
            let page = self.0.get(file)?;
            Some(heading.map_or_else(|| page.clone(), |heading| format!("{page}#{heading}")))
        })
    }
}

/// The links of `pages` that lead to none of them, nor to one of `files`: `PAGE links to TARGET, which is not there`.
pub fn broken(pages: &BTreeMap<String, String>, files: &BTreeSet<String>) -> Vec<String> {
    let known: BTreeMap<&str, BTreeSet<String>> =
        pages.iter().map(|(page, text)| (page.as_str(), anchors(text).into_iter().collect())).collect();
    let leads_nowhere = |page: &str, target: &str| {
        let target = if target.starts_with('#') { format!("{page}{target}") } else { joined(page, target) };
        let (file, anchor) = target.split_once('#').map_or((target.as_str(), None), |(file, at)| (file, Some(at)));
        match known.get(file) {
            Some(anchors) => anchor.is_some_and(|anchor| !anchors.contains(anchor)),
            None => !files.contains(file),
        }
    };
    let mut broken = Vec::new();
    for (page, text) in pages {
        let targets = links(text).into_iter().map(|link| link.target).filter(|target| !is_outside(target));
        let lost = targets.filter(|target| leads_nowhere(page, target));
        broken.extend(lost.map(|target| format!("{page} links to `{target}`, which is not there")));
    }
    broken
}

/// Whether a link leaves the book, as `https://…` does.
fn is_outside(target: &str) -> bool {
    target.contains(':')
}

/// The path that `target` means in the file `from`.
fn joined(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The link from `page` to `target`, both relative to the book.
pub fn relative(page: &str, target: &str) -> String {
    let up = page.matches('/').count();
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    match target.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
        Some(rest) if !folder.is_empty() => rest.to_owned(),
        _ => "../".repeat(up) + target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sitemap() -> Sitemap {
        let pages = [
            ("exercises/README.md", "index.md"),
            ("exercises/README.md#words", "glossary.md"),
            ("exercises/02_mutex/README.md", "02_mutex/index.md"),
            ("exercises/02_mutex/03_abba/README.md", "02_mutex/03_abba.md"),
        ];
        Sitemap(pages.into_iter().map(|(file, page)| (file.to_owned(), page.to_owned())).collect())
    }

    #[test]
    fn links_between_files_become_links_between_pages() {
        let rewritten = |text, from, page| sitemap().rewritten(text, from, page);
        let solution = "solutions/02_mutex/03_abba/README.md";
        let text = "[a](../../../exercises/02_mutex/README.md#words) [b](https://x.y/z) [c](#own) `[d](e)`";
        assert_eq!(
            rewritten(text, solution, "02_mutex/03_abba.md").unwrap(),
            "[a](index.md#words) [b](https://x.y/z) [c](#own) `[d](e)`"
        );
        let text = "[a](../README.md#words), [b](../README.md) and [c](03_abba/README.md)";
        assert_eq!(
            rewritten(text, "exercises/02_mutex/README.md", "02_mutex/index.md").unwrap(),
            "[a](../glossary.md), [b](../index.md) and [c](03_abba.md)"
        );
        assert_eq!(rewritten("[a](src/lib.rs)", solution, "x.md"), Err("src/lib.rs".to_owned()));
    }

    #[test]
    fn a_broken_link_is_named_with_its_page() {
        let pages: BTreeMap<String, String> = [
            ("index.md", "[a](b/c.md#here) [d](b/c.md#there) [e](b/none.md)\n\n<a href=\"play/x.html\">x</a>"),
            ("b/c.md", "# Here\n[up](../index.md) [own](#here) [lost](#lost) <a href=\"../play/y.html\">y</a>"),
        ]
        .map(|(page, text)| (page.to_owned(), text.to_owned()))
        .into();
        let files = BTreeSet::from(["play/x.html".to_owned()]);
        assert_eq!(
            broken(&pages, &files),
            [
                "b/c.md links to `#lost`, which is not there",
                "b/c.md links to `../play/y.html`, which is not there",
                "index.md links to `b/c.md#there`, which is not there",
                "index.md links to `b/none.md`, which is not there",
            ]
        );
    }
}
