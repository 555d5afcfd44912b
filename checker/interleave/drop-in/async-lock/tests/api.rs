//! The parts of async-lock that exercises use behave the same in both modes.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use async_lock::futures::{Lock, Read, UpgradeArc};
use async_lock::{
    Barrier, Mutex, MutexGuard, MutexGuardArc, OnceCell, RwLock, RwLockUpgradableReadGuard,
    RwLockUpgradableReadGuardArc, RwLockWriteGuard, Semaphore,
};
use interleave::CountingWaker;

static TOTAL: Mutex<u32> = Mutex::new(0);
static NAMES: RwLock<Vec<String>> = RwLock::new(Vec::new());
static PERMITS: Semaphore = Semaphore::new(2);
static CONFIG: OnceCell<u32> = OnceCell::new();
static MEETING: Barrier = Barrier::new(1);

#[interleave::test]
fn statics() {
    *TOTAL.lock_blocking() += 1;
    assert_eq!(format!("{TOTAL:?}"), "Mutex { data: 1 }");
    NAMES.write_blocking().push("a".to_owned());
    assert_eq!(NAMES.read_blocking().len(), 1);
    let permit = PERMITS.acquire_blocking();
    assert_eq!(PERMITS.available_permits(), 1);
    drop(permit);
    assert_eq!(CONFIG.get_or_init_blocking(|| 7), &7);
    assert_eq!((CONFIG.get(), CONFIG.is_initialized()), (Some(&7), true));
    assert_eq!((CONFIG.try_set(8), CONFIG.set_blocking(9)), (Err(8), Err(9)));
    assert_eq!(CONFIG.wait_blocking(), &7);
    assert!(MEETING.wait_blocking().is_leader());
}

#[interleave::test]
fn mutexes() {
    let mutex = Arc::new(Mutex::new(1));
    let guard = mutex.try_lock().unwrap();
    assert!(std::ptr::eq(MutexGuard::source(&guard), &*mutex));
    assert_eq!(format!("{mutex:?}"), "Mutex { data: <locked> }");
    assert!(mutex.try_lock_arc().is_none());
    drop(guard);
    let guard = mutex.lock_arc_blocking();
    assert!(Arc::ptr_eq(MutexGuardArc::source(&guard), &mutex));
    drop(guard);
    let unsized_value: Arc<Mutex<dyn Debug + Send>> = mutex;
    assert_eq!(format!("{:?}", &*unsized_value.lock_blocking()), "1");
    let waiting: Lock<'_, dyn Debug + Send> = unsized_value.lock();
    assert_eq!(format!("{waiting:?}"), "Lock { .. }");
}

#[interleave::test]
fn reader_writer_locks() {
    let lock = Arc::new(RwLock::new(1));
    let upgradable = lock.upgradable_read_blocking();
    assert!(lock.try_upgradable_read().is_none() && lock.try_write().is_none());
    let reader = lock.try_read().unwrap();
    let upgradable = RwLockUpgradableReadGuard::try_upgrade(upgradable).unwrap_err();
    drop(reader);
    let mut writer = RwLockUpgradableReadGuard::upgrade_blocking(upgradable);
    *writer += 1;
    assert_eq!(format!("{lock:?}"), "RwLock { value: <locked> }");
    let upgradable = RwLockWriteGuard::downgrade_to_upgradable(writer);
    let reader = RwLockUpgradableReadGuard::downgrade(upgradable);
    assert_eq!((*reader, lock.try_read_arc().map(|guard| *guard)), (2, Some(2)));
    drop(reader);
    let upgrade: UpgradeArc<u32> = RwLockUpgradableReadGuardArc::upgrade(lock.try_upgradable_read_arc().unwrap());
    drop(upgrade);
    assert!(lock.try_write_arc().is_some(), "an upgrade that was given up holds nothing");
    let waiting: Read<'_, u32> = lock.read();
    drop(waiting);
}

