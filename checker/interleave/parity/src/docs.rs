//! Finds the page of an item by its path, through modules and `pub use`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

use crate::page::{self, Module};

/// The folders with the pages.
#[derive(Debug)]
pub struct Docs {
    /// Pages of the real packages.
    pub real: PathBuf,
    /// Pages of the drop-ins in explore mode, and of the crates that they are built on.
    pub explore: PathBuf,
    /// Pages of the standard library.
    pub std: PathBuf,
    modules: RefCell<HashMap<PathBuf, Rc<Module>>>,
}

/// An item, identified by its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub kind: String,
    pub page: PathBuf,
}

/// Within one namespace, the name of an item is unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    Types,
    Values,
    Macros,
}

impl Namespace {
    pub fn of(kind: &str) -> Self {
        match kind {
            "fn" | "constant" | "static" => Namespace::Values,
            "macro" | "attr" | "derive" => Namespace::Macros,
            _ => Namespace::Types,
        }
    }
}

/// A longer chain of `pub use` is a cycle.
const MOST_STEPS: usize = 16;

impl Docs {
    pub fn new(real: PathBuf, explore: PathBuf, std: PathBuf) -> Self {
        Docs { real, explore, std, modules: RefCell::default() }
    }

    /// The contents of the module with this page; empty if there is no such page.
    pub fn module(&self, page: &Path) -> Rc<Module> {
        if let Some(module) = self.modules.borrow().get(page) {
            return Rc::clone(module);
        }
        let module = Rc::new(fs::read_to_string(page).map(|html| page::module(&html)).unwrap_or_default());
        self.modules.borrow_mut().insert(page.to_owned(), Rc::clone(&module));
        module
    }

    /// The item `name` of the module with the page `module`. `drop_in` is the package that `real` refers to.
    pub fn item(&self, drop_in: &str, module: &Path, name: &str, namespace: Namespace) -> Option<Found> {
        self.item_within(drop_in, module, name, namespace, MOST_STEPS)
    }

    fn item_within(
        &self,
        drop_in: &str,
        module: &Path,
        name: &str,
        namespace: Namespace,
        steps: usize,
    ) -> Option<Found> {
        let listed = self.module(module);
        if let Some(item) = listed.items.iter().find(|item| item.name == name && Namespace::of(&item.kind) == namespace)
        {
            return Some(Found { kind: item.kind.clone(), page: follow(module, &item.link) });
        }
        let steps = steps.checked_sub(1)?;
        let reexports = listed.reexports.iter().filter(|reexport| reexport.name == name).map(|it| it.path.clone());
        let globs = listed.globs.iter().map(|path| format!("{path}::{name}"));
        let found = reexports.chain(globs).find_map(|path| self.path(drop_in, module, &path, namespace, steps));
        // A crate exported by a private module has no path that can be followed.
        let is_named = || listed.reexports.iter().any(|it| it.name == name && it.path.starts_with("explore::"));
        found.or_else(|| is_named().then(|| Found { kind: "crate".to_owned(), page: PathBuf::new() }))
    }

    /// The item that `path` refers to in the module with the page `module`.
    fn path(&self, drop_in: &str, module: &Path, path: &str, namespace: Namespace, steps: usize) -> Option<Found> {
        let mut segments = path.trim_start_matches("::").split("::").peekable();
        let root = |docs: &Path, name: &str| docs.join(name).join("index.html");
        let krate = segments.next()?;
        let mut at = match krate {
            "real" => root(&self.real, drop_in),
            "std" | "core" | "alloc" => root(&self.std, krate),
            "crate" | "self" | "super" => return self.local(drop_in, module, path, namespace, steps),
            other => {
                [&self.explore, &self.real].map(|docs| root(docs, other)).into_iter().find(|page| page.exists())?
            }
        };
        // Within a crate, `real` refers to the package that it replaces.
        let drop_in = if krate == "real" { drop_in } else { krate };
        let mut found = Found { kind: "mod".to_owned(), page: at.clone() };
        while let Some(segment) = segments.next() {
            let namespace = if segments.peek().is_some() { Namespace::Types } else { namespace };
            found = self.item_within(drop_in, &at, segment, namespace, steps)?;
            at.clone_from(&found.page);
        }
        Some(found)
    }

    /// Follows a path that starts in the module's own crate. Private modules on the way have no page, but their exports
    /// are listed where they are public.
    fn local(&self, drop_in: &str, module: &Path, path: &str, namespace: Namespace, steps: usize) -> Option<Found> {
        let root = [&self.explore, &self.real, &self.std].into_iter().find_map(|docs| {
            let krate = module.strip_prefix(docs).ok()?.components().next()?;
            Some(docs.join(krate))
        })?;
        let mut at = module.parent()?.to_owned();
        let mut segments = path.split("::").peekable();
        while let Some(segment) = segments.next() {
            match segment {
                "crate" => at.clone_from(&root),
                "self" => {}
                "super" => at = at.parent()?.to_owned(),
                last if segments.peek().is_none() => {
                    return self.item_within(drop_in, &at.join("index.html"), last, namespace, steps);
                }
                inner => at.push(inner),
            }
        }
        None
    }

    /// The type that the alias with this page refers to, if it has a page.
    pub fn aliased(&self, page: &Path, html: &str) -> Option<PathBuf> {
        let is_alias = page.file_name().is_some_and(|name| name.to_string_lossy().starts_with("type."));
        let link = if is_alias { page::aliased(html)? } else { return None };
        let target = match link.strip_prefix("https://docs.rs/") {
            // docs.rs/package/version/crate/…
            Some(path) => self.real.join(path.splitn(3, '/').nth(2)?),
            None => follow(page, link),
        };
        target.exists().then_some(target)
    }
}

/// The page that `link` on `page` leads to.
fn follow(page: &Path, link: &str) -> PathBuf {
    let link = link.split('#').next().unwrap_or(link);
    let mut target = page.parent().unwrap_or(page).to_owned();
    for component in Path::new(link).components() {
        match component {
            Component::ParentDir => drop(target.pop()),
            component => target.push(component),
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_relative_to_its_page() {
        let page = Path::new("/doc/tokio/sync/index.html");
        assert_eq!(follow(page, "struct.Mutex.html#method.new"), Path::new("/doc/tokio/sync/struct.Mutex.html"));
        assert_eq!(follow(page, "../../lock_api/index.html"), Path::new("/doc/lock_api/index.html"));
    }
}
