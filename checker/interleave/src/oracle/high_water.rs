//! Counts how many threads or tasks are inside a region, and the most there were at once.

use super::shared::Shared;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the threads or tasks inside a region and remembers the most that were inside at once.
///
/// ```
/// let mark = interleave::HighWater::new();
/// {
///     let _one = mark.enter();
///     let _two = mark.enter();
/// }
/// let _three = mark.enter();
/// assert_eq!(mark.highest(), 2);
/// ```
#[derive(Debug)]
pub struct HighWater {
    shared: Shared,
    inside: AtomicUsize,
    highest: AtomicUsize,
}

impl Default for HighWater {
    fn default() -> Self {
        HighWater::new()
    }
}

impl HighWater {
    /// Creates a mark for an empty region.
    pub fn new() -> Self {
        HighWater { shared: Shared::announced(), inside: AtomicUsize::new(0), highest: AtomicUsize::new(0) }
    }

    /// Enters the region. The caller is inside until the guard is dropped.
    pub fn enter(&self) -> Inside<'_> {
        self.shared.changes();
        let inside = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.highest.fetch_max(inside, Ordering::SeqCst);
        Inside(self)
    }

    /// How many are inside now.
    pub fn inside(&self) -> usize {
        self.shared.changes();
        self.inside.load(Ordering::SeqCst)
    }

    /// The most that were inside at once.
    pub fn highest(&self) -> usize {
        self.shared.changes();
        self.highest.load(Ordering::SeqCst)
    }
}

/// A guard: its holder is inside the region.
#[derive(Debug)]
#[must_use]
pub struct Inside<'a>(&'a HighWater);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.shared.changes();
        self.0.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_that_do_not_overlap_do_not_add_up() {
        let mark = HighWater::new();
        drop(mark.enter());
        drop(mark.enter());
        assert_eq!((mark.inside(), mark.highest()), (0, 1));
    }
}
