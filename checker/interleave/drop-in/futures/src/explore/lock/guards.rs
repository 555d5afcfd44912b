//! The guards of `futures::lock::Mutex`.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::Arc;

use super::held::Held;
use super::mutex::Mutex;

/// See [`real::lock::MutexGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized> {
    held: Held,
    mutex: &'a Mutex<T>,
    /// A guard is `Send` where its value is.
    data: PhantomData<&'a mut T>,
}

/// See [`real::lock::OwnedMutexGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct OwnedMutexGuard<T: ?Sized> {
    /// Dropped before the mutex that it keeps locked.
    _held: Held,
    mutex: Arc<Mutex<T>>,
    data: PhantomData<T>,
}

/// See [`real::lock::MappedMutexGuard`].
#[clippy::has_significant_drop]
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MappedMutexGuard<'a, T: ?Sized, U: ?Sized> {
    held: Held,
    mutex: &'a Mutex<T>,
    value: NonNull<U>,
    data: PhantomData<&'a mut U>,
}

#[allow(unsafe_code)]
// SAFETY: a shared guard gives out `&T` only.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync> Sync for OwnedMutexGuard<T> {}
#[allow(unsafe_code)]
// SAFETY: `value` is a part of the data, and stands for a `&mut U`.
unsafe impl<T: ?Sized + Send, U: ?Sized + Send> Send for MappedMutexGuard<'_, T, U> {}
#[allow(unsafe_code)]
// SAFETY: as above.
unsafe impl<T: ?Sized + Sync, U: ?Sized + Sync> Sync for MappedMutexGuard<'_, T, U> {}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    pub(super) fn new(held: Held, mutex: &'a Mutex<T>) -> Self {
        MutexGuard { held, mutex, data: PhantomData }
    }

    /// Converts `this` to a guard for a part of the value.
    pub fn map<U: ?Sized, F>(mut this: Self, f: F) -> MappedMutexGuard<'a, T, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        let value = NonNull::from(f(&mut this));
        MappedMutexGuard { held: this.held, mutex: this.mutex, value, data: PhantomData }
    }
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    pub(super) fn new(held: Held, mutex: Arc<Mutex<T>>) -> Self {
        OwnedMutexGuard { _held: held, mutex, data: PhantomData }
    }
}

impl<'a, T: ?Sized, U: ?Sized> MappedMutexGuard<'a, T, U> {
    /// Converts `this` to a guard for a part of its part.
    pub fn map<V: ?Sized, F>(mut this: Self, f: F) -> MappedMutexGuard<'a, T, V>
    where
        F: FnOnce(&mut U) -> &mut V,
    {
        let value = NonNull::from(f(&mut this));
        MappedMutexGuard { held: this.held, mutex: this.mutex, value, data: PhantomData }
    }
}

/// `guard!(["a generic guard"] MutexGuard<'_, T> => T, |guard| pointer)` implements access to the value at `pointer`.
macro_rules! guard {
    ([$($generics:tt)*] $name:ident<$($argument:tt),*> => $target:ident, |$guard:ident| $pointer:expr) => {
        impl<$($generics)*> Deref for $name<$($argument),*> {
            type Target = $target;

            fn deref(&self) -> &$target {
                let $guard = self;
                #[allow(unsafe_code)]
                // SAFETY: the mutex is locked by this guard, which lends what it is itself lent.
                unsafe {
                    &*$pointer
                }
            }
        }

        impl<$($generics)*> DerefMut for $name<$($argument),*> {
            fn deref_mut(&mut self) -> &mut $target {
                let $guard = self;
                #[allow(unsafe_code)]
                // SAFETY: as above.
                unsafe {
                    &mut *$pointer
                }
            }
        }

        impl<$($generics)*> fmt::Debug for $name<$($argument),*>
        where
            $target: fmt::Debug,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("value", &&**self).field("mutex", &self.mutex).finish()
            }
        }
    };
}

guard!([T: ?Sized] MutexGuard<'_, T> => T, |guard| guard.mutex.data.get());
guard!([T: ?Sized] OwnedMutexGuard<T> => T, |guard| guard.mutex.data.get());
guard!([T: ?Sized, U: ?Sized] MappedMutexGuard<'_, T, U> => U, |guard| guard.value.as_ptr());
