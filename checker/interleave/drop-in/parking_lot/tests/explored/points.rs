//! Every operation is a scheduling point.

use std::sync::Arc;

use parking_lot::*;

use super::exploring::{MS, explore};

#[test]
fn operations_of_mutexes() {
    explore(|| {
        let mutex = Arc::new(Mutex::new(1));
        let fair = Arc::new(FairMutex::new(1));
        let reentrant = Arc::new(ReentrantMutex::new(1));
        assert_each_passes_a_point! {
            mutex.lock();
            mutex.try_lock();
            mutex.try_lock_for(MS);
            mutex.try_lock_until(interleave::model::time::Instant::current());
            mutex.is_locked();
            mutex.lock_arc();
            mutex.try_lock_arc();
            mutex.try_lock_arc_for(MS);
            fair.lock();
            fair.try_lock();
            fair.try_lock_for(MS);
            fair.is_locked();
            fair.lock_arc();
            reentrant.lock();
            reentrant.try_lock();
            reentrant.try_lock_for(MS);
            reentrant.is_locked();
            reentrant.is_owned_by_current_thread();
            reentrant.lock_arc();
            MutexGuard::bump(&mut mutex.lock());
            FairMutexGuard::bump(&mut fair.lock());
            ReentrantMutexGuard::bump(&mut reentrant.lock());
        }
        let mut guard = mutex.lock();
        assert_each_passes_a_point! {
            MutexGuard::bump(&mut guard);
            MutexGuard::unlocked(&mut guard, || ());
        }
        drop(guard);
        assert_each_release_passes_two_points! {
            mutex.lock();
            mutex.lock_arc();
            MutexGuard::map(mutex.lock(), |value| value);
            fair.lock();
            reentrant.lock();
        }
        let guard = mutex.lock();
        assert_each_passes_a_point! { MutexGuard::unlock_fair(guard); }
    })
    .expect("all of them are scheduling points");
}

#[test]
fn operations_of_reader_writer_locks() {
    explore(|| {
        let lock = Arc::new(RwLock::new(1));
        let at = interleave::model::time::Instant::current();
        assert_each_passes_a_point! {
            lock.read();
            lock.try_read();
            lock.try_read_for(MS);
            lock.try_read_until(at);
            lock.write();
            lock.try_write();
            lock.try_write_for(MS);
            lock.try_write_until(at);
            lock.upgradable_read();
            lock.try_upgradable_read();
            lock.try_upgradable_read_for(MS);
            lock.try_upgradable_read_until(at);
            lock.is_locked();
            lock.is_locked_exclusive();
            lock.read_arc();
            lock.write_arc();
            lock.upgradable_read_arc();
        }
        let mut read = lock.read();
        assert_each_passes_a_point! { RwLockReadGuard::bump(&mut read); }
        drop(read);
        let mut upgradable = lock.upgradable_read();
        assert_each_passes_a_point! {
            RwLockUpgradableReadGuard::bump(&mut upgradable);
            upgradable.with_upgraded(|_| ());
            upgradable.try_with_upgraded(|_| ());
            upgradable.try_with_upgraded_for(MS, |_| ());
        }
        macro_rules! from {
            ($guard:expr, $change:expr) => {{
                let guard = $guard;
                assert_each_passes_a_point! { $change(guard); }
            }};
        }
        drop(upgradable);
        from!(lock.upgradable_read(), RwLockUpgradableReadGuard::downgrade);
        from!(lock.upgradable_read(), RwLockUpgradableReadGuard::upgrade);
        from!(lock.upgradable_read(), RwLockUpgradableReadGuard::try_upgrade);
        from!(lock.upgradable_read(), |guard| RwLockUpgradableReadGuard::try_upgrade_for(guard, MS));
        from!(lock.upgradable_read(), RwLockUpgradableReadGuard::unlock_fair);
        from!(lock.write(), RwLockWriteGuard::downgrade);
        from!(lock.write(), RwLockWriteGuard::downgrade_to_upgradable);
        from!(lock.write(), RwLockWriteGuard::unlock_fair);
        from!(lock.read(), RwLockReadGuard::unlock_fair);
        from!(lock.write(), |mut guard| RwLockWriteGuard::bump(&mut guard));
        let recursive = RecursiveRwLock::new(1);
        assert_each_release_passes_two_points! {
            lock.read();
            lock.write();
            lock.upgradable_read();
            lock.read_arc();
            lock.write_arc();
            recursive.read();
            recursive.write();
        }
    })
    .expect("all of them are scheduling points");
}

#[test]
fn operations_of_condition_variables_and_once() {
    explore(|| {
        let mutex = Mutex::new(1);
        let condvar = Condvar::new();
        let once = Once::new();
        let mut guard = mutex.lock();
        assert_each_passes_a_point! {
            condvar.notify_one();
            condvar.notify_all();
            condvar.wait_for(&mut guard, MS);
            once.state();
            once.is_completed();
            once.call_once(|| ());
            once.call_once(|| ());
            once.call_once_force(|_| ());
            once.wait();
            once.wait_force();
        }
    })
    .expect("all of them are scheduling points");
}
