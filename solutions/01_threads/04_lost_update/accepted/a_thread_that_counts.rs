//! How many requests a customer may still send today.

use std::sync::mpsc::{self, Sender};
use std::thread;

type Change = Box<dyn FnOnce(&mut u32) + Send>;

/// Tokens, up to a limit. A request takes some of them, and a refill gives some back.
pub struct Quota {
    limit: u32,
    changes: Sender<Change>,
}

impl Quota {
    /// A quota of its own with `limit` tokens left.
    pub fn new(limit: u32) -> Self {
        let (changes, received) = mpsc::channel::<Change>();
        // Ends when the quota is dropped.
        thread::spawn(move || {
            let mut left = limit;
            received.into_iter().for_each(|change| change(&mut left));
        });
        Self { limit, changes }
    }

    /// Takes `tokens`. Returns `false` and takes none if fewer are left.
    pub fn take(&self, tokens: u32) -> bool {
        self.change(move |left| left.checked_sub(tokens).map(|less| *left = less).is_some())
    }

    /// Gives `tokens` back, as many as there is room for below the limit.
    pub fn refill(&self, tokens: u32) {
        let limit = self.limit;
        self.change(move |left| *left = left.saturating_add(tokens).min(limit));
    }

    /// How many tokens are left at this moment.
    pub fn left(&self) -> u32 {
        self.change(|left| *left)
    }

    fn change<T: Send + 'static>(&self, change: impl FnOnce(&mut u32) -> T + Send + 'static) -> T {
        let (tell, told) = mpsc::channel();
        let change = Box::new(move |left: &mut u32| tell.send(change(left)).unwrap());
        self.changes.send(change).expect("the counting thread does not panic");
        told.recv().expect("the counting thread does not panic")
    }
}
