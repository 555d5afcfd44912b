//! Keeps the lines as they were read. Each `get` follows the references upwards.
//!
//! The settings of a service, read from a file when somebody first asks for one.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Where the settings come from. Reading takes a while.
pub trait Source {
    /// All lines, each with its name and its value.
    fn read(&self) -> Vec<(String, String)>;
}

/// Settings that are read once, by the first call that needs them.
pub struct Settings<S> {
    source: S,
    lines: OnceLock<Vec<(String, String)>>,
}

impl<S: Source> Settings<S> {
    /// Settings of their own. Reads nothing yet.
    pub fn new(source: S) -> Self {
        Self { source, lines: OnceLock::new() }
    }

    /// The value of the setting `name`, if there is one. All callers get the same text.
    pub fn get(&self, name: &str) -> Option<&str> {
        let lines = self.lines.get_or_init(|| self.source.read());
        let (mut name, mut end) = (name, lines.len());
        let mut followed = false;
        loop {
            let Some(at) = lines[..end].iter().rposition(|(set, _)| set == name) else {
                return followed.then_some("");
            };
            match lines[at].1.strip_prefix('$') {
                None => return Some(&lines[at].1),
                Some(other) => (name, end, followed) = (other, at, true),
            }
        }
    }
}
