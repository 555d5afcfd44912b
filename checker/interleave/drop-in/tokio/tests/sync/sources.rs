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
            let Some(rest) = line.trim_start().strip_prefix("pub fn ") else { continue };
            let function = rest.split(['(', '<']).next().unwrap();
            let name = format!("{module}::{function}");
            if !PRIVATE.contains(&function) && !PRIVATE.contains(&&*name) {
                names.insert(name);
            }
        }
    }
    names
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}
