//! Every operation is a scheduling point.

use std::sync::Arc;

use async_lock::*;

use super::exploring::explore;
use super::poll_once;

#[test]
fn operations_of_locks() {
    explore(|| {
        let mutex = Arc::new(Mutex::new(1));
        let lock = Arc::new(RwLock::new(1));
        assert_each_passes_a_point! {
            mutex.lock_blocking();
            mutex.try_lock();
            mutex.lock_arc_blocking();
            mutex.try_lock_arc();
            poll_once(&mut mutex.lock()).is_ready();
            poll_once(&mut mutex.lock_arc()).is_ready();
            format!("{mutex:?}");
            lock.read_blocking();
            lock.try_read();
            lock.read_arc_blocking();
            lock.try_read_arc();
            lock.write_blocking();
            lock.try_write();
            lock.write_arc_blocking();
            lock.try_write_arc();
            lock.upgradable_read_blocking();
            lock.try_upgradable_read();
            lock.upgradable_read_arc_blocking();
            lock.try_upgradable_read_arc();
            poll_once(&mut lock.read()).is_ready();
            poll_once(&mut lock.read_arc()).is_ready();
            poll_once(&mut lock.write()).is_ready();
            poll_once(&mut lock.write_arc()).is_ready();
            poll_once(&mut lock.upgradable_read()).is_ready();
            poll_once(&mut lock.upgradable_read_arc()).is_ready();
        }
        assert_each_release_passes_two_points! {
            mutex.lock_blocking();
            mutex.lock_arc_blocking();
            lock.read_blocking();
            lock.read_arc_blocking();
            lock.write_blocking();
            lock.write_arc_blocking();
            lock.upgradable_read_blocking();
            lock.upgradable_read_arc_blocking();
        }
        let guard = lock.upgradable_read_blocking();
        assert_each_passes_a_point! { RwLockUpgradableReadGuard::try_upgrade(guard); }
        let guard = lock.upgradable_read_blocking();
        assert_each_passes_a_point! { RwLockUpgradableReadGuard::upgrade(guard); }
        let guard = lock.upgradable_read_blocking();
        assert_each_passes_a_point! { RwLockUpgradableReadGuard::downgrade(guard); }
        let guard = lock.write_blocking();
        assert_each_passes_a_point! { RwLockWriteGuard::downgrade(guard); }
        let guard = lock.write_blocking();
        assert_each_passes_a_point! { RwLockWriteGuard::downgrade_to_upgradable(guard); }
        let guard = mutex.lock_blocking();
        let mut waiting = mutex.lock();
        assert!(poll_once(&mut waiting).is_pending());
        assert_each_passes_a_point! { drop(waiting); }
        drop(guard);
    })
    .expect("all of them are scheduling points");
}

#[test]
fn operations_of_semaphores_barriers_and_cells() {
    explore(|| {
        let permits = Arc::new(Semaphore::new(1));
        let barrier = Barrier::new(1);
        let cell = OnceCell::new();
        assert_each_passes_a_point! {
            permits.acquire_blocking();
            permits.try_acquire();
            permits.acquire_arc_blocking();
            permits.try_acquire_arc();
            permits.available_permits();
            permits.add_permits(1);
            poll_once(&mut permits.acquire()).is_ready();
            poll_once(&mut permits.acquire_arc()).is_ready();
            barrier.wait_blocking();
            cell.get();
            cell.is_initialized();
            cell.try_set(1);
            cell.set_blocking(2);
            cell.get_or_init_blocking(|| 3);
            cell.get_or_try_init_blocking(|| Err(()));
            cell.wait_blocking();
        }
        assert_each_release_passes_two_points! {
            permits.acquire_blocking();
            permits.acquire_arc_blocking();
        }
    })
    .expect("all of them are scheduling points");
}
