//! async-std for exercises: the real package, in which explore mode replaces the parts that determine the order of
//! events.

#![warn(missing_docs)]

#[doc(no_inline)]
pub use real::*;

#[cfg(feature = "explore")]
mod explore;
#[cfg(feature = "explore")]
pub use explore::{__interleave, channel, future, io, prelude, sync, task};

/// See [`real::task_local`].
#[cfg(feature = "explore")]
#[macro_export]
macro_rules! task_local {
    () => ();
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $init:expr) => (
        $(#[$attribute])* $visibility static $name: $crate::task::LocalKey<$type> = {
            fn __init() -> $type {
                $init
            }
            $crate::task::LocalKey { __init }
        };
    );
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $init:expr; $($rest:tt)*) => (
        $crate::task_local!($(#[$attribute])* $visibility static $name: $type = $init);
        $crate::task_local!($($rest)*);
    );
}

#[cfg(not(feature = "explore"))]
#[doc(hidden)]
pub mod __interleave {
    pub fn block_on(test: impl Future<Output = ()>) {
        real::task::block_on(test);
    }
}