#[interleave::test]
fn semaphores() {
    let permits = Arc::new(Semaphore::new(1));
    permits.try_acquire().unwrap().forget();
    assert!(permits.try_acquire_arc().is_none());
    permits.add_permits(2);
    let first = permits.acquire_arc_blocking();
    assert_eq!(Arc::strong_count(&permits), 2);
    let second = permits.try_acquire_arc().unwrap();
    second.forget();
    drop(first);
    assert_eq!((permits.available_permits(), Arc::strong_count(&permits)), (1, 1));
}

/// Polls one future per task until it waits, and returns the futures.
fn all_wait<F: Future>(tasks: &[CountingWaker; 3], wait: impl Fn() -> F) -> [Option<Pin<Box<F>>>; 3] {
    tasks.each_ref().map(|task| {
        let mut future = Box::pin(wait());
        assert!(task.poll(future.as_mut()).is_pending());
        Some(future)
    })
}

#[interleave::test]
fn waiters_of_a_mutex_are_woken_one_at_a_time() {
    let tasks = [(); 3].map(|()| CountingWaker::new());
    let woken = || tasks.each_ref().map(CountingWaker::wakes);
    let mutex = Mutex::new(());
    let guard = mutex.try_lock().unwrap();
    let mut waiting = all_wait(&tasks, || mutex.lock());
    drop(guard);
    assert_eq!(woken(), [1, 0, 0]);
    let first = tasks[0].poll(waiting[0].as_mut().unwrap().as_mut());
    assert!(first.is_ready() && woken() == [1, 0, 0]);
    drop(first);
    assert_eq!(woken(), [1, 1, 0]);
    waiting[1] = None;
    assert_eq!(woken(), [1, 1, 1], "one that was dropped passes the wake-up on");
}

#[interleave::test]
fn a_semaphore_wakes_one_waiter_per_permit() {
    let tasks = [(); 3].map(|()| CountingWaker::new());
    let woken = || tasks.each_ref().map(CountingWaker::wakes);
    let permits = Semaphore::new(0);
    let mut waiting = all_wait(&tasks, || permits.acquire());
    permits.add_permits(1);
    assert_eq!(woken(), [1, 0, 0]);
    permits.add_permits(1);
    assert_eq!(woken(), [1, 0, 0], "one is on its way");
    permits.add_permits(2);
    assert_eq!(woken(), [1, 1, 0]);
    waiting[0] = None;
    assert_eq!(woken(), [1, 1, 0], "there is still one on its way");
    waiting[1] = None;
    assert_eq!(woken(), [1, 1, 1]);
}

#[interleave::test]
fn readers_wake_each_other_after_a_writer() {
    let tasks = [(); 3].map(|()| CountingWaker::new());
    let woken = || tasks.each_ref().map(CountingWaker::wakes);
    let lock = RwLock::new(());
    let guard = lock.try_write().unwrap();
    let mut waiting = all_wait(&tasks, || lock.read());
    drop(guard);
    assert_eq!(woken(), [1, 0, 0]);
    let first = tasks[0].poll(waiting[0].as_mut().unwrap().as_mut());
    assert!(first.is_ready() && woken() == [1, 1, 0]);
    waiting[1] = None;
    assert_eq!(woken(), [1, 1, 1], "one that was dropped passes the wake-up on");
}

#[interleave::test]
fn a_writer_is_woken_when_the_last_reader_leaves() {
    let tasks = [(); 3].map(|()| CountingWaker::new());
    let woken = || tasks.each_ref().map(CountingWaker::wakes);
    let lock = RwLock::new(());
    let (first, second) = (lock.try_read().unwrap(), lock.try_read().unwrap());
    let mut waiting = all_wait(&tasks, || lock.write());
    assert!(lock.try_read().is_none() && lock.try_upgradable_read().is_none());
    drop(first);
    assert_eq!(woken(), [0, 0, 0]);
    drop(second);
    assert_eq!(woken(), [1, 0, 0]);
    assert!(lock.try_read().is_none() && lock.try_write().is_none(), "it belongs to the writer already");
    waiting[0] = None;
    assert_eq!(woken(), [1, 1, 0]);
    assert!(lock.try_read().is_some());
}
