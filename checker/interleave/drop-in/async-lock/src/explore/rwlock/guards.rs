//! The guards of a reader-writer lock.

use std::panic::Location;
use std::sync::Arc;

use interleave::engine::threads::block_on;
use interleave::model::Mode;
use interleave::{read_guard, write_guard};

use super::super::inside::Inside;
use super::RwLock;
use super::futures::{Upgrade, UpgradeArc};

macro_rules! guards {
    ($($guard:ident [$($generics:tt)*] ($pointer:ty);)*) => {
        $(#[doc = concat!("See `async_lock::", stringify!($guard), "`.")]
        #[must_use = "if unused the RwLock will immediately unlock"]
        #[clippy::has_significant_drop]
        pub struct $guard<$($generics)*> {
            pub(super) data: Inside<$pointer>,
        })*
    };
}

guards! {
    RwLockReadGuard['a, T: ?Sized](&'a RwLock<T>);
    RwLockReadGuardArc[T](Arc<RwLock<T>>);
    RwLockUpgradableReadGuard['a, T: ?Sized](&'a RwLock<T>);
    RwLockUpgradableReadGuardArc[T: ?Sized](Arc<RwLock<T>>);
    RwLockWriteGuard['a, T: ?Sized](&'a RwLock<T>);
    RwLockWriteGuardArc[T: ?Sized](Arc<RwLock<T>>);
}

read_guard!(['a, T: ?Sized] RwLockReadGuard<'a, T> => T);
read_guard!([T] RwLockReadGuardArc<T> => T);
read_guard!(['a, T: ?Sized] RwLockUpgradableReadGuard<'a, T> => T);
read_guard!([T: ?Sized] RwLockUpgradableReadGuardArc<T> => T);
write_guard!(['a, T: ?Sized] RwLockWriteGuard<'a, T> => T);
write_guard!([T: ?Sized] RwLockWriteGuardArc<T> => T);

impl<T> std::panic::UnwindSafe for RwLockReadGuardArc<T> {}
impl<T> std::panic::RefUnwindSafe for RwLockReadGuardArc<T> {}

/// The conversions between guards, which are the same for borrowed guards and those with an `Arc`.
macro_rules! changes {
    ([$($generics:tt)*] [$($sized:tt)*] $read:ident $upgradable:ident $write:ident $upgrade:ident [$($arguments:tt)*]) => {
        impl<$($sized)*> $upgradable<$($arguments)*> {
            /// Gives up the right to upgrade, and keeps reading: another task may become the upgradable reader.
            #[track_caller]
            pub fn downgrade(guard: Self) -> $read<$($arguments)*> {
                $read { data: guard.data.downgrade(Mode::Read, Location::caller()) }
            }
        }

        impl<$($generics)*> $upgradable<$($arguments)*> {
            /// Becomes the writer if there is no other reader; otherwise gives `guard` back.
            #[track_caller]
            pub fn try_upgrade(guard: Self) -> Result<$write<$($arguments)*>, Self> {
                match guard.data.try_upgrade(Location::caller()) {
                    Ok(data) => Ok($write { data }),
                    Err(data) => Err($upgradable { data }),
                }
            }

            /// A future that becomes the writer once all other readers are gone. No other writer comes first.
            #[track_caller]
            pub fn upgrade(guard: Self) -> $upgrade<$($arguments)*> {
                $upgrade(guard.data.upgrade(Location::caller()))
            }

            /// Blocks the calling thread until all other readers are gone, and becomes the writer.
            #[track_caller]
            pub fn upgrade_blocking(guard: Self) -> $write<$($arguments)*> {
                block_on(Self::upgrade(guard))
            }
        }

        impl<$($sized)*> $write<$($arguments)*> {
            /// Becomes a reader without releasing the lock in between, so that no other writer can come first.
            #[track_caller]
            pub fn downgrade(guard: Self) -> $read<$($arguments)*> {
                $read { data: guard.data.downgrade(Mode::Read, Location::caller()) }
            }
        }

        impl<$($generics)*> $write<$($arguments)*> {
            /// Becomes the upgradable reader without releasing the lock in between.
            #[track_caller]
            pub fn downgrade_to_upgradable(guard: Self) -> $upgradable<$($arguments)*> {
                $upgradable { data: guard.data.downgrade(Mode::Upgradable, Location::caller()) }
            }
        }
    };
}

changes!(['a, T: ?Sized] ['a, T: ?Sized]
    RwLockReadGuard RwLockUpgradableReadGuard RwLockWriteGuard Upgrade ['a, T]);
changes!([T: ?Sized] [T]
    RwLockReadGuardArc RwLockUpgradableReadGuardArc RwLockWriteGuardArc UpgradeArc [T]);
