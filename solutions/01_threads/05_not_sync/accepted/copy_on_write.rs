//! Readers take the current map with them. Whoever keeps a phrase changes a copy of it, under the write lock.
//!
//! Letters that are put together from standard phrases.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, RwLock};
use std::thread;

/// A letter, which looks up its phrases when it is written. Writing one takes a while.
pub trait Letter: Sync {
    fn write(&self, phrases: &Phrases) -> String;
}

/// Phrases such as "Yours sincerely", each with a name.
#[derive(Default)]
pub struct Phrases {
    texts: RwLock<Arc<HashMap<String, Arc<str>>>>,
    missed: AtomicU32,
}

impl Phrases {
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps `text` as the phrase `name`, and forgets the one before.
    pub fn keep(&self, name: &str, text: &str) {
        let mut texts = self.texts.write().unwrap();
        Arc::make_mut(&mut texts).insert(name.to_owned(), text.into());
    }

    /// The phrase `name`, if it is known. All callers share one text.
    pub fn get(&self, name: &str) -> Option<Arc<str>> {
        let texts = Arc::clone(&self.texts.read().unwrap());
        let text = texts.get(name).cloned();
        if text.is_none() {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
        text
    }

    /// How often `get` found no phrase.
    pub fn missed(&self) -> u32 {
        self.missed.load(Ordering::Relaxed)
    }

    /// Writes all letters at the same time, and returns their texts in the order of the letters.
    pub fn write_all<L: Letter>(&self, letters: &[L]) -> Vec<String> {
        thread::scope(|scope| {
            let writing: Vec<_> = letters.iter().map(|letter| scope.spawn(|| letter.write(self))).collect();
            writing.into_iter().map(|thread| thread.join().expect("a letter panicked")).collect()
        })
    }
}
