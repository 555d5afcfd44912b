//! The folders that the system sends events about.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::course::version::sources;

/// The system's watcher and the folders that it watches.
pub struct Aim {
    native: RecommendedWatcher,
    /// The folder of the exercise.
    dir: Option<PathBuf>,
    folders: BTreeSet<PathBuf>,
}

impl Aim {
    pub fn new(native: RecommendedWatcher) -> Aim {
        Aim { native, dir: None, folders: BTreeSet::new() }
    }

    /// Watches `dir` instead of the previous folder.
    pub fn at(&mut self, dir: &Path) -> notify::Result<()> {
        self.dir = Some(dir.to_owned());
        self.again()
    }

    /// Watches the same paths again. If a folder was replaced, the old watch stays with the folder that is gone.
    pub fn again(&mut self) -> notify::Result<()> {
        for folder in std::mem::take(&mut self.folders) {
            let _ = self.native.unwatch(&folder);
        }
        let Some(dir) = self.dir.clone() else { return Ok(()) };
        // The parent folder reports when the folder itself is removed or created. Failing to watch it is not an error.
        let around = dir.parent().map(Path::to_owned).into_iter().chain(folders_of_links(&dir));
        for folder in around {
            if self.native.watch(&folder, RecursiveMode::NonRecursive).is_ok() {
                self.folders.insert(folder);
            }
        }
        self.native.watch(&dir, RecursiveMode::Recursive)?;
        self.folders.insert(dir);
        Ok(())
    }

    /// The watched folders.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(PathBuf::as_path)
    }
}

/// The real folders of the exercise's files, if the files or their folders are links that lead out of `dir`.
fn folders_of_links(dir: &Path) -> Vec<PathBuf> {
    let Ok(real) = fs::canonicalize(dir) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = sources(dir)
        .iter()
        .filter_map(|file| Some(fs::canonicalize(file).ok()?.parent()?.to_owned()))
        .filter(|folder| !folder.starts_with(&real))
        .collect();
    folders.sort();
    folders.dedup();
    folders
}
