//! Owned guards keep their object alive, and guards of any kind keep it locked.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tokio::sync::{
    MappedMutexGuard, Mutex, MutexGuard, Notify, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock,
    RwLockReadGuard, RwLockWriteGuard, Semaphore,
};

use super::{can_happen, passes, spawn};

/// Whether `guard` holds the only other reference to `shared`.
fn is_kept_by<T, G>(shared: Arc<T>, guard: G) -> bool {
    let Err(shared) = Arc::try_unwrap(shared) else { return false };
    drop(guard);
    Arc::try_unwrap(shared).is_ok()
}

#[test]
fn an_owned_guard_keeps_its_object_alive() {
    passes(|| async {
        let lock = Arc::new(Mutex::new((1, 2)));
        assert!(is_kept_by(lock.clone(), lock.lock_owned().await));
        let lock = Arc::new(Mutex::new((1, 2)));
        let guard = lock.clone().lock_owned().await;
        assert!(is_kept_by(lock, OwnedMutexGuard::map(guard, |pair| &mut pair.1)));
        let lock = Arc::new(RwLock::new((1, 2)));
        let guard = lock.clone().read_owned().await;
        assert!(is_kept_by(lock, OwnedRwLockReadGuard::map(guard, |pair| &pair.1)));
        let lock = Arc::new(RwLock::new((1, 2)));
        assert!(is_kept_by(lock.clone(), lock.write_owned().await));
        let lock = Arc::new(RwLock::new((1, 2)));
        let guard = lock.clone().write_owned().await;
        assert!(is_kept_by(lock, OwnedRwLockWriteGuard::into_mapped(guard)));
        let lock = Arc::new(RwLock::new((1, 2)));
        assert!(is_kept_by(lock.clone(), lock.write_owned().await.downgrade()));
        let permits = Arc::new(Semaphore::new(2));
        assert!(is_kept_by(permits.clone(), permits.acquire_many_owned(2).await));
        let notify = Arc::new(Notify::new());
        assert!(is_kept_by(notify.clone(), notify.notified_owned()));
    });
}

#[test]
fn an_owned_guard_may_be_the_last_owner() {
    struct Counted<'a>(&'a AtomicUsize);

    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    passes(|| async {
        let dropped = AtomicUsize::new(0);
        let guard = Arc::new(Mutex::new(Counted(&dropped))).lock_owned().await;
        assert_eq!(guard.0.load(SeqCst), 0, "the data lives as long as the guard");
        drop(guard);
        assert_eq!(dropped.load(SeqCst), 1);
        let mut notified = Box::pin(Arc::new(Notify::new()).notified_owned());
        assert!(!notified.as_mut().enable());
        drop(notified);
    });
}

#[test]
fn locks_hold_unsized_data_and_live_in_statics() {
    static COUNT: Mutex<u32> = Mutex::const_new(0);
    static NAMES: RwLock<Vec<String>> = RwLock::const_with_max_readers(Vec::new(), 3);
    static PERMITS: Semaphore = Semaphore::const_new(1);
    static CHANGED: Notify = Notify::const_new();
    passes(|| async {
        *COUNT.lock().await += 1;
        assert!(NAMES.read().await.is_empty());
        CHANGED.notify_one();
        CHANGED.notified().await;
        drop(PERMITS.acquire().await);
        let list: Arc<Mutex<[i32]>> = Arc::new(Mutex::new([1, 2]));
        assert_eq!(list.lock_owned().await.len(), 2);
        let shown: Box<RwLock<dyn Debug>> = Box::new(RwLock::new("x"));
        assert_eq!(format!("{:?}", shown.read().await), "\"x\"");
    });
}

#[test]
fn a_mapped_guard_keeps_the_lock() {
    passes(|| async {
        let lock = Mutex::new((1, "a"));
        let guard: MappedMutexGuard<'_, i32> = MutexGuard::map(lock.lock().await, |pair| &mut pair.0);
        assert!(lock.try_lock().is_err());
        let guard = MappedMutexGuard::try_map(guard, |_| None::<&mut i32>).expect_err("there is no such part");
        assert!(lock.try_lock().is_err());
        drop(guard);
        let lock = RwLock::new((1, "a"));
        let guard = RwLockWriteGuard::try_map(lock.write().await, |pair| Some(&mut pair.0)).expect("there is one");
        assert!(lock.try_read().is_err());
        drop(guard);
        let guard = RwLockWriteGuard::downgrade_map(lock.write().await, |pair| &pair.1);
        assert!(lock.try_write().is_err());
        let other = RwLockReadGuard::map(lock.try_read().expect("readers are let in"), |pair| &pair.0);
        assert_eq!((*guard, *other), ("a", 1));
    });
}

#[test]
fn no_writer_gets_in_while_a_guard_is_downgraded() {
    passes(|| async {
        let lock = Arc::new(RwLock::new(0));
        let lock2 = lock.clone();
        let other = spawn(async move { *lock2.write().await += 1 });
        let mut guard = lock.write().await;
        *guard += 10;
        let written = *guard;
        assert_eq!(*guard.downgrade(), written);
        other.join().unwrap();
        assert_eq!(*lock.read().await, 11);
    });
}

#[test]
fn a_release_is_visible_before_its_thread_continues() {
    can_happen("free already", || async {
        let lock = Arc::new(Mutex::new(()));
        let lock2 = lock.clone();
        // An oracle, because the search must know that both threads access it.
        let behind = Arc::new(interleave::HighWater::new());
        let behind2 = behind.clone();
        let other = spawn(async move {
            drop(lock2.lock().await);
            drop(behind2.enter());
        });
        let was_taken = lock.try_lock().is_err();
        let is_free = lock.try_lock().is_ok();
        assert!(!(was_taken && is_free && behind.highest() == 0), "free already");
        other.join().unwrap();
    });
}

#[test]
fn permits_can_be_split_merged_and_forgotten() {
    passes(|| async {
        let permits = Semaphore::new(4);
        let mut three = permits.try_acquire_many(3).unwrap();
        let two = three.split(2).expect("there are so many");
        assert!(three.split(2).is_none());
        assert_eq!((three.num_permits(), two.num_permits(), permits.available_permits()), (1, 2, 1));
        three.merge(two);
        assert_eq!((three.num_permits(), permits.available_permits()), (3, 1));
        drop(three.split(1));
        assert_eq!(permits.available_permits(), 2);
        three.forget();
        assert_eq!(permits.available_permits(), 2);
        permits.close();
        assert!(permits.acquire().await.is_err());
    });
}
