//! A shard: the entries of a map that share a lock.

use std::borrow::Borrow;
use std::cell::UnsafeCell;
use std::panic::Location;

use interleave::engine::scheduler;
use interleave::model::{Lock, Mode, Shard as Part};

/// A reader-writer lock of the model, and the entries that it guards.
pub(crate) struct Shard<K, V> {
    lock: Lock,
    entries: UnsafeCell<Entries<K, V>>,
}

#[allow(unsafe_code)]
// SAFETY: the model lets several threads read the entries at once, or one write them.
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for Shard<K, V> {}

/// The entries, in the order in which they were inserted. The real table has them in the order of their hashes, which
/// differs from one run to the next.
pub(crate) struct Entries<K, V>(Vec<(K, UnsafeCell<V>)>);

impl<K, V> Shard<K, V> {
    /// An empty shard of the map that the caller's caller creates.
    #[track_caller]
    pub(crate) fn new(part: Part, capacity: usize) -> Self {
        Shard { lock: Lock::of_shard("DashMap", part), entries: UnsafeCell::new(Entries(Vec::with_capacity(capacity))) }
    }

    pub(crate) fn read(&self, place: &'static Location<'static>) -> Guard<'_, K, V> {
        self.lock.take(Mode::Read, place);
        Guard { shard: self, mode: Mode::Read, place }
    }

    pub(crate) fn write(&self, place: &'static Location<'static>) -> Guard<'_, K, V> {
        self.lock.take(Mode::Write, place);
        Guard { shard: self, mode: Mode::Write, place }
    }

    pub(crate) fn try_read(&self, place: &'static Location<'static>) -> Option<Guard<'_, K, V>> {
        self.lock.try_take(Mode::Read, place).then_some(())?;
        Some(Guard { shard: self, mode: Mode::Read, place })
    }

    pub(crate) fn try_write(&self, place: &'static Location<'static>) -> Option<Guard<'_, K, V>> {
        self.lock.try_take(Mode::Write, place).then_some(())?;
        Some(Guard { shard: self, mode: Mode::Write, place })
    }

    /// The entries, for the only owner of the map. No lock is needed, so this is no scheduling point.
    pub(crate) fn get_mut(&mut self) -> &mut Entries<K, V> {
        self.entries.get_mut()
    }

    /// The entries of a map that nobody can change any more, because its owner only hands out shared references.
    ///
    /// # Safety
    ///
    /// Nobody holds the shard to write, now or later.
    #[allow(unsafe_code)]
    pub(crate) unsafe fn unlocked(&self) -> &Entries<K, V> {
        // SAFETY: nobody writes.
        unsafe { &*self.entries.get() }
    }
}

impl<K, V> Entries<K, V> {
    pub(crate) fn copied(entries: impl Iterator<Item = (K, V)>) -> Self {
        Entries(entries.map(|(key, value)| (key, UnsafeCell::new(value))).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn capacity(&self) -> usize {
        self.0.capacity()
    }

    pub(crate) fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }

    /// Whether there is room for that many more entries now.
    pub(crate) fn try_reserve(&mut self, additional: usize) -> bool {
        self.0.try_reserve(additional).is_ok()
    }

    /// Where the entry with this key is.
    pub(crate) fn find<Q: Eq + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        self.0.iter().position(|(k, _)| k.borrow() == key)
    }

    pub(crate) fn key(&self, at: usize) -> &K {
        &self.0[at].0
    }

    /// The value, which is read or written through other references to the same entries.
    pub(crate) fn value(&self, at: usize) -> *mut V {
        self.0[at].1.get()
    }

    pub(crate) fn value_mut(&mut self, at: usize) -> &mut V {
        self.0[at].1.get_mut()
    }

    /// Adds an entry at the end, and returns where it is.
    pub(crate) fn push(&mut self, key: K, value: V) -> usize {
        self.0.push((key, UnsafeCell::new(value)));
        self.0.len() - 1
    }

    pub(crate) fn replace(&mut self, at: usize, key: K, value: V) -> (K, V) {
        let (key, value) = std::mem::replace(&mut self.0[at], (key, UnsafeCell::new(value)));
        (key, value.into_inner())
    }

    pub(crate) fn remove(&mut self, at: usize) -> (K, V) {
        let (key, value) = self.0.remove(at);
        (key, value.into_inner())
    }

    pub(crate) fn insert(&mut self, at: usize, key: K, value: V) {
        self.0.insert(at, (key, UnsafeCell::new(value)));
    }

    pub(crate) fn retain(&mut self, mut f: impl FnMut(&K, &mut V) -> bool) {
        self.0.retain_mut(|(key, value)| f(key, value.get_mut()));
    }

    pub(crate) fn take(&mut self) -> std::vec::IntoIter<(K, UnsafeCell<V>)> {
        std::mem::take(&mut self.0).into_iter()
    }
}

/// The right to read or write the entries of a shard. Dropping it unlocks the shard.
pub(crate) struct Guard<'a, K, V> {
    shard: &'a Shard<K, V>,
    mode: Mode,
    place: &'static Location<'static>,
}

impl<K, V> Guard<'_, K, V> {
    pub(crate) fn entries(&self) -> &Entries<K, V> {
        #[allow(unsafe_code)]
        // SAFETY: whatever the mode of `self`, the model excludes writers of the table; it counts the guards of all
        // schedules and threads. What is written under a shared guard is a value, in a cell of its own.
        unsafe {
            &*self.shard.entries.get()
        }
    }

    pub(crate) fn entries_mut(&mut self) -> &mut Entries<K, V> {
        assert_eq!(self.mode, Mode::Write, "who writes has the right to");
        #[allow(unsafe_code)]
        // SAFETY: in this mode the model excludes all other guards, and this one is borrowed alone.
        unsafe {
            &mut *self.shard.entries.get()
        }
    }

    /// Keeps only the right to read, without having unlocked in between.
    pub(crate) fn downgrade(&mut self, place: &'static Location<'static>) {
        self.shard.lock.downgrade(self.mode, Mode::Read, place);
        (self.mode, self.place) = (Mode::Read, place);
    }
}

impl<K, V> Drop for Guard<'_, K, V> {
    fn drop(&mut self) {
        self.shard.lock.release(self.mode, self.place);
        scheduler::local_point();
    }
}
