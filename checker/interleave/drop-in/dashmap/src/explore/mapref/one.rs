//! References to one entry.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

use crate::explore::shard::Guard;

/// A reference to an entry. It keeps its shard locked to read.
pub struct Ref<'a, K, V> {
    guard: Guard<'a, K, V>,
    at: usize,
}

impl<'a, K: Eq + Hash, V> Ref<'a, K, V> {
    /// The entry with this key, in a shard that is locked to read.
    pub(crate) fn find<Q: Eq + ?Sized>(guard: Guard<'a, K, V>, key: &Q) -> Option<Self>
    where
        K: Borrow<Q>,
    {
        let at = guard.entries().find(key)?;
        Some(Ref { guard, at })
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

    /// A reference to a part of the value.
    pub fn map<F, T>(self, f: F) -> MappedRef<'a, K, V, T>
    where
        F: FnOnce(&V) -> &T,
    {
        let value = std::ptr::from_ref(f(self.value()));
        MappedRef { guard: self.guard, at: self.at, value }
    }

    /// A reference to a part of the value, if there is one.
    ///
    /// # Errors
    ///
    /// `self`, if `f` returns `None`.
    pub fn try_map<F, T>(self, f: F) -> Result<MappedRef<'a, K, V, T>, Self>
    where
        F: FnOnce(&V) -> Option<&T>,
    {
        match f(self.value()).map(std::ptr::from_ref) {
            Some(value) => Ok(MappedRef { guard: self.guard, at: self.at, value }),
            None => Err(self),
        }
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug> fmt::Debug for Ref<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = self.pair();
        f.debug_struct("Ref").field("k", key).field("v", value).finish()
    }
}

impl<K: Eq + Hash, V> Deref for Ref<'_, K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.value()
    }
}

/// A reference to an entry to change its value. It keeps its shard locked.
pub struct RefMut<'a, K, V> {
    guard: Guard<'a, K, V>,
    at: usize,
}

impl<'a, K: Eq + Hash, V> RefMut<'a, K, V> {
    /// An entry of a shard that is locked to write.
    pub(crate) fn new(guard: Guard<'a, K, V>, at: usize) -> Self {
        RefMut { guard, at }
    }

    /// The entry with this key, in a shard that is locked to write.
    pub(crate) fn find<Q: Eq + ?Sized>(guard: Guard<'a, K, V>, key: &Q) -> Option<Self>
    where
        K: Borrow<Q>,
    {
        let at = guard.entries().find(key)?;
        Some(RefMut { guard, at })
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
        // SAFETY: the guard excludes others.
        unsafe {
            (entries.key(self.at), &*entries.value(self.at))
        }
    }

    /// The key, and the value to change it.
    pub fn pair_mut(&mut self) -> (&K, &mut V) {
        let entries = self.guard.entries();
        #[allow(unsafe_code)]
        // SAFETY: the guard excludes others, and `self` is borrowed alone.
        unsafe {
            (entries.key(self.at), &mut *entries.value(self.at))
        }
    }

    /// Keeps the shard locked to read only, without having unlocked it in between.
    #[track_caller]
    pub fn downgrade(mut self) -> Ref<'a, K, V> {
        self.guard.downgrade(Location::caller());
        Ref { guard: self.guard, at: self.at }
    }

    /// A reference to a part of the value.
    pub fn map<F, T>(mut self, f: F) -> MappedRefMut<'a, K, V, T>
    where
        F: FnOnce(&mut V) -> &mut T,
    {
        let value = std::ptr::from_mut(f(self.value_mut()));
        MappedRefMut { guard: self.guard, at: self.at, value }
    }

    /// A reference to a part of the value, if there is one.
    ///
    /// # Errors
    ///
    /// `self`, if `f` returns `None`.
    pub fn try_map<F, T>(mut self, f: F) -> Result<MappedRefMut<'a, K, V, T>, Self>
    where
        F: FnOnce(&mut V) -> Option<&mut T>,
    {
        match f(self.value_mut()).map(std::ptr::from_mut) {
            Some(value) => Ok(MappedRefMut { guard: self.guard, at: self.at, value }),
            None => Err(self),
        }
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug> fmt::Debug for RefMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = self.pair();
        f.debug_struct("RefMut").field("k", key).field("v", value).finish()
    }
}

impl<K: Eq + Hash, V> Deref for RefMut<'_, K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        self.value()
    }
}

impl<K: Eq + Hash, V> DerefMut for RefMut<'_, K, V> {
    fn deref_mut(&mut self) -> &mut V {
        self.value_mut()
    }
}

/// A reference to a part of a value. It keeps its shard locked to read.
pub struct MappedRef<'a, K, V, T> {
    guard: Guard<'a, K, V>,
    at: usize,
    value: *const T,
}

