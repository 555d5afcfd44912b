//! Finds what a real package has and its drop-in lacks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::docs::{Docs, Namespace};
use crate::page;

/// The comparison of one drop-in.
#[derive(Debug)]
struct Comparison<'a> {
    docs: &'a Docs,
    /// As in paths: `async_lock`.
    name: &'a str,
    missing: BTreeSet<String>,
    compared: usize,
    seen: BTreeSet<PathBuf>,
}

/// Returns the paths of everything that the drop-in `name` lacks, such as `tokio::sync::Mutex::lock` and
/// `tokio::sync::Mutex: impl Debug`, and how many paths were compared.
pub fn missing(docs: &Docs, name: &str) -> (BTreeSet<String>, usize) {
    let real = if name == "std" { &docs.std } else { &docs.real };
    let mut comparison = Comparison { docs, name, missing: BTreeSet::new(), compared: 0, seen: BTreeSet::new() };
    comparison.modules(name, &real.join(name).join("index.html"), &docs.explore.join(name).join("index.html"));
    (comparison.missing, comparison.compared)
}

impl Comparison<'_> {
    fn modules(&mut self, path: &str, real: &Path, drop_in: &Path) {
        if real == drop_in || !self.seen.insert(drop_in.to_owned()) {
            return;
        }
        let listed = self.docs.module(real);
        let items = listed.items.iter().map(|item| (item.name.as_str(), Namespace::of(&item.kind)));
        // The name of a `pub use` may be in any namespace.
        let reexports = listed.reexports.iter().flat_map(|reexport| {
            [Namespace::Types, Namespace::Values, Namespace::Macros]
                .map(|namespace| (reexport.name.as_str(), namespace))
        });
        for (name, namespace) in items.chain(reexports) {
            let Some(original) = self.docs.item(self.name, real, name, namespace) else { continue };
            let path = format!("{path}::{name}");
            self.compared += 1;
            let Some(found) = self.docs.item(self.name, drop_in, name, namespace) else {
                self.missing.insert(path);
                continue;
            };
            match (&*original.kind, &*found.kind) {
                ("mod", "mod") => self.modules(&path, &original.page, &found.page),
                _ if namespace == Namespace::Types => self.members(&path, &original.page, &found.page),
                _ => {}
            }
        }
    }

    fn members(&mut self, path: &str, real: &Path, drop_in: &Path) {
        // Drop-ins do not inline their re-exports of the real packages, so a page outside theirs is the real one.
        if !drop_in.starts_with(&self.docs.explore) {
            return;
        }
        let (found, expected) = (self.members_of(drop_in), self.members_of(real));
        self.compared += expected.len();
        for member in expected.difference(&found) {
            let separator = if member.starts_with("impl ") { ": " } else { "::" };
            self.missing.insert(format!("{path}{separator}{member}"));
        }
    }

    fn members_of(&self, page: &Path) -> BTreeSet<String> {
        let Ok(html) = fs::read_to_string(page) else { return BTreeSet::new() };
        match self.docs.aliased(page, &html) {
            Some(target) => self.members_of(&target),
            None => page::members(&html),
        }
    }
}
