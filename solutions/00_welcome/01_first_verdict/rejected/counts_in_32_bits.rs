//! verdict: failing-test free_is_right_for_every_pool
//! Calculates with `u32`, whose largest value is about four billion.
//!
//! A pool of database connections.

/// How many connections exist, and how many of them are in use.
pub struct Pool {
    size: usize,
    in_use: usize,
}

impl Pool {
    /// A pool of `size` connections, of which `in_use` are in use. Panics if that is more than exist.
    pub fn new(size: usize, in_use: usize) -> Self {
        assert!(in_use <= size, "{in_use} connections cannot be in use when only {size} exist");
        Self { size, in_use }
    }

    /// How many connections are not in use.
    pub fn free(&self) -> usize {
        (self.size as u32 - self.in_use as u32) as usize
    }

    /// The line on the status page: "3 of 10 in use".
    pub fn status(&self) -> String {
        format!("{} of {} in use", self.in_use, self.size)
    }
}
