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
    values: OnceLock<BTreeMap<String, String>>,
}

impl<S: Source> Settings<S> {
    /// Settings of their own. Reads nothing yet.
    pub fn new(source: S) -> Self {
        Self { source, lines: OnceLock::new(), values: OnceLock::new() }
    }

    /// The value of the setting `name`, if there is one. All callers get the same text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get_or_init(|| self.load()).get(name).map(String::as_str)
    }

    /// The values of all lines.
    fn load(&self) -> BTreeMap<String, String> {
        let lines = self.lines.get_or_init(|| self.source.read());
        let values =
            lines.iter().enumerate().map(|(at, (name, value))| (name.clone(), Self::value(&lines[..at], value)));
        values.collect()
    }

    /// The value `$name` stands for the value of the last line above that sets `name`, and for no text if there is none.
    fn value(above: &[(String, String)], value: &str) -> String {
        let Some(other) = value.strip_prefix('$') else {
            return value.to_owned();
        };
        let found = above.iter().rposition(|(name, _)| name == other);
        found.map(|at| Self::value(&above[..at], &above[at].1)).unwrap_or_default()
    }
}
