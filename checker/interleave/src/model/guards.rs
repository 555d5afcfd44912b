//! What the locks and guards of all drop-ins share.

/// Implements `Deref`, `Debug` and `Display` for a guard that keeps the real one in its field `data`.
///
/// `read_guard!(['a, T: ?Sized] MutexGuard<'a, T> => T);`
#[doc(hidden)]
#[macro_export]
macro_rules! read_guard {
    ([$($generics:tt)*] $guard:ty => $target:ident) => {
        impl<$($generics)*> ::core::ops::Deref for $guard {
            type Target = $target;

            fn deref(&self) -> &$target {
                &self.data
            }
        }

        impl<$($generics)*> ::core::fmt::Debug for $guard
        where
            $target: ::core::fmt::Debug,
        {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                <$target as ::core::fmt::Debug>::fmt(self, f)
            }
        }

        impl<$($generics)*> ::core::fmt::Display for $guard
        where
            $target: ::core::fmt::Display,
        {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                <$target as ::core::fmt::Display>::fmt(self, f)
            }
        }
    };
}

/// Like `read_guard`, for a guard that also allows writing.
#[doc(hidden)]
#[macro_export]
macro_rules! write_guard {
    ([$($generics:tt)*] $guard:ty => $target:ident) => {
        $crate::read_guard!([$($generics)*] $guard => $target);

        impl<$($generics)*> ::core::ops::DerefMut for $guard {
            fn deref_mut(&mut self) -> &mut $target {
                &mut self.data
            }
        }
    };
}

/// A lock can be made from the value that it protects, and from that value's default.
#[doc(hidden)]
#[macro_export]
macro_rules! lock_from_value {
    ($lock:ident) => {
        impl<T: ::core::default::Default> ::core::default::Default for $lock<T> {
            #[track_caller]
            fn default() -> Self {
                $lock::new(T::default())
            }
        }

        impl<T> ::core::convert::From<T> for $lock<T> {
            #[track_caller]
            fn from(value: T) -> Self {
                $lock::new(value)
            }
        }
    };
}
