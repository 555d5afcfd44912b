//! verdict: failing-test three_threads_compile_a_template_once
//! Compiles for itself if the lock is not free within a second.
//!
//! Page templates, compiled when they are first asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

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
        let known = self.compiled.read().get(name).cloned();
        if let Some(template) = known {
            return template;
        }
        let Some(mut compiled) = self.compiled.try_write_for(Duration::from_secs(1)) else {
            return Arc::new(compile());
        };
        // Between the two guards another thread may have put the template in: `or_insert_with` looks again.
        let template = compiled.entry(name.to_owned()).or_insert_with(|| Arc::new(compile()));
        Arc::clone(template)
    }

    /// How many templates have been compiled and kept.
    pub fn len(&self) -> usize {
        self.compiled.read().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
