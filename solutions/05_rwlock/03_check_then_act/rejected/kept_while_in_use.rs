//! verdict: failing-test a_known_template_is_not_compiled_again
//! Keeps weak references, so a template that nobody holds at the moment is compiled again.
//!
//! Page templates, compiled when they are first asked for.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::RwLock;

/// A template in the form that pages are rendered from.
#[derive(Debug, PartialEq)]
pub struct Compiled(pub String);

/// The templates compiled so far, by name. Each `Templates` is independent of the others.
#[derive(Default)]
pub struct Templates {
    compiled: RwLock<HashMap<String, Weak<Compiled>>>,
}

impl Templates {
    pub fn new() -> Self {
        Self::default()
    }

    /// The template `name`. The first call for a name compiles it; every call for that name returns the same one.
    pub fn get(&self, name: &str, compile: impl FnOnce() -> Compiled) -> Arc<Compiled> {
        let known = self.compiled.read().get(name).and_then(Weak::upgrade);
        if let Some(template) = known {
            return template;
        }
        let mut compiled = self.compiled.write();
        // Between the two guards another thread may have put the template in: `or_insert_with` looks again.
        if let Some(template) = compiled.get(name).and_then(Weak::upgrade) {
            return template;
        }
        let template = Arc::new(compile());
        compiled.insert(name.to_owned(), Arc::downgrade(&template));
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
