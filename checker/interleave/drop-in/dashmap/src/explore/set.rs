//! Sets: maps without values.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};

use super::DashMap;
use super::iter_set::{Iter, OwningIter};
use super::setref::one::Ref;

/// A concurrent set, which is a [`DashMap`] without values.
pub struct DashSet<K, S = RandomState> {
    inner: DashMap<K, (), S>,
}

impl<K: Eq + Hash> DashSet<K, RandomState> {
    /// An empty set. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub fn new() -> Self {
        DashSet { inner: DashMap::new() }
    }

    /// An empty set with room for `capacity` keys.
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        DashSet { inner: DashMap::with_capacity(capacity) }
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> DashSet<K, S> {
    /// An empty set whose shards `hasher` chooses.
    #[track_caller]
    pub fn with_hasher(hasher: S) -> Self {
        DashSet { inner: DashMap::with_hasher(hasher) }
    }

    /// An empty set with room for `capacity` keys.
    #[track_caller]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        DashSet { inner: DashMap::with_capacity_and_hasher(capacity, hasher) }
    }

    /// The hash of `item`, as this set computes it.
    pub fn hash_usize<T: Hash>(&self, item: &T) -> usize {
        self.inner.hash_usize(item)
    }

    /// Inserts a key. Returns whether it was not there yet.
    #[track_caller]
    pub fn insert(&self, key: K) -> bool {
        self.inner.insert(key, ()).is_none()
    }

    /// Removes a key.
    #[track_caller]
    pub fn remove<Q>(&self, key: &Q) -> Option<K>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.remove(key).map(|(key, ())| key)
    }

    /// Removes a key if `f` returns true, which is called while the shard is locked.
    #[track_caller]
    pub fn remove_if<Q>(&self, key: &Q, f: impl FnOnce(&K) -> bool) -> Option<K>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.remove_if(key, |key, ()| f(key)).map(|(key, ())| key)
    }

    /// Iterates over all keys. A shard is locked while the iterator is in it.
    pub fn iter(&self) -> Iter<'_, K, S, DashMap<K, (), S>> {
        Iter::new(self.inner.iter())
    }

    /// A reference to a key, which keeps its shard locked to read.
    #[track_caller]
    pub fn get<Q>(&self, key: &Q) -> Option<Ref<'_, K>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.get(key).map(Ref::new)
    }

    /// Gives memory back that is not needed.
    #[track_caller]
    pub fn shrink_to_fit(&self) {
        self.inner.shrink_to_fit();
    }

    /// Removes the keys for which `f` returns false. One shard after another is locked meanwhile.
    #[track_caller]
    pub fn retain(&self, mut f: impl FnMut(&K) -> bool) {
        self.inner.retain(|key, ()| f(key));
    }

    /// How many keys there are: the sum over all shards, of which one after another is locked.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether there are no keys, as [`len`](Self::len) counts them.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Removes all keys. One shard after another is locked meanwhile.
    #[track_caller]
    pub fn clear(&self) {
        self.inner.clear();
    }

    /// How many keys there is room for.
    #[track_caller]
    pub fn capacity(&self) -> usize {
        self.inner.capacity()
    }

    /// Whether a key is in the set now.
    #[track_caller]
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner.contains_key(key)
    }
}

impl<K: Eq + Hash + fmt::Debug, S: BuildHasher + Clone> fmt::Debug for DashSet<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<K: Eq + Hash + Clone, S: Clone> Clone for DashSet<K, S> {
    #[track_caller]
    fn clone(&self) -> Self {
        DashSet { inner: self.inner.clone() }
    }
}

impl<K, S> Default for DashSet<K, S>
where
    K: Eq + Hash,
    S: Default + BuildHasher + Clone,
{
    #[track_caller]
    fn default() -> Self {
        DashSet { inner: DashMap::default() }
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> IntoIterator for DashSet<K, S> {
    type Item = K;
    type IntoIter = OwningIter<K, S>;

    fn into_iter(self) -> OwningIter<K, S> {
        OwningIter::new(self.inner.into_iter())
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> Extend<K> for DashSet<K, S> {
    fn extend<T: IntoIterator<Item = K>>(&mut self, keys: T) {
        self.inner.extend(keys.into_iter().map(|key| (key, ())));
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone + Default> FromIterator<K> for DashSet<K, S> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = DashSet::default();
        set.extend(keys);
        set
    }
}
