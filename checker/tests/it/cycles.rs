//! The modules of each crate of this repository do not form cycles.
//!
//! At each level of a crate's tree, sibling modules can be ordered so that each uses only those before it. Uses between
//! a module and its submodules are ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};

type Module = Vec<String>;

/// Every file below `src`, keyed by its module.
fn modules(src: &Path) -> BTreeMap<Module, PathBuf> {
    let mut modules = BTreeMap::new();
    let mut folders = vec![src.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inner = path.strip_prefix(src).unwrap().with_extension("");
                let mut module: Module = inner.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
                if ["mod", "lib", "main"].contains(&module.last().unwrap().as_str()) {
                    module.pop();
                }
                modules.insert(module, path);
            }
        }
    }
    modules
}

/// The modules that one file uses from its own crate.
struct Uses<'m> {
    module: Module,
    modules: &'m BTreeMap<Module, PathBuf>,
    used: BTreeSet<Module>,
}

impl Uses<'_> {
    /// Records the innermost module on the path, if the path begins in this crate.
    fn note(&mut self, path: &[String]) {
        let mut at = self.module.clone();
        let mut rest = path.iter();
        match rest.next().map(String::as_str) {
            Some("crate") => at.clear(),
            Some("self") => {}
            Some("super") => drop(at.pop()),
            _ => return,
        }
        for name in rest {
            if name == "super" {
                at.pop();
                continue;
            }
            at.push(name.clone());
            if !self.modules.contains_key(&at) {
                at.pop();
                break;
            }
        }
        self.used.insert(at);
    }

    fn note_tree(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.note_tree(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.note_tree(before, tree)),
            syn::UseTree::Name(syn::UseName { ident }) | syn::UseTree::Rename(syn::UseRename { ident, .. }) => {
                before.push(ident.to_string());
                self.note(before);
                before.pop();
            }
            syn::UseTree::Glob(_) => self.note(before),
        }
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

impl<'ast> Visit<'ast> for Uses<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.content.is_some() && !is_for_tests(&module.attrs) {
            self.module.push(module.ident.to_string());
            visit::visit_item_mod(self, module);
            self.module.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.note_tree(&mut Vec::new(), &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note(&names);
        visit::visit_path(self, path);
    }
}

/// For each level of the module tree, the sibling modules and what each of them uses.
fn siblings(src: &Path) -> BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> {
    let modules = modules(src);
    let mut levels: BTreeMap<Module, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (module, file) in &modules {
        let text = fs::read_to_string(file).unwrap();
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        if is_for_tests(&parsed.attrs) || module.last().is_some_and(|name| name == "tests") {
            continue;
        }
        let mut uses = Uses { module: module.clone(), modules: &modules, used: BTreeSet::new() };
        uses.visit_file(&parsed);
        for used in uses.used {
            let common = module.iter().zip(&used).take_while(|(a, b)| a == b).count();
            if let (Some(own), Some(other)) = (module.get(common), used.get(common)) {
                let level = levels.entry(module[..common].to_vec()).or_default();
                level.entry(own.clone()).or_default().insert(other.clone());
            }
        }
    }
    levels
}

/// Removes modules that use no remaining module until none can be removed. Whatever remains contains a cycle.
fn cycle(mut uses: BTreeMap<String, BTreeSet<String>>) -> BTreeMap<String, BTreeSet<String>> {
    loop {
        let open: BTreeSet<String> = uses.keys().cloned().collect();
        uses.values_mut().for_each(|used| used.retain(|module| open.contains(module)));
        let before = uses.len();
        uses.retain(|_, used| !used.is_empty());
        if uses.len() == before {
            return uses;
        }
    }
}

/// Would catch: two modules that use each other, directly or through others, in any crate.
#[test]
fn no_crate_has_a_module_cycle() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let drop_ins = fs::read_dir(root.join("interleave/drop-in")).unwrap().map(|entry| entry.unwrap().path());
    let mut crates: Vec<PathBuf> = drop_ins.filter(|path| path.is_dir()).collect();
    crates.extend(["", "trace", "interleave", "interleave/macros", "interleave/parity"].map(|name| root.join(name)));
    assert!(crates.len() > 10, "{crates:?}");
    let mut cycles = Vec::new();
    for folder in &crates {
        for (level, uses) in siblings(&folder.join("src")) {
            let cycle = cycle(uses);
            if !cycle.is_empty() {
                cycles.push(format!("{} {}: {cycle:?}", folder.display(), level.join("::")));
            }
        }
    }
    assert!(cycles.is_empty(), "{}", cycles.join("\n"));
}
