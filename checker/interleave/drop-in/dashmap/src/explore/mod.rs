//! dashmap's maps, on the scheduler's model: the same shards, each behind a lock of the model.
//!
//! Which shard a key belongs to follows from its hash, by the rule of the real map. The hashes of a map that is made
//! without a hasher are the same in every run, so that a schedule can be run again. The real ones are not.

mod collection;
mod in_place;
pub mod iter;
pub mod iter_set;
pub mod mapref;
mod operators;
mod read_only;
mod set;
pub mod setref;
mod shard;

use std::any::type_name;
use std::borrow::Borrow;
use std::hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState};
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use interleave::model::Shard as Part;

use in_place::OccupiedInPlace;
use iter::{Iter, IterMut};
pub use mapref::entry::{Entry, OccupiedEntry, VacantEntry};
use mapref::one::{Ref, RefMut};
pub use read_only::ReadOnlyView;
#[doc(no_inline)]
pub use real::try_result;
pub use set::DashSet;
use shard::Shard;
use try_result::TryResult;

/// See [`real::TryReserveError`], which only the real package can make.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TryReserveError {}

/// The shards of a map that does not say how many it has: as many as the real one has on a machine with one core.
const SHARDS: usize = 4;

/// A number for a new map.
fn next_map() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Relaxed)
}

/// A concurrent map. Its shards are reader-writer locks controlled by the scheduler, and every reference into a shard
/// keeps it locked.
pub struct DashMap<K, V, S = RandomState> {
    /// How far the upper bits of a hash are from the lowest bit.
    shift: u32,
    shards: Box<[Shard<K, V>]>,
    hasher: S,
}

