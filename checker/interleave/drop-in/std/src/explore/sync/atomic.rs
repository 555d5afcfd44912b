//! `std::sync::atomic` under the scheduler: each operation is a scheduling point.
//!
//! Operations are sequentially consistent whatever ordering they ask for, so a relaxed load never sees an old value. What
//! an ordering is missing is found where it leaves two accesses to an [`UnsafeCell`](crate::cell::UnsafeCell) unordered.

#[doc(no_inline)]
pub use ::std::sync::atomic::{Ordering, compiler_fence};

use ::std::panic::Location;
use ::std::sync::atomic;

use interleave::engine::races::Operation::{Load, Store, Update};
use interleave::engine::races::Orders;
use interleave::engine::{Access, watching};
use interleave::model::Object;

/// The operations of every atomic.
macro_rules! operations {
    ($name:ty, $value:ty, [$($generics:tt)*], $real:ty) => {
        impl<$($generics)*> $name {
            /// The value, for the only owner. No other thread can access it, so this is no scheduling point.
            pub fn get_mut(&mut self) -> &mut $value {
                self.value.get_mut()
            }

            /// The value; consumes the atomic. This is no scheduling point.
            pub const fn into_inner(self) -> $value {
                let value = self.value;
                value.into_inner()
            }

            /// The raw value. The scheduler does not see accesses through this pointer.
            pub const fn as_ptr(&self) -> *mut $value {
                self.value.as_ptr()
            }

            /// Reads the value: always the latest one, whatever `order` is.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                self.object.point(Access::Read);
                let value = self.value.load(order);
                self.object.orders(Load, order, Location::caller());
                self.object.loads(&value, Location::caller());
                value
            }

            /// Writes `value`. Other threads see it at once, whatever `order` is.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                self.object.point(Access::Write);
                self.value.store(value, order);
                self.object.orders(Store, order, Location::caller());
                self.object.stores(&value, Location::caller());
            }

            /// Writes `value`, and returns the one before, in one step.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.update_with(order, Location::caller(), |atomic| atomic.swap(value, order))
            }

            /// Writes `new` if the value is `current`, in one step. Returns the value before, as an error if it was
            /// another one.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                // A failed exchange changes nothing.
                self.object.point(Access::Read);
                let result = self.value.compare_exchange(current, new, success, failure);
                match &result {
                    Ok(_) => self.object.orders(Update, success, Location::caller()),
                    Err(_) => self.object.orders(Load, failure, Location::caller()),
                }
                match &result {
                    Ok(old) => self.object.updates(old, &new, Location::caller()),
                    Err(found) => self.object.loads(found, Location::caller()),
                }
                result
            }

            /// As `compare_exchange`: it never fails spuriously here.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                self.compare_exchange(current, new, success, failure)
            }

            /// As `compare_exchange`, but returns the value before in both cases.
            #[track_caller]
            pub fn compare_and_swap(&self, current: $value, new: $value, order: Ordering) -> $value {
                let failure = match order {
                    Ordering::Release => Ordering::Relaxed,
                    Ordering::AcqRel => Ordering::Acquire,
                    same => same,
                };
                self.compare_exchange(current, new, order, failure).unwrap_or_else(|found| found)
            }

            /// Calls `f` with the value and tries to write what it returns, again for as long as other threads come
            /// first. Returns the value before; as an error if `f` returned `None`.
            #[track_caller]
            pub fn fetch_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                mut f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let mut found = self.load(fetch);
                while let Some(new) = f(found) {
                    match self.compare_exchange_weak(found, new, set, fetch) {
                        Ok(old) => return Ok(old),
                        Err(other) => found = other,
                    }
                }
                Err(found)
            }

            /// As `fetch_update`, under its later name.
            #[track_caller]
            pub fn try_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                self.fetch_update(set, fetch, f)
            }

            /// As `fetch_update`, with a function that always returns a value.
            #[track_caller]
            pub fn update(&self, set: Ordering, fetch: Ordering, mut f: impl FnMut($value) -> $value) -> $value {
                self.fetch_update(set, fetch, |value| Some(f(value))).unwrap_or_else(|found| found)
            }

            fn update_with(
                &self,
                order: Ordering,
                place: &'static Location<'static>,
                update: impl FnOnce(&$real) -> $value,
            ) -> $value {
                self.object.point(Access::Write);
                let old = update(&self.value);
                self.object.orders(Update, order, place);
                self.object.updates(&old, &self.value.load(Ordering::SeqCst), place);
                old
            }
        }

        impl<$($generics)*> ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.value, f)
            }
        }

        impl<$($generics)*> ::std::panic::RefUnwindSafe for $name {}
    };
}

