//! verdict: failing-test known_templates_are_counted_while_another_one_is_compiled
//! Keeps a cell for each name; `len` also counts the cells whose template is still being compiled.
//!
//! Page templates, compiled when they are first asked for.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use parking_lot::RwLock;

/// A template in the form that pages are rendered from.
#[derive(Debug, PartialEq)]
pub struct Compiled(pub String);

type Cell = Arc<OnceLock<Arc<Compiled>>>;

/// The templates compiled so far, by name. Each `Templates` is independent of the others.
#[derive(Default)]
pub struct Templates {
    cells: RwLock<HashMap<String, Cell>>,
}

impl Templates {
    pub fn new() -> Self {
        Self::default()
    }

    /// The template `name`. The first call for a name compiles it; every call for that name returns the same one.
    pub fn get(&self, name: &str, compile: impl FnOnce() -> Compiled) -> Arc<Compiled> {
        let known = self.cells.read().get(name).cloned();
        let cell = known.unwrap_or_else(|| self.cells.write().entry(name.to_owned()).or_default().clone());
        cell.get_or_init(|| Arc::new(compile())).clone()
    }

    /// How many templates have been compiled and kept.
    pub fn len(&self) -> usize {
        self.cells.read().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
