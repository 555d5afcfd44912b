//! verdict: failing-test each_of_many_templates_is_compiled_once
//! Uses a short hash of the name as the key. Two names may have the same hash.
//!
//! Page templates, compiled when they are first asked for.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

/// A template in the form that pages are rendered from.
#[derive(Debug, PartialEq)]
pub struct Compiled(pub String);

fn hash(name: &str) -> u8 {
    name.bytes().fold(0, u8::wrapping_add)
}

/// The templates compiled so far, by name. Each `Templates` is independent of the others.
#[derive(Default)]
pub struct Templates {
    compiled: RwLock<HashMap<u8, Arc<Compiled>>>,
}

impl Templates {
    pub fn new() -> Self {
        Self::default()
    }

    /// The template `name`. The first call for a name compiles it; every call for that name returns the same one.
    pub fn get(&self, name: &str, compile: impl FnOnce() -> Compiled) -> Arc<Compiled> {
        let known = self.compiled.read().get(&hash(name)).cloned();
        if let Some(template) = known {
            return template;
        }
        let mut compiled = self.compiled.write();
        // Between the two guards another thread may have put the template in: `or_insert_with` looks again.
        let template = compiled.entry(hash(name)).or_insert_with(|| Arc::new(compile()));
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
