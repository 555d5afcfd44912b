//! An entry of a map, whether it exists or not. It keeps its shard locked.

use std::hash::Hash;

use super::one::RefMut;
use crate::explore::shard::Guard;

/// The entry of a key.
pub enum Entry<'a, K, V> {
    /// There is a value.
    Occupied(OccupiedEntry<'a, K, V>),
    /// There is none.
    Vacant(VacantEntry<'a, K, V>),
}

impl<'a, K: Eq + Hash, V> Entry<'a, K, V> {
    /// The entry of `key`, in a shard that is locked to write.
    pub(crate) fn of(guard: Guard<'a, K, V>, key: K) -> Self {
        match guard.entries().find(&key) {
            Some(at) => Entry::Occupied(OccupiedEntry { guard, at, key }),
            None => Entry::Vacant(VacantEntry { guard, key }),
        }
    }

    /// Changes the value, if there is one.
    pub fn and_modify(mut self, f: impl FnOnce(&mut V)) -> Self {
        if let Entry::Occupied(entry) = &mut self {
            f(entry.get_mut());
        }
        self
    }

    /// The key.
    pub fn key(&self) -> &K {
        match self {
            Entry::Occupied(entry) => entry.key(),
            Entry::Vacant(entry) => entry.key(),
        }
    }

    /// The key that was asked for.
    pub fn into_key(self) -> K {
        match self {
            Entry::Occupied(entry) => entry.into_key(),
            Entry::Vacant(entry) => entry.into_key(),
        }
    }

    /// A reference to the value. If there was none, it is the default.
    pub fn or_default(self) -> RefMut<'a, K, V>
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// A reference to the value. If there was none, it is `value`.
    pub fn or_insert(self, value: V) -> RefMut<'a, K, V> {
        self.or_insert_with(|| value)
    }

    /// A reference to the value. If there was none, it is what `value` returns.
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> RefMut<'a, K, V> {
        match self {
            Entry::Occupied(entry) => entry.into_ref(),
            Entry::Vacant(entry) => entry.insert(value()),
        }
    }

    /// A reference to the value. If there was none, it is what `value` returns.
    ///
    /// # Errors
    ///
    /// That of `value`; then nothing is inserted.
    pub fn or_try_insert_with<E>(self, value: impl FnOnce() -> Result<V, E>) -> Result<RefMut<'a, K, V>, E> {
        match self {
            Entry::Occupied(entry) => Ok(entry.into_ref()),
            Entry::Vacant(entry) => Ok(entry.insert(value()?)),
        }
    }

    /// Sets the value, and returns a reference to it.
    pub fn insert(self, value: V) -> RefMut<'a, K, V> {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry.into_ref()
            }
            Entry::Vacant(entry) => entry.insert(value),
        }
    }

    /// Sets the value, and returns its entry.
    pub fn insert_entry(self, value: V) -> OccupiedEntry<'a, K, V>
    where
        K: Clone,
    {
        match self {
            Entry::Occupied(mut entry) => {
                entry.insert(value);
                entry
            }
            Entry::Vacant(entry) => entry.insert_entry(value),
        }
    }
}

/// A key without a value.
pub struct VacantEntry<'a, K, V> {
    guard: Guard<'a, K, V>,
    key: K,
}

impl<'a, K: Eq + Hash, V> VacantEntry<'a, K, V> {
    /// Inserts a value, and returns a reference to it.
    pub fn insert(mut self, value: V) -> RefMut<'a, K, V> {
        let at = self.guard.entries_mut().push(self.key, value);
        RefMut::new(self.guard, at)
    }

    /// Inserts a value, and returns its entry.
    pub fn insert_entry(mut self, value: V) -> OccupiedEntry<'a, K, V>
    where
        K: Clone,
    {
        let at = self.guard.entries_mut().push(self.key.clone(), value);
        OccupiedEntry { guard: self.guard, at, key: self.key }
    }

    /// The key.
    pub fn into_key(self) -> K {
        self.key
    }

    /// The key.
    pub fn key(&self) -> &K {
        &self.key
    }
}

/// A key with its value.
pub struct OccupiedEntry<'a, K, V> {
    guard: Guard<'a, K, V>,
    at: usize,
    key: K,
}

impl<'a, K: Eq + Hash, V> OccupiedEntry<'a, K, V> {
    /// The value.
    pub fn get(&self) -> &V {
        #[allow(unsafe_code)]
        // SAFETY: the guard excludes others.
        unsafe {
            &*self.guard.entries().value(self.at)
        }
    }

    /// The value, to change it.
    pub fn get_mut(&mut self) -> &mut V {
        self.guard.entries_mut().value_mut(self.at)
    }

    /// Replaces the value, and returns the one before.
    pub fn insert(&mut self, value: V) -> V {
        std::mem::replace(self.get_mut(), value)
    }

    /// A reference to the value.
    pub fn into_ref(self) -> RefMut<'a, K, V> {
        RefMut::new(self.guard, self.at)
    }

    /// The key that was asked for.
    pub fn into_key(self) -> K {
        self.key
    }

    /// The key in the map.
    pub fn key(&self) -> &K {
        self.guard.entries().key(self.at)
    }

    /// Removes the entry.
    pub fn remove(self) -> V {
        self.remove_entry().1
    }

    /// Removes the entry.
    pub fn remove_entry(mut self) -> (K, V) {
        self.guard.entries_mut().remove(self.at)
    }

    /// Replaces the key and the value, and returns those before.
    pub fn replace_entry(mut self, value: V) -> (K, V) {
        self.guard.entries_mut().replace(self.at, self.key, value)
    }
}