impl<K: Eq + Hash, V> DashMap<K, V, RandomState> {
    /// An empty map. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub fn new() -> Self {
        DashMap::with_hasher(RandomState::default())
    }

    /// An empty map with room for `capacity` entries.
    #[track_caller]
    pub fn with_capacity(capacity: usize) -> Self {
        DashMap::with_capacity_and_hasher(capacity, RandomState::default())
    }

    /// An empty map with `shard_amount` shards.
    ///
    /// # Panics
    ///
    /// If the number is not a power of two, or less than two.
    #[track_caller]
    pub fn with_shard_amount(shard_amount: usize) -> Self {
        DashMap::with_capacity_and_shard_amount(0, shard_amount)
    }

    /// An empty map with room for `capacity` entries in `shard_amount` shards.
    ///
    /// # Panics
    ///
    /// If the number is not a power of two, or less than two.
    #[track_caller]
    pub fn with_capacity_and_shard_amount(capacity: usize, shard_amount: usize) -> Self {
        DashMap::with_capacity_and_hasher_and_shard_amount(capacity, RandomState::default(), shard_amount)
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> DashMap<K, V, S> {
    /// An empty map whose shards `hasher` chooses.
    #[track_caller]
    pub fn with_hasher(hasher: S) -> Self {
        DashMap::with_capacity_and_hasher(0, hasher)
    }

    /// An empty map with room for `capacity` entries.
    #[track_caller]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        DashMap::with_capacity_and_hasher_and_shard_amount(capacity, hasher, SHARDS)
    }

    /// An empty map with `shard_amount` shards.
    ///
    /// # Panics
    ///
    /// If the number is not a power of two, or less than two.
    #[track_caller]
    pub fn with_hasher_and_shard_amount(hasher: S, shard_amount: usize) -> Self {
        DashMap::with_capacity_and_hasher_and_shard_amount(0, hasher, shard_amount)
    }

    /// An empty map with room for `capacity` entries in `shard_amount` shards.
    ///
    /// # Panics
    ///
    /// If the number is not a power of two, or less than two.
    #[track_caller]
    pub fn with_capacity_and_hasher_and_shard_amount(capacity: usize, hasher: S, shard_amount: usize) -> Self {
        assert!(shard_amount > 1, "a map has at least two shards");
        assert!(shard_amount.is_power_of_two(), "the number of shards is a power of two");
        let map = next_map();
        let mut shards = Vec::with_capacity(shard_amount);
        // Not in a closure, which would not pass the caller on.
        for number in 0..shard_amount {
            shards.push(Shard::new(Part { map, number }, capacity.div_ceil(shard_amount)));
        }
        DashMap { shift: usize::BITS - shard_amount.trailing_zeros(), shards: shards.into_boxed_slice(), hasher }
    }

    /// Turns this into a map that can only be read, without locks.
    #[must_use]
    pub fn into_read_only(self) -> ReadOnlyView<K, V, S> {
        ReadOnlyView { map: self }
    }

    /// The hash of `item`, as this map computes it.
    pub fn hash_usize<T: Hash>(&self, item: &T) -> usize {
        self.hash(item)
    }

    fn hash<T: Hash + ?Sized>(&self, item: &T) -> usize {
        // `RandomState` begins with other keys in each process and for each map.
        let is_random = type_name::<S>() == type_name::<RandomState>();
        let hash = if is_random {
            let mut hasher = DefaultHasher::new();
            item.hash(&mut hasher);
            hasher.finish()
        } else {
            self.hasher.hash_one(item)
        };
        hash as usize
    }

    /// The number of the shard that `key` belongs to.
    fn number_of<Q: Hash + ?Sized>(&self, key: &Q) -> usize {
        // As in the real map, whose table uses the upper seven bits.
        (self.hash(key) << 7) >> self.shift
    }

    fn shard_of<Q: Hash + ?Sized>(&self, key: &Q) -> &Shard<K, V> {
        &self.shards[self.number_of(key)]
    }

    /// The map's hasher.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// Inserts an entry and returns the value that was there. Waits while anybody has a reference into the shard.
    #[track_caller]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        match self.entry(key) {
            Entry::Occupied(mut entry) => Some(entry.insert(value)),
            Entry::Vacant(entry) => {
                entry.insert(value);
                None
            }
        }
    }

    /// Removes an entry. Waits while anybody has a reference into the shard.
    #[track_caller]
    pub fn remove<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut guard = self.shard_of(key).write(Location::caller());
        let at = guard.entries().find(key)?;
        Some(guard.entries_mut().remove(at))
    }

    /// Removes an entry if `f` returns true, which is called while the shard is locked.
    #[track_caller]
    pub fn remove_if<Q>(&self, key: &Q, f: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.remove_if_mut(key, |key, value| f(key, value))
    }

    /// Removes an entry if `f` returns true, which is called while the shard is locked.
    #[track_caller]
    pub fn remove_if_mut<Q>(&self, key: &Q, f: impl FnOnce(&K, &mut V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut entry = OccupiedInPlace::find(self.shard_of(key).write(Location::caller()), key)?;
        let (key, value) = entry.pair_mut();
        f(key, value).then(|| entry.guard.entries_mut().remove(entry.at))
    }

    /// Iterates over all entries. A shard is locked while the iterator is in it, and as long as any of the references
    /// into it is kept.
    pub fn iter(&self) -> Iter<'_, K, V, S, DashMap<K, V, S>> {
        Iter::new(self)
    }

    /// Iterates over all entries to change them. A shard is locked while the iterator is in it, and as long as any of the
    /// references into it is kept.
    pub fn iter_mut(&self) -> IterMut<'_, K, V, S, DashMap<K, V, S>> {
        IterMut::new(self)
    }

    /// A reference to a value, which keeps its shard locked for others who write. Waits while somebody writes.
    #[track_caller]
    pub fn get<Q>(&self, key: &Q) -> Option<Ref<'_, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Ref::find(self.shard_of(key).read(Location::caller()), key)
    }

    /// A reference to a value to change it, which keeps its shard locked. Waits while anybody has a reference into it.
    #[track_caller]
    pub fn get_mut<Q>(&self, key: &Q) -> Option<RefMut<'_, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        RefMut::find(self.shard_of(key).write(Location::caller()), key)
    }

    /// Like [`get`](Self::get), unless that would wait. If so, other threads run first.
    #[track_caller]
    pub fn try_get<Q>(&self, key: &Q) -> TryResult<Ref<'_, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(guard) = self.shard_of(key).try_read(Location::caller()) else { return TryResult::Locked };
        Ref::find(guard, key).map_or(TryResult::Absent, TryResult::Present)
    }

    /// Like [`get_mut`](Self::get_mut), unless that would wait. If so, other threads run first.
    #[track_caller]
    pub fn try_get_mut<Q>(&self, key: &Q) -> TryResult<RefMut<'_, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(guard) = self.shard_of(key).try_write(Location::caller()) else { return TryResult::Locked };
        RefMut::find(guard, key).map_or(TryResult::Absent, TryResult::Present)
    }

    /// Gives memory back that is not needed.
    #[track_caller]
    pub fn shrink_to_fit(&self) {
        let place = Location::caller();
        self.shards.iter().for_each(|shard| shard.write(place).entries_mut().shrink_to_fit());
    }

    /// Removes the entries for which `f` returns false. One shard after another is locked meanwhile.
    #[track_caller]
    pub fn retain(&self, mut f: impl FnMut(&K, &mut V) -> bool) {
        let place = Location::caller();
        self.shards.iter().for_each(|shard| shard.write(place).entries_mut().retain(&mut f));
    }

    /// How many entries there are: the sum over all shards, of which one after another is locked.
    #[track_caller]
    pub fn len(&self) -> usize {
        let place = Location::caller();
        self.shards.iter().map(|shard| shard.read(place).entries().len()).sum()
    }

    /// Whether there are no entries, as [`len`](Self::len) counts them.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all entries. One shard after another is locked meanwhile.
    #[track_caller]
    pub fn clear(&self) {
        self.retain(|_, _| false);
    }

    /// How many entries there is room for.
    #[track_caller]
    pub fn capacity(&self) -> usize {
        let place = Location::caller();
        self.shards.iter().map(|shard| shard.read(place).entries().capacity()).sum()
    }

    /// Replaces a value by what `f` makes of it, while its shard is locked. If `f` panics, the entry is gone; the real
    /// map aborts the process.
    #[track_caller]
    pub fn alter<Q>(&self, key: &Q, f: impl FnOnce(&K, V) -> V)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(mut entry) = OccupiedInPlace::find(self.shard_of(key).write(Location::caller()), key) {
            entry.alter(f);
        }
    }

    /// Replaces every value by what `f` makes of it. One shard after another is locked meanwhile.
    #[track_caller]
    pub fn alter_all(&self, mut f: impl FnMut(&K, V) -> V) {
        let place = Location::caller();
        // As an iterator does, it keeps a shard until it has the next one.
        let mut before = None;
        for shard in &self.shards {
            let mut entry = OccupiedInPlace { guard: shard.write(place), at: 0 };
            drop(before.take());
            while entry.at < entry.guard.entries().len() {
                entry.alter(&mut f);
                entry.at += 1;
            }
            before = Some(entry);
        }
    }

    /// What `f` returns for an entry, while its shard is locked to read.
    #[track_caller]
    pub fn view<Q, R>(&self, key: &Q, f: impl FnOnce(&K, &V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let entry = self.get(key)?;
        let (key, value) = entry.pair();
        Some(f(key, value))
    }

    /// Whether there is an entry with this key now.
    #[track_caller]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.get(key).is_some()
    }

    /// The entry with this key, whether it exists or not. It keeps the shard locked.
    #[track_caller]
    pub fn entry(&self, key: K) -> Entry<'_, K, V> {
        let guard = self.shard_of(&key).write(Location::caller());
        Entry::of(guard, key)
    }

    /// Like [`entry`](Self::entry), unless that would wait. If so, other threads run first.
    #[track_caller]
    pub fn try_entry(&self, key: K) -> Option<Entry<'_, K, V>> {
        let guard = self.shard_of(&key).try_write(Location::caller())?;
        Some(Entry::of(guard, key))
    }

    /// Makes room for `additional` entries in each shard. No lock is needed, so this is no scheduling point.
    ///
    /// # Errors
    ///
    /// If there is not so much memory.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        let mut shards = self.shards.iter_mut();
        if shards.all(|shard| shard.get_mut().try_reserve(additional)) { Ok(()) } else { Err(TryReserveError {}) }
    }
}
