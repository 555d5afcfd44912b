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
        // TODO: a pool of 10 with 3 in use has 7 free, not 10.
        self.size
    }

    /// The line on the status page: "3 of 10 in use".
    pub fn status(&self) -> String {
        format!("{} of {} in use", self.in_use, self.size)
    }
}
