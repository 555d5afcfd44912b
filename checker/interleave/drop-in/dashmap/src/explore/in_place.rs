//! Changing one entry while its shard is locked.

use std::borrow::Borrow;

use super::shard::Guard;

/// An entry that exists, in a shard that is locked to write.
pub(super) struct OccupiedInPlace<'a, K, V> {
    pub(super) guard: Guard<'a, K, V>,
    pub(super) at: usize,
}

impl<'a, K: Eq, V> OccupiedInPlace<'a, K, V> {
    pub(super) fn find<Q: Eq + ?Sized>(guard: Guard<'a, K, V>, key: &Q) -> Option<Self>
    where
        K: Borrow<Q>,
    {
        let at = guard.entries().find(key)?;
        Some(OccupiedInPlace { guard, at })
    }

    pub(super) fn pair_mut(&mut self) -> (&K, &mut V) {
        let entries = self.guard.entries();
        #[allow(unsafe_code)]
        // SAFETY: the guard is borrowed alone, and it excludes all others.
        unsafe {
            (entries.key(self.at), &mut *entries.value(self.at))
        }
    }

    pub(super) fn alter(&mut self, f: impl FnOnce(&K, V) -> V) {
        let (key, value) = self.guard.entries_mut().remove(self.at);
        let value = f(&key, value);
        self.guard.entries_mut().insert(self.at, key, value);
    }
}
