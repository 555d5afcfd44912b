//! Iterators over sets.

use std::hash::{BuildHasher, Hash};

use super::iter;
use super::setref::multiple::RefMulti;

/// Takes the keys out of a set.
pub struct OwningIter<K, S> {
    inner: iter::OwningIter<K, (), S>,
}

impl<K: Eq + Hash, S: BuildHasher + Clone> OwningIter<K, S> {
    pub(crate) fn new(inner: iter::OwningIter<K, (), S>) -> Self {
        OwningIter { inner }
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> Iterator for OwningIter<K, S> {
    type Item = K;

    fn next(&mut self) -> Option<K> {
        self.inner.next().map(|(key, ())| key)
    }
}

/// Yields references to all keys. It keeps the shard locked that it is in, even after the last key.
pub struct Iter<'a, K, S, M> {
    inner: iter::Iter<'a, K, (), S, M>,
}

impl<'a, K: Eq + Hash, S: BuildHasher + Clone, M> Iter<'a, K, S, M> {
    pub(crate) fn new(inner: iter::Iter<'a, K, (), S, M>) -> Self {
        Iter { inner }
    }
}

impl<'a, K: Eq + Hash, S: BuildHasher + Clone, M> Iterator for Iter<'a, K, S, M> {
    type Item = RefMulti<'a, K>;

    #[track_caller]
    fn next(&mut self) -> Option<RefMulti<'a, K>> {
        // Not in a closure, which would not pass the caller on.
        let next = self.inner.next()?;
        Some(RefMulti::new(next))
    }
}
