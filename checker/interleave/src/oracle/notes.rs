//! What the test doubles write down.

use super::shared::Shared;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// What a test double writes down, shared by tasks and threads.
///
/// A mutex would do, too. But each of its operations is a scheduling point, and a double that notes every call multiplies
/// the interleavings by its own. Looking at notes is part of the step that does it.
///
/// ```
/// let calls = interleave::Notes::new(Vec::new());
/// calls.with(|calls| calls.push("open"));
/// assert_eq!(calls.with(|calls| calls.clone()), ["open"]);
/// ```
pub struct Notes<T> {
    shared: Shared,
    notes: Mutex<T>,
}

impl<T: Default> Default for Notes<T> {
    fn default() -> Self {
        Notes::new(T::default())
    }
}

impl<T> Notes<T> {
    /// Notes that begin with `notes`.
    pub fn new(notes: T) -> Self {
        Notes { shared: Shared::announced(), notes: Mutex::new(notes) }
    }

    /// Reads or changes the notes. `look` must not wait, and must not wake a task that may look at the notes at once.
    pub fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        self.shared.changes();
        look(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<T> fmt::Debug for Notes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notes(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_outlive_a_panic() {
        let notes = Notes::new(1);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            notes.with(|notes| {
                *notes = 2;
                panic!("on purpose");
            })
        }));
        assert!(panicked.is_err());
        assert_eq!(notes.with(|notes| *notes), 2);
    }
}
