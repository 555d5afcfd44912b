//! Poisoning, for the panics of explored threads only.

use ::std::sync;

use interleave::engine::ending;

/// A real lock with a poison flag.
pub(super) trait Poisonable {
    fn is_poisoned(&self) -> bool;
    fn clear_poison(&self);
}

macro_rules! poisonable {
    ($($lock:ident)*) => {
        $(impl<T: ?Sized> Poisonable for sync::$lock<T> {
            fn is_poisoned(&self) -> bool {
                sync::$lock::is_poisoned(self)
            }

            fn clear_poison(&self) {
                sync::$lock::clear_poison(self);
            }
        })*
    };
}

poisonable!(Mutex RwLock);

/// Clears the poison flag when a guard is dropped, if no panic of its thread set it: at the end of the schedule, or
/// because another thread is unwinding on the same OS thread.
pub(super) struct Poison<'a, L: Poisonable + ?Sized> {
    data: &'a L,
    was_poisoned: bool,
}

impl<'a, L: Poisonable + ?Sized> Poison<'a, L> {
    pub(super) fn new(data: &'a L) -> Self {
        Poison { was_poisoned: data.is_poisoned(), data }
    }
}

impl<L: Poisonable + ?Sized> Drop for Poison<'_, L> {
    fn drop(&mut self) {
        let is_by_another = !self.was_poisoned && ::std::thread::panicking() && !ending::is_unwinding();
        if ending::is_ending() || is_by_another {
            self.data.clear_poison();
        }
    }
}