macro_rules! atomic {
    ($name:ident, $value:ty $(, $arithmetic:ident)?) => {
        #[doc = concat!("See [`atomic::", stringify!($name), "`].")]
        pub struct $name {
            object: Object,
            value: atomic::$name,
        }

        operations!($name, $value, [], atomic::$name);

        impl $name {
            /// An atomic with this value. Traces name it after the variable or field on the line of this call.
            #[track_caller]
            pub const fn new(value: $value) -> Self {
                $name {
                    object: Object::new(stringify!($name)).that_orders(Orders::Nothing),
                    value: atomic::$name::new(value),
                }
            }

            $(atomic!(@$arithmetic $value);)?
        }

        impl Default for $name {
            #[track_caller]
            fn default() -> Self {
                $name::new(<$value>::default())
            }
        }

        impl From<$value> for $name {
            #[track_caller]
            fn from(value: $value) -> Self {
                $name::new(value)
            }
        }
    };
    (@integer $value:ty) => {
        atomic!(@methods $value, fetch_add fetch_sub fetch_and fetch_nand fetch_or fetch_xor fetch_max fetch_min);
    };
    (@logic $value:ty) => {
        atomic!(@methods $value, fetch_and fetch_nand fetch_or fetch_xor);

        /// Negates the value, and returns the one before, in one step.
        #[track_caller]
        pub fn fetch_not(&self, order: Ordering) -> $value {
            self.fetch_xor(true, order)
        }
    };
    (@pointer $pointee:ty, $($method:ident)*) => {
        $(
            /// Changes the address as the method of the same name in the standard library does, in one step. Returns
            /// the pointer before.
            #[track_caller]
            pub fn $method(&self, value: usize, order: Ordering) -> *mut $pointee {
                self.update_with(order, Location::caller(), |atomic| atomic.$method(value, order))
            }
        )*
    };
    (@methods $value:ty, $($method:ident)*) => {
        $(
            /// Changes the value as the method of the same name in the standard library does, in one step. Returns the
            /// value before.
            #[track_caller]
            pub fn $method(&self, value: $value, order: Ordering) -> $value {
                self.update_with(order, Location::caller(), |atomic| atomic.$method(value, order))
            }
        )*
    };
}

atomic!(AtomicBool, bool, logic);
atomic!(AtomicI8, i8, integer);
atomic!(AtomicI16, i16, integer);
atomic!(AtomicI32, i32, integer);
atomic!(AtomicI64, i64, integer);
atomic!(AtomicIsize, isize, integer);
atomic!(AtomicU8, u8, integer);
atomic!(AtomicU16, u16, integer);
atomic!(AtomicU32, u32, integer);
atomic!(AtomicU64, u64, integer);
atomic!(AtomicUsize, usize, integer);

/// The constants with the initial values of atomics, from before `new` was `const`.
macro_rules! initial {
    ($($name:ident: $type:ident = $value:expr;)*) => {
        $(
            #[doc = concat!("See [`atomic::", stringify!($name), "`].")]
            #[deprecated(since = "1.34.0", note = "the `new` function is now preferred")]
            #[allow(clippy::declare_interior_mutable_const, reason = "each use is a new one, as in the standard library")]
            pub const $name: $type = $type::new($value);
        )*
    };
}

initial! {
    ATOMIC_BOOL_INIT: AtomicBool = false;
    ATOMIC_ISIZE_INIT: AtomicIsize = 0;
    ATOMIC_USIZE_INIT: AtomicUsize = 0;
}

/// See [`atomic::AtomicPtr`].
pub struct AtomicPtr<T> {
    object: Object,
    value: atomic::AtomicPtr<T>,
}

operations!(AtomicPtr<T>, *mut T, [T], atomic::AtomicPtr<T>);

impl<T> AtomicPtr<T> {
    /// An atomic with this pointer. Traces name it after the variable or field on the line of this call.
    #[track_caller]
    pub const fn new(value: *mut T) -> Self {
        AtomicPtr {
            object: Object::new("AtomicPtr").that_orders(Orders::Nothing),
            value: atomic::AtomicPtr::new(value),
        }
    }

    atomic!(@pointer T, fetch_ptr_add fetch_ptr_sub fetch_byte_add fetch_byte_sub fetch_or fetch_and fetch_xor);
}

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        AtomicPtr::new(::std::ptr::null_mut())
    }
}

impl<T> From<*mut T> for AtomicPtr<T> {
    #[track_caller]
    fn from(value: *mut T) -> Self {
        AtomicPtr::new(value)
    }
}

impl<T> ::std::fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
        self.value.fmt(f)
    }
}

/// See [`atomic::fence`]. It orders the accesses to cells, and is no scheduling point.
pub fn fence(order: Ordering) {
    atomic::fence(order);
    watching::fence(order);
}

/// See [`atomic::spin_loop_hint`].
#[deprecated(since = "1.51.0", note = "use hint::spin_loop instead")]
pub fn spin_loop_hint() {
    interleave::model::thread::yield_now();
}
