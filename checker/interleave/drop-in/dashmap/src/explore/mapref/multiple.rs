//! The references that iterators yield. Those into one shard share its lock.

use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use crate::explore::shard::Guard;

/// A reference to an entry, from an iterator.
pub struct RefMulti<'a, K, V> {
    guard: Arc<Guard<'a, K, V>>,
    at: usize,
}

impl<'a, K: Eq + Hash, V> RefMulti<'a, K, V> {
    pub(crate) fn new(guard: Arc<Guard<'a, K, V>>, at: usize) -> Self {
        RefMulti { guard, at }
    }

    /// The key.
    pub fn key(&self) -> &K {
        self.pair().0
    }

    /// The value.
    pub fn value(&self) -> &V {
        self.pair().1
    }

    /// The key and the value.
    pub fn pair(&self) -> (&K, &V) {
        let entries = self.guard.entries();
        #[allow(unsafe_code)]
        // SAFETY: the guard excludes writers.
        unsafe {
            (entries.key(self.at), &*entries.value(self.at))
        }
    }
}

impl<K: Eq + Hash, V> Deref for RefMulti<'_, K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.value()
    }
}

/// A reference to an entry to change its value, from an iterator.
pub struct RefMutMulti<'a, K, V> {
    guard: Arc<Guard<'a, K, V>>,
    at: usize,
}

impl<'a, K: Eq + Hash, V> RefMutMulti<'a, K, V> {
    pub(crate) fn new(guard: Arc<Guard<'a, K, V>>, at: usize) -> Self {
        RefMutMulti { guard, at }
    }

    /// The key.
    pub fn key(&self) -> &K {
        self.pair().0
    }

    /// The value.
    pub fn value(&self) -> &V {
        self.pair().1
    }

    /// The value, to change it.
    pub fn value_mut(&mut self) -> &mut V {
        self.pair_mut().1
    }

    /// The key and the value.
    pub fn pair(&self) -> (&K, &V) {
        let entries = self.guard.entries();
        #[allow(unsafe_code)]
        // SAFETY: the guard excludes others, and the iterator yields each entry once.
        unsafe {
            (entries.key(self.at), &*entries.value(self.at))
        }
    }

    /// The key, and the value to change it.
    pub fn pair_mut(&mut self) -> (&K, &mut V) {
        let entries = self.guard.entries();
        #[allow(unsafe_code)]
        // SAFETY: as above, and `self` is borrowed alone.
        unsafe {
            (entries.key(self.at), &mut *entries.value(self.at))
        }
    }
}

impl<K: Eq + Hash, V> Deref for RefMutMulti<'_, K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.value()
    }
}

impl<K: Eq + Hash, V> DerefMut for RefMutMulti<'_, K, V> {
    fn deref_mut(&mut self) -> &mut V {
        self.value_mut()
    }
}
