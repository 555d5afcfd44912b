//! The parts of an object that has many locks, such as a concurrent map.

/// Which part of a map an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Identifies the map within its process.
    pub map: u64,
    /// The shard's number within the map, from 0.
    pub number: usize,
}
