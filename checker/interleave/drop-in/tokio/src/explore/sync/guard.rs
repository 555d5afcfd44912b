//! The two parts of every guard: the permits that it holds, and a pointer to the data or to a part of it.

use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::ptr::NonNull;

use interleave::model::Mode;

use super::hold::{Gate, Hold, Permits};

/// Data that others may read at the same time.
pub(super) struct Shared<G: Gate, U: ?Sized> {
    data: NonNull<U>,
    pub(super) hold: Hold<G>,
}

/// Data that only this guard may use.
pub(super) struct Exclusive<G: Gate, U: ?Sized> {
    data: NonNull<U>,
    pub(super) hold: Hold<G>,
    /// A pointer for writing must be invariant, so that it cannot be coerced to a pointer to a shorter-lived type.
    invariant: PhantomData<*mut U>,
}

impl<G: Gate, U: ?Sized> Shared<G, U> {
    /// # Safety
    ///
    /// `data` is valid, and nothing writes to it, while `hold` lives.
    #[allow(unsafe_code)]
    pub(super) unsafe fn new(data: *mut U, hold: Hold<G>) -> Self {
        Shared { data: NonNull::new(data).expect("a pointer to data"), hold }
    }

    pub(super) fn map<V: ?Sized>(self, f: impl FnOnce(&U) -> &V) -> Shared<G, V> {
        let data = NonNull::from(f(&self));
        Shared { data, hold: self.hold }
    }

    pub(super) fn try_map<V: ?Sized>(self, f: impl FnOnce(&U) -> Option<&V>) -> Result<Shared<G, V>, Self> {
        match f(&self).map(NonNull::from) {
            Some(data) => Ok(Shared { data, hold: self.hold }),
            None => Err(self),
        }
    }
}

impl<G: Gate, U: ?Sized> Exclusive<G, U> {
    /// # Safety
    ///
    /// `data` is valid while `hold` lives, and nothing else uses it.
    #[allow(unsafe_code)]
    pub(super) unsafe fn new(data: *mut U, hold: Hold<G>) -> Self {
        Exclusive { data: NonNull::new(data).expect("a pointer to data"), hold, invariant: PhantomData }
    }

    pub(super) fn map<V: ?Sized>(mut self, f: impl FnOnce(&mut U) -> &mut V) -> Exclusive<G, V> {
        let data = NonNull::from(f(&mut self));
        Exclusive { data, hold: self.hold, invariant: PhantomData }
    }

    pub(super) fn try_map<V: ?Sized>(
        mut self,
        f: impl FnOnce(&mut U) -> Option<&mut V>,
    ) -> Result<Exclusive<G, V>, Self> {
        match f(&mut self).map(NonNull::from) {
            Some(data) => Ok(Exclusive { data, hold: self.hold, invariant: PhantomData }),
            None => Err(self),
        }
    }

    /// Lets other readers in, in one step, and narrows the guard to a part of the data.
    pub(super) fn downgrade_map<V: ?Sized>(
        self,
        f: impl FnOnce(&U) -> &V,
        place: &'static Location<'static>,
    ) -> Shared<G, V> {
        let data = NonNull::from(f(&self));
        self.downgrade_to(data, place)
    }

    /// Like [`downgrade_map`](Self::downgrade_map), if `f` returns a part.
    pub(super) fn try_downgrade_map<V: ?Sized>(
        self,
        f: impl FnOnce(&U) -> Option<&V>,
        place: &'static Location<'static>,
    ) -> Result<Shared<G, V>, Self> {
        match f(&self).map(NonNull::from) {
            Some(data) => Ok(self.downgrade_to(data, place)),
            None => Err(self),
        }
    }

    fn downgrade_to<V: ?Sized>(self, data: NonNull<V>, place: &'static Location<'static>) -> Shared<G, V> {
        let mut hold = self.hold;
        hold.shrink(Mode::Read, 1, place);
        Shared { data, hold }
    }
}

impl<G: Gate, U: ?Sized> Deref for Shared<G, U> {
    type Target = U;

    fn deref(&self) -> &U {
        #[allow(unsafe_code)]
        // SAFETY: the caller of `new` promised that the data is valid and not written to; parts come from references.
        unsafe {
            self.data.as_ref()
        }
    }
}

impl<G: Gate, U: ?Sized> Deref for Exclusive<G, U> {
    type Target = U;

    fn deref(&self) -> &U {
        #[allow(unsafe_code)]
        // SAFETY: the caller of `new` promised that the data is valid and used only here; parts come from references.
        unsafe {
            self.data.as_ref()
        }
    }
}

impl<G: Gate, U: ?Sized> DerefMut for Exclusive<G, U> {
    fn deref_mut(&mut self) -> &mut U {
        #[allow(unsafe_code)]
        // SAFETY: as in `deref`.
        unsafe {
            self.data.as_mut()
        }
    }
}

/// Formats a lock, with its data if it is free. Not a scheduling point.
///
/// # Safety
///
/// A permit allows its holder to read the data.
#[allow(unsafe_code)]
pub(super) unsafe fn fmt_data<T: ?Sized + fmt::Debug>(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    permits: &Permits,
    data: &UnsafeCell<T>,
) -> fmt::Result {
    let mut lock = f.debug_struct(name);
    match permits.semaphore.try_acquire() {
        Ok(_permit) => {
            // SAFETY: `_permit` allows reading.
            let data = unsafe { &*data.get() };
            lock.field("data", &data)
        }
        Err(_) => lock.field("data", &format_args!("<locked>")),
    };
    lock.finish()
}
