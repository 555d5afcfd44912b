//! verdict: failing-test a_reference_means_the_last_line_above_it
//! `trim_start_matches` cuts off every `$`, so `$$path` becomes a reference to `path`.
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
    values: OnceLock<BTreeMap<String, String>>,
}

impl<S: Source> Settings<S> {
    /// Settings of their own. Reads nothing yet.
    pub fn new(source: S) -> Self {
        Self { source, values: OnceLock::new() }
    }

    /// The value of the setting `name`, if there is one. All callers get the same text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get_or_init(|| self.load()).get(name).map(String::as_str)
    }

    /// Reads all settings. The value `$name` stands for the value of the last line above that sets `name`, and for no
    /// text if there is none. If two lines set the same name, the last one counts.
    fn load(&self) -> BTreeMap<String, String> {
        let mut values = BTreeMap::new();
        for (name, value) in self.source.read() {
            let value = if value.starts_with('$') {
                values.get(value.trim_start_matches('$')).cloned().unwrap_or_default()
            } else {
                value
            };
            values.insert(name, value);
        }
        values
    }
}
