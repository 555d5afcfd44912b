//! Iterators over maps.

use std::cell::UnsafeCell;
use std::hash::{BuildHasher, Hash, RandomState};
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use super::DashMap;
use super::mapref::multiple::{RefMulti, RefMutMulti};
use super::shard::{Guard, Shard};

/// Takes the entries out of a map.
pub struct OwningIter<K, V, S = RandomState> {
    map: DashMap<K, V, S>,
    /// The number of the next shard.
    next: usize,
    current: std::vec::IntoIter<(K, UnsafeCell<V>)>,
}

#[allow(unsafe_code)]
// SAFETY: the cells are only read by `next`, which needs the only reference.
unsafe impl<K: Sync, V: Sync, S: Sync> Sync for OwningIter<K, V, S> where DashMap<K, V, S>: Sync {}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> OwningIter<K, V, S> {
    pub(crate) fn new(map: DashMap<K, V, S>) -> Self {
        OwningIter { map, next: 0, current: Vec::new().into_iter() }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> Iterator for OwningIter<K, V, S> {
    type Item = (K, V);

    /// No lock is needed, so this is no scheduling point.
    fn next(&mut self) -> Option<(K, V)> {
        loop {
            if let Some((key, value)) = self.current.next() {
                return Some((key, value.into_inner()));
            }
            self.current = self.map.shards.get_mut(self.next)?.get_mut().take();
            self.next += 1;
        }
    }
}

/// Where an iterator is: in a shard that it keeps locked until it has locked the next one, and at its end, too.
struct Position<'a, K, V> {
    shards: &'a [Shard<K, V>],
    /// The number of the next shard.
    next: usize,
    current: Option<(Arc<Guard<'a, K, V>>, usize)>,
}

impl<'a, K, V> Position<'a, K, V> {
    fn first(shards: &'a [Shard<K, V>]) -> Self {
        Position { shards, next: 0, current: None }
    }

    /// The next entry; `lock` locks its shard.
    fn step(&mut self, lock: impl Fn(&'a Shard<K, V>) -> Guard<'a, K, V>) -> Option<(Arc<Guard<'a, K, V>>, usize)> {
        loop {
            if let Some((guard, at)) = &mut self.current
                && *at < guard.entries().len()
            {
                *at += 1;
                return Some((Arc::clone(guard), *at - 1));
            }
            let shard = self.shards.get(self.next)?;
            // The shard before is unlocked only now, as in the real map.
            self.current = Some((Arc::new(lock(shard)), 0));
            self.next += 1;
        }
    }
}

/// Yields references to all entries. It keeps the shard locked that it is in, even after the last entry.
pub struct Iter<'a, K, V, S = RandomState, M = DashMap<K, V, S>> {
    map: &'a DashMap<K, V, S>,
    position: Position<'a, K, V>,
    marker: PhantomData<&'a M>,
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone, M> Iter<'a, K, V, S, M> {
    pub(crate) fn new(map: &'a DashMap<K, V, S>) -> Self {
        Iter { map, position: Position::first(&map.shards), marker: PhantomData }
    }
}

impl<K: Clone + Hash + Eq, V: Clone, S: Clone + BuildHasher> Clone for Iter<'_, K, V, S> {
    /// An iterator that begins again.
    fn clone(&self) -> Self {
        Iter::new(self.map)
    }
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone, M> Iterator for Iter<'a, K, V, S, M> {
    type Item = RefMulti<'a, K, V>;

    #[track_caller]
    fn next(&mut self) -> Option<RefMulti<'a, K, V>> {
        let place = Location::caller();
        let (guard, at) = self.position.step(|shard| shard.read(place))?;
        Some(RefMulti::new(guard, at))
    }
}

/// Yields references to all entries, to change them. It keeps the shard locked that it is in, even after the last entry.
pub struct IterMut<'a, K, V, S = RandomState, M = DashMap<K, V, S>> {
    position: Position<'a, K, V>,
    marker: PhantomData<(&'a S, &'a M)>,
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone, M> IterMut<'a, K, V, S, M> {
    pub(crate) fn new(map: &'a DashMap<K, V, S>) -> Self {
        IterMut { position: Position::first(&map.shards), marker: PhantomData }
    }
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone, M> Iterator for IterMut<'a, K, V, S, M> {
    type Item = RefMutMulti<'a, K, V>;

    #[track_caller]
    fn next(&mut self) -> Option<RefMutMulti<'a, K, V>> {
        let place = Location::caller();
        let (guard, at) = self.position.step(|shard| shard.write(place))?;
        Some(RefMutMulti::new(guard, at))
    }
}
