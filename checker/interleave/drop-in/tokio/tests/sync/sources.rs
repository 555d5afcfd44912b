//! The public functions in the sources of the drop-in, to compare with the tested ones.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::operations::PRIVATE;

/// The public functions of the drop-in that are not in [`PRIVATE`](super::operations::PRIVATE), as `file::function`.
pub fn public_functions() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explore/sync");
    let mut files = Vec::new();
    collect(&folder, &mut files);
    let mut names = BTreeSet::new();
    for file in files {
        let module = file.strip_prefix(&folder).unwrap().with_extension("");
        let module = if module.ends_with("mod") { module.parent().unwrap() } else { &module };
        let module = module.to_str().unwrap().replace('\\', "/");
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let Some(function) = declared(line.trim_start()) else { continue };
            let name = format!("{module}::{function}");
            if !PRIVATE.contains(&function) && !PRIVATE.contains(&&*name) {
                names.insert(name);
            }
        }
    }
    names
}

/// The function that `line` declares, as `pub fn NAME(` or in the macro `looks!` as `NAME -> TYPE;`.
fn declared(line: &str) -> Option<&str> {
    let name = match line.strip_prefix("pub fn ") {
        Some(rest) => rest.split(['(', '<']).next()?,
        None => line.strip_suffix(';')?.split_once(" -> ")?.0,
    };
    name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
