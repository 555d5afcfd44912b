//! A map that can only be read.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};

use super::DashMap;

/// A map that can only be read. It needs no locks, so reading it is no scheduling point.
pub struct ReadOnlyView<K, V, S = RandomState> {
    pub(super) map: DashMap<K, V, S>,
}

impl<K, V, S> ReadOnlyView<K, V, S> {
    /// The map, which can be changed again.
    pub fn into_inner(self) -> DashMap<K, V, S> {
        self.map
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> ReadOnlyView<K, V, S> {
    /// How many entries there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are none.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// How many entries there is room for.
    #[track_caller]
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// Whether there is an entry with this key.
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.get(key).is_some()
    }

    /// The value of a key.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// The entry of a key.
    pub fn get_key_value<Q>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        #[allow(unsafe_code)]
        // SAFETY: `self` owns the map and gives out nothing that can write.
        unsafe {
            let entries = self.map.shard_of(key).unlocked();
            let at = entries.find(key)?;
            Some((entries.key(at), &*entries.value(at)))
        }
    }

    /// All entries.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.map.shards.iter().flat_map(|shard| {
            #[allow(unsafe_code)]
            // SAFETY: as above.
            let entries = unsafe { shard.unlocked() };
            (0..entries.len()).map(move |at| {
                #[allow(unsafe_code)]
                // SAFETY: as above.
                let value = unsafe { &*entries.value(at) };
                (entries.key(at), value)
            })
        })
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// All values.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Eq + Hash + Clone, V: Clone, S: Clone> Clone for ReadOnlyView<K, V, S> {
    #[track_caller]
    fn clone(&self) -> Self {
        ReadOnlyView { map: self.map.clone() }
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug, S: BuildHasher + Clone> fmt::Debug for ReadOnlyView<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.map.fmt(f)
    }
}