impl<'a, K: Eq + Hash, V, T> MappedRef<'a, K, V, T> {
    /// The key.
    pub fn key(&self) -> &K {
        self.pair().0
    }

    /// The part of the value.
    pub fn value(&self) -> &T {
        self.pair().1
    }

    /// The key and the part of the value.
    pub fn pair(&self) -> (&K, &T) {
        #[allow(unsafe_code)]
        // SAFETY: it was made from a reference to the value, which lives and is not written as long as the guard lives.
        unsafe {
            (self.guard.entries().key(self.at), &*self.value)
        }
    }

    /// A reference to a part of the part.
    pub fn map<F, T2>(self, f: F) -> MappedRef<'a, K, V, T2>
    where
        F: FnOnce(&T) -> &T2,
    {
        let value = std::ptr::from_ref(f(self.value()));
        MappedRef { guard: self.guard, at: self.at, value }
    }

    /// A reference to a part of the part, if there is one.
    ///
    /// # Errors
    ///
    /// `self`, if `f` returns `None`.
    pub fn try_map<F, T2>(self, f: F) -> Result<MappedRef<'a, K, V, T2>, Self>
    where
        F: FnOnce(&T) -> Option<&T2>,
    {
        match f(self.value()).map(std::ptr::from_ref) {
            Some(value) => Ok(MappedRef { guard: self.guard, at: self.at, value }),
            None => Err(self),
        }
    }
}

impl<K: Eq + Hash + fmt::Debug, V, T: fmt::Debug> fmt::Debug for MappedRef<'_, K, V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = self.pair();
        f.debug_struct("MappedRef").field("k", key).field("v", value).finish()
    }
}

impl<K: Eq + Hash, V, T> Deref for MappedRef<'_, K, V, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value()
    }
}

impl<K: Eq + Hash, V, T: fmt::Display> fmt::Display for MappedRef<'_, K, V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.value(), f)
    }
}

impl<K: Eq + Hash, V, T: AsRef<TDeref>, TDeref: ?Sized> AsRef<TDeref> for MappedRef<'_, K, V, T> {
    fn as_ref(&self) -> &TDeref {
        self.value().as_ref()
    }
}

/// A reference to a part of a value to change it. It keeps its shard locked.
pub struct MappedRefMut<'a, K, V, T> {
    guard: Guard<'a, K, V>,
    at: usize,
    value: *mut T,
}

impl<'a, K: Eq + Hash, V, T> MappedRefMut<'a, K, V, T> {
    /// The key.
    pub fn key(&self) -> &K {
        self.pair().0
    }

    /// The part of the value.
    pub fn value(&self) -> &T {
        self.pair().1
    }

    /// The part of the value, to change it.
    pub fn value_mut(&mut self) -> &mut T {
        self.pair_mut().1
    }

    /// The key and the part of the value.
    pub fn pair(&self) -> (&K, &T) {
        #[allow(unsafe_code)]
        // SAFETY: it was made from a reference to the value, which lives as long as the guard lives, and the guard
        // excludes others.
        unsafe {
            (self.guard.entries().key(self.at), &*self.value)
        }
    }

    /// The key, and the part of the value to change it.
    pub fn pair_mut(&mut self) -> (&K, &mut T) {
        #[allow(unsafe_code)]
        // SAFETY: as above, and `self` is borrowed alone.
        unsafe {
            (self.guard.entries().key(self.at), &mut *self.value)
        }
    }

    /// A reference to a part of the part.
    pub fn map<F, T2>(mut self, f: F) -> MappedRefMut<'a, K, V, T2>
    where
        F: FnOnce(&mut T) -> &mut T2,
    {
        let value = std::ptr::from_mut(f(self.value_mut()));
        MappedRefMut { guard: self.guard, at: self.at, value }
    }

    /// A reference to a part of the part, if there is one.
    ///
    /// # Errors
    ///
    /// `self`, if `f` returns `None`.
    pub fn try_map<F, T2>(mut self, f: F) -> Result<MappedRefMut<'a, K, V, T2>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut T2>,
    {
        match f(self.value_mut()).map(std::ptr::from_mut) {
            Some(value) => Ok(MappedRefMut { guard: self.guard, at: self.at, value }),
            None => Err(self),
        }
    }
}

impl<K: Eq + Hash + fmt::Debug, V, T: fmt::Debug> fmt::Debug for MappedRefMut<'_, K, V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, value) = self.pair();
        f.debug_struct("MappedRefMut").field("k", key).field("v", value).finish()
    }
}

impl<K: Eq + Hash, V, T> Deref for MappedRefMut<'_, K, V, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value()
    }
}

impl<K: Eq + Hash, V, T> DerefMut for MappedRefMut<'_, K, V, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value_mut()
    }
}
