//! verdict: deadlock three_threads_compile_a_template_once
//! Compiles outside the lock while others wait, and wakes only one of them. With three threads, one sleeps forever.
//!
//! Page templates, compiled when they are first asked for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex, RwLock};

/// A template in the form that pages are rendered from.
#[derive(Debug, PartialEq)]
pub struct Compiled(pub String);

/// The templates compiled so far, by name. Each `Templates` is independent of the others.
#[derive(Default)]
pub struct Templates {
    compiled: RwLock<HashMap<String, Arc<Compiled>>>,
    compiling: Mutex<HashSet<String>>,
    ready: Condvar,
}

impl Templates {
    pub fn new() -> Self {
        Self::default()
    }

    /// The template `name`. The first call for a name compiles it; every call for that name returns the same one.
    pub fn get(&self, name: &str, compile: impl FnOnce() -> Compiled) -> Arc<Compiled> {
        let mut compiling = self.compiling.lock();
        loop {
            if let Some(template) = self.compiled.read().get(name) {
                return Arc::clone(template);
            }
            if compiling.insert(name.to_owned()) {
                break;
            }
            self.ready.wait(&mut compiling);
        }
        drop(compiling);
        let template = Arc::new(compile());
        self.compiled.write().insert(name.to_owned(), Arc::clone(&template));
        self.compiling.lock().remove(name);
        self.ready.notify_one();
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
