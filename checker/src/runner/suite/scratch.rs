//! A temporary folder that is removed after the check.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::error::UserError;
use crate::system::files;

/// The folder. It is removed on drop.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("checker-{}", nonce()?));
        // Private, so that no other user can put a report there.
        files::create_private_dir(&path).map_err(|error| {
            UserError::new(
                format!("no folder for the reports of the tests could be made in {}: {error}", parent(&path)),
                "free some space there, or set TMPDIR (on Windows TMP) to a folder that you may write",
            )
        })?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

fn parent(path: &Path) -> String {
    path.parent().unwrap_or(path).display().to_string()
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An unpredictable random number in hexadecimal.
pub fn nonce() -> io::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}
