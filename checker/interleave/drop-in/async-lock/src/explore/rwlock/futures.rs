//! The futures of a reader-writer lock.

use std::sync::Arc;

use super::super::inside::entry;
use super::*;

entry!(Read['a, T: ?Sized]['a, T](&'a RwLock<T>) => RwLockReadGuard<'a, T>, |data| RwLockReadGuard { data });
entry!(ReadArc['a, T]['a, T](&'a Arc<RwLock<T>>) => RwLockReadGuardArc<T>,
    |inside| RwLockReadGuardArc { data: inside.counted() });
entry!(UpgradableRead['a, T: ?Sized]['a, T](&'a RwLock<T>) => RwLockUpgradableReadGuard<'a, T>,
    |data| RwLockUpgradableReadGuard { data });
entry!(UpgradableReadArc['a, T: ?Sized]['a, T](&'a Arc<RwLock<T>>) => RwLockUpgradableReadGuardArc<T>,
    |inside| RwLockUpgradableReadGuardArc { data: inside.counted() });
entry!(Write['a, T: ?Sized]['a, T](&'a RwLock<T>) => RwLockWriteGuard<'a, T>, |data| RwLockWriteGuard { data });
entry!(WriteArc['a, T: ?Sized]['a, T](&'a Arc<RwLock<T>>) => RwLockWriteGuardArc<T>,
    |inside| RwLockWriteGuardArc { data: inside.counted() });
entry!(Upgrade['a, T: ?Sized]['a, T](&'a RwLock<T>) => RwLockWriteGuard<'a, T>, |data| RwLockWriteGuard { data });
entry!(UpgradeArc[T: ?Sized][T](Arc<RwLock<T>>) => RwLockWriteGuardArc<T>, |data| RwLockWriteGuardArc { data });
