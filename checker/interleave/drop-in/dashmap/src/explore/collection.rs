//! What a map can do like the collections of the standard library.

use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::panic::Location;

use interleave::model::Shard as Part;

use super::iter::{Iter, OwningIter};
use super::mapref::multiple::RefMulti;
use super::shard::{Entries, Shard};
use super::{DashMap, next_map};

impl<K, V, S> Default for DashMap<K, V, S>
where
    K: Eq + Hash,
    S: Default + BuildHasher + Clone,
{
    #[track_caller]
    fn default() -> Self {
        DashMap::with_hasher(S::default())
    }
}

impl<K: Eq + Hash + Clone, V: Clone, S: Clone> Clone for DashMap<K, V, S> {
    /// A copy, for which one shard after another is locked.
    #[track_caller]
    fn clone(&self) -> Self {
        let (place, map) = (Location::caller(), next_map());
        let mut shards = Vec::with_capacity(self.shards.len());
        for (number, shard) in self.shards.iter().enumerate() {
            let guard = shard.read(place);
            let mut copy = Shard::new(Part { map, number }, 0);
            *copy.get_mut() = Entries::copied((0..guard.entries().len()).map(|at| {
                #[allow(unsafe_code)]
                // SAFETY: nobody writes while the guard lives.
                let value = unsafe { &*guard.entries().value(at) };
                (guard.entries().key(at).clone(), value.clone())
            }));
            shards.push(copy);
        }
        DashMap { shift: self.shift, shards: shards.into_boxed_slice(), hasher: self.hasher.clone() }
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug, S: BuildHasher + Clone> fmt::Debug for DashMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for entry in self {
            map.entry(entry.key(), entry.value());
        }
        map.finish()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> IntoIterator for DashMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = OwningIter<K, V, S>;

    fn into_iter(self) -> OwningIter<K, V, S> {
        OwningIter::new(self)
    }
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone> IntoIterator for &'a DashMap<K, V, S> {
    type Item = RefMulti<'a, K, V>;
    type IntoIter = Iter<'a, K, V, S, DashMap<K, V, S>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> Extend<(K, V)> for DashMap<K, V, S> {
    /// No lock is needed, so this is no scheduling point.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            let number = self.number_of(&key);
            let shard = self.shards[number].get_mut();
            match shard.find(&key) {
                Some(at) => *shard.value_mut(at) = value,
                None => _ = shard.push(key, value),
            }
        }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone + Default> FromIterator<(K, V)> for DashMap<K, V, S> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = DashMap::default();
        map.extend(entries);
        map
    }
}
