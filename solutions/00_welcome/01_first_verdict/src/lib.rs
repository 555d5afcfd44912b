//! A pool of database connections.

/// How many connections there are, and how many of them are lent out.
pub struct Pool {
    size: usize,
    in_use: usize,
}

impl Pool {
    /// A pool of `size` connections, of which `in_use` are lent out: never more than there are.
    pub fn new(size: usize, in_use: usize) -> Self {
        assert!(in_use <= size, "{in_use} connections cannot be in use when only {size} exist");
        Self { size, in_use }
    }

    /// How many more connections can be lent out.
    pub fn free(&self) -> usize {
        self.size - self.in_use
    }

    /// What the status page shows.
    pub fn status(&self) -> String {
        format!("{} of {} in use", self.in_use, self.size)
    }
}
