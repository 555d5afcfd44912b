//! The installed tools as they were when they were asked last: asking takes as long as looking for lints.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::ground::{self, Hash};
use crate::system::toolchain::{self, Toolchain};

/// What was found, and what would change if it were different now.
#[derive(Serialize, Deserialize)]
struct Remembered {
    settings: Hash,
    /// Clippy itself, not the proxy of rustup.
    driver: PathBuf,
    stamp: (u64, u128),
}

impl Remembered {
    fn is_still_so(&self, settings: &Hash) -> bool {
        self.settings == *settings && ground::stamp(&self.driver) == Some(self.stamp)
    }
}

/// The tools that are installed for the course at `root`.
///
/// # Errors
///
/// If the compiler is missing or too old.
pub fn installed(root: &Path) -> Result<Toolchain> {
    let file = toolchain::build_folder(root).join("checker").join("tools.json");
    let settings = ground::of_tools(root);
    if recall(&file).is_some_and(|then| then.is_still_so(&settings)) {
        return Ok(Toolchain { clippy: true });
    }
    let found = Toolchain::find()?;
    if found.clippy {
        // What is not remembered is asked for again.
        let _ = remember(&file, settings);
    }
    Ok(found)
}

fn recall(file: &Path) -> Option<Remembered> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn remember(file: &Path, settings: Hash) -> Option<()> {
    // Before the first build there is no folder for it.
    file.parent().filter(|folder| folder.exists())?;
    let driver = toolchain::sysroot()?.join("bin").join(format!("clippy-driver{}", std::env::consts::EXE_SUFFIX));
    let stamp = ground::stamp(&driver)?;
    fs::write(file, serde_json::to_vec(&Remembered { settings, driver, stamp }).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: a clippy that was removed or updated, or another toolchain, which goes unnoticed.
    #[test]
    fn other_settings_or_another_clippy_are_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let driver = dir.path().join("clippy-driver");
        fs::write(&driver, "one").unwrap();
        let stamp = ground::stamp(&driver).unwrap();
        let then = Remembered { settings: "a".to_owned(), driver: driver.clone(), stamp };
        let now = |settings: &str| then.is_still_so(&settings.to_owned());
        assert_eq!((now("a"), now("b")), (true, false));
        fs::write(&driver, "other").unwrap();
        assert!(!now("a"), "an update");
        fs::remove_file(&driver).unwrap();
        assert!(!now("a"), "it was removed");
    }
}
