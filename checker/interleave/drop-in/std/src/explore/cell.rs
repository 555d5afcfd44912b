//! `std::cell`, with an `UnsafeCell` whose accesses must be ordered.

#[doc(no_inline)]
pub use ::std::cell::*;

use ::std::cell;
use ::std::fmt;
use ::std::panic::Location;

use interleave::engine::races::Orders;
use interleave::model::Object;

/// A cell whose accesses are looked at: two of them that nothing orders are a data race.
///
/// An access is a call, not a use of the pointer it returns. As a pointer does not say what it is used for, each
/// [`get`](Self::get) counts as a write.
pub struct UnsafeCell<T: ?Sized> {
    object: Object,
    value: cell::UnsafeCell<T>,
}

impl<T> UnsafeCell<T> {
    /// A cell with this value. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        UnsafeCell {
            object: Object::new("UnsafeCell").that_orders(Orders::Nothing),
            value: cell::UnsafeCell::new(value),
        }
    }

    /// Takes the value out. The caller is the only owner.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// The pointer to the value, and an access to it, which counts as a write.
    #[track_caller]
    pub fn get(&self) -> *mut T {
        self.object.accesses(Location::caller());
        self.value.get()
    }

    /// The value, for the only owner. An access that comes after all others, as the compiler has proved: what proves it at
    /// run time may be the count of an `Arc`, which explore mode does not see.
    #[track_caller]
    pub fn get_mut(&mut self) -> &mut T {
        self.object.accesses_alone(Location::caller());
        self.value.get_mut()
    }

    /// The pointer to the value. Not counted as an access, because the cell may not be initialized.
    #[allow(
        clippy::not_unsafe_ptr_arg_deref,
        reason = "safe in the standard library, too: only an address is computed"
    )]
    pub const fn raw_get(this: *const Self) -> *mut T {
        #[allow(unsafe_code)]
        // SAFETY: the caller's pointer is to a cell, and only the address of its field is computed.
        let value = unsafe { &raw const (*this).value };
        cell::UnsafeCell::raw_get(value)
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    #[track_caller]
    fn default() -> Self {
        UnsafeCell::new(T::default())
    }
}

impl<T> From<T> for UnsafeCell<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        UnsafeCell::new(value)
    }
}

impl<T: ?Sized> fmt::Debug for UnsafeCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsafeCell").finish_non_exhaustive()
    }
}
