//! verdict: deadlock
//! Keeps the read guard so that nobody comes in between, and then waits for itself: a read guard does not turn into a write guard.
//!
//! Page templates, compiled when they are first asked for.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

/// A template in the form that pages are rendered from.
#[derive(Debug, PartialEq)]
pub struct Compiled(pub String);

/// The templates compiled so far, by name. Each `Templates` is independent of the others.
#[derive(Default)]
pub struct Templates {
    compiled: RwLock<HashMap<String, Arc<Compiled>>>,
}

impl Templates {
    pub fn new() -> Self {
        Self::default()
    }

    /// The template `name`. The first call for a name compiles it; every call for that name returns the same one.
    pub fn get(&self, name: &str, compile: impl FnOnce() -> Compiled) -> Arc<Compiled> {
        let compiled = self.compiled.read();
        if let Some(template) = compiled.get(name) {
            return Arc::clone(template);
        }
        let template = Arc::new(compile());
        self.compiled.write().insert(name.to_owned(), Arc::clone(&template));
        template
    }

    /// How many templates have been compiled and kept.
    pub fn len(&self) -> usize {
        self.compiled.read().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
