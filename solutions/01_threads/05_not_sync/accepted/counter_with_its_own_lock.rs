//! Letters that are put together from standard phrases.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, RwLock};
use std::thread;

/// A letter, which looks up its phrases when it is written. Writing one takes a while.
pub trait Letter: Sync {
    fn write(&self, phrases: &Phrases) -> String;
}

/// Phrases such as "Yours sincerely", each with a name.
#[derive(Default)]
pub struct Phrases {
    known: RwLock<Known>,
    missed: Mutex<u32>,
}

#[derive(Default)]
struct Known {
    texts: HashMap<String, Arc<str>>,
}

impl Phrases {
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps `text` as the phrase `name`, and forgets the one before.
    pub fn keep(&self, name: &str, text: &str) {
        self.known.write().unwrap().texts.insert(name.to_owned(), text.into());
    }

    /// The phrase `name`, if it is known. All callers share one text.
    pub fn get(&self, name: &str) -> Option<Arc<str>> {
        let known = self.known.read().unwrap();
        let text = known.texts.get(name).cloned();
        if text.is_none() {
            *self.missed.lock().unwrap() += 1;
        }
        text
    }

    /// How often `get` found no phrase.
    pub fn missed(&self) -> u32 {
        *self.missed.lock().unwrap()
    }

    /// Writes all letters at the same time, and returns their texts in the order of the letters.
    pub fn write_all<L: Letter>(&self, letters: &[L]) -> Vec<String> {
        thread::scope(|scope| {
            let writing: Vec<_> = letters.iter().map(|letter| scope.spawn(|| letter.write(self))).collect();
            writing.into_iter().map(|thread| thread.join().expect("a letter panicked")).collect()
        })
    }
}
