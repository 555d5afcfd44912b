//! What the learner prefers, in `.checker/settings.toml`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use toml_edit::{DocumentMut, value};

use crate::course::store;

/// The settings of the watch. Unknown names are ignored, and kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Whether the next exercise opens by itself when one passes.
    pub advance: bool,
}

fn file(root: &Path) -> PathBuf {
    root.join(".checker").join("settings.toml")
}

impl Preferences {
    /// The preferences of the learner, and a note if the file is not understood.
    pub fn read(root: &Path) -> (Preferences, Option<String>) {
        let text = match fs::read_to_string(file(root)) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return (Preferences::default(), None),
            Err(error) => return (Preferences::default(), Some(format!(".checker/settings.toml is ignored: {error}"))),
        };
        match toml::from_str(&text) {
            Ok(preferences) => (preferences, None),
            Err(error) => {
                let why = error.message();
                (
                    Preferences::default(),
                    Some(format!(".checker/settings.toml is ignored: {why}; correct or delete it")),
                )
            }
        }
    }

    /// Writes them to the file, whose comments and other settings stay.
    pub fn keep(self, root: &Path) -> Result<()> {
        let path = file(root);
        let mut document: DocumentMut = match fs::read_to_string(&path) {
            Ok(text) => text.parse().context("`.checker/settings.toml` is not valid TOML; correct or delete it")?,
            Err(_) => DocumentMut::new(),
        };
        document["advance"] = value(self.advance);
        fs::create_dir_all(root.join(".checker")).context("the folder `.checker` cannot be made")?;
        store::replace(&path, document.to_string().as_bytes()).context("`.checker/settings.toml` cannot be written")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: a setting that is forgotten, or a file that loses what somebody wrote into it.
    #[test]
    fn a_setting_is_kept_and_so_is_the_rest_of_the_file() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(Preferences::read(root.path()), (Preferences { advance: false }, None));
        Preferences { advance: true }.keep(root.path()).unwrap();
        assert_eq!(Preferences::read(root.path()), (Preferences { advance: true }, None));
        fs::write(file(root.path()), "# mine\nlater = 1\nadvance = true # yes\n").unwrap();
        Preferences { advance: false }.keep(root.path()).unwrap();
        let text = fs::read_to_string(file(root.path())).unwrap();
        assert!(text.starts_with("# mine\nlater = 1\nadvance = false"), "{text}");
        for damaged in ["advance = 3", "advance ="] {
            fs::write(file(root.path()), damaged).unwrap();
            let (preferences, note) = Preferences::read(root.path());
            assert!(!preferences.advance && note.unwrap().contains("settings.toml is ignored"), "{damaged}");
        }
        assert!(Preferences { advance: true }.keep(root.path()).is_err(), "it is not overwritten");
    }
}
