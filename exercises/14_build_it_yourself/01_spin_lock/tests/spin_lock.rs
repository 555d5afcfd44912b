use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;
use std::thread;
use std::time::{Duration, Instant};

use interleave::HighWater;
use spin_lock::{SpinGuard, SpinLock};

/// Runs `other` on another thread and `own` on this one, and waits for both.
fn both<T: Send>(lock: &SpinLock<T>, other: impl FnOnce(&SpinLock<T>) + Send, own: impl FnOnce(&SpinLock<T>)) {
    thread::scope(|scope| {
        scope.spawn(|| other(lock));
        own(lock);
    });
}

#[interleave::test]
fn one_thread_at_a_time_has_the_guard() {
    let section = HighWater::new();
    let enter = |lock: &SpinLock<()>| {
        let _guard = lock.lock();
        let _inside = section.enter();
        thread::yield_now();
    };
    both(&SpinLock::new(()), enter, enter);
    assert_eq!(section.highest(), 1, "left: how many threads had a guard at once");
}

#[interleave::test]
fn of_two_attempts_at_once_one_succeeds() {
    let section = HighWater::new();
    let attempt = |lock: &SpinLock<()>| {
        if let Some(_guard) = lock.try_lock() {
            let _inside = section.enter();
            thread::yield_now();
        }
    };
    both(&SpinLock::new(()), attempt, attempt);
    assert_eq!(section.highest(), 1, "left: how many threads had a guard from `try_lock` at once");
}

#[interleave::test]
fn each_holder_sees_what_the_last_one_wrote() {
    let lock = SpinLock::new(0);
    let add = |lock: &SpinLock<u32>| *lock.lock() += 1;
    both(&lock, add, add);
    assert_eq!(*lock.lock(), 2, "two threads have added 1; left: what is there");
}

#[interleave::test]
fn a_guard_from_try_lock_sees_what_the_last_holder_wrote() {
    let add = |lock: &SpinLock<u32>| {
        if let Some(mut guard) = lock.try_lock() {
            *guard += 1;
        }
    };
    let lock = SpinLock::new(0);
    both(&lock, add, add);
    let added = lock.try_lock().map(|guard| *guard);
    assert!(matches!(added, Some(1 | 2)), "one or two attempts to add 1 have succeeded, and this is there: {added:?}");
}

#[interleave::test]
fn wherever_the_value_is_stored_holders_do_not_race() {
    // Explore mode watches this cell, however the lock stores it.
    let touch = |lock: &SpinLock<UnsafeCell<u32>>| {
        lock.lock().get();
        let _ = lock.try_lock().map(|guard| guard.get());
    };
    both(&SpinLock::new(UnsafeCell::new(0)), touch, touch);
}

#[interleave::test]
fn a_guard_that_was_sent_to_another_thread_still_locks() {
    let section = HighWater::new();
    let lock = SpinLock::new(());
    let guard = lock.lock();
    thread::scope(|scope| {
        scope.spawn(|| {
            let _guard = guard;
            let _inside = section.enter();
            thread::yield_now();
        });
        let _guard = lock.lock();
        let _inside = section.enter();
        thread::yield_now();
    });
    assert_eq!(section.highest(), 1, "a thread locked, sent its guard away, and locked again; left: guards at once");
}

#[interleave::test]
fn try_lock_does_not_wait_and_changes_nothing() {
    let lock = SpinLock::new(());
    let guard = lock.lock();
    assert!(lock.try_lock().is_none(), "there are two guards at once");
    assert!(lock.try_lock().is_none(), "an attempt that failed has unlocked it, and there is still a guard");
    drop(guard);
    let guard = lock.try_lock();
    assert!(guard.is_some(), "the only guard is gone, and it is locked");
    assert!(lock.try_lock().is_none(), "`try_lock` gave out a second guard");
}

#[interleave::test]
fn a_panic_under_the_lock_unlocks_it() {
    let lock = SpinLock::new(());
    let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
        let _guard = lock.lock();
        panic!("the mixer has no such channel");
    }));
    assert!(panicked.is_err(), "the panic under the lock was swallowed");
    assert!(lock.try_lock().is_some(), "the thread that had locked it panicked, and it is locked for ever");
}

#[interleave::test]
fn two_locks_are_independent() {
    let (left, right) = (SpinLock::new("left"), SpinLock::new("right"));
    let _guard = left.lock();
    let other = right.try_lock().map(|guard| *guard);
    assert_eq!(other, Some("right"), "one lock was locked, and another one was to be");
}

#[interleave::test]
fn a_thread_that_spins_lets_others_run() {
    // Explore mode moves its clock when each thread that runs says that it only waits. Without `spin_loop`, the holder
    // never gets to the end of its sleep, as on a machine with one processor.
    let hold = |lock: &SpinLock<()>| {
        let _guard = lock.lock();
        thread::sleep(Duration::from_millis(1));
    };
    both(&SpinLock::new(()), hold, |lock| drop(lock.lock()));
}

#[interleave::test]
fn a_thread_that_waits_does_not_sleep() {
    // Explore mode moves its clock only for threads that sleep.
    let begin = Instant::now();
    let hold = |lock: &SpinLock<()>| {
        let _guard = lock.lock();
        thread::yield_now();
    };
    both(&SpinLock::new(()), hold, hold);
    if cfg!(feature = "explore") {
        assert_eq!(
            begin.elapsed(),
            Duration::ZERO,
            "no holder slept; left: how long the threads slept while they waited"
        );
    }
}

/// Whether a type has a marker trait.
macro_rules! is {
    ($type:ty: $marker:ident) => {{
        #[allow(dead_code)]
        trait Otherwise {
            const IS: bool = false;
        }
        impl<T> Otherwise for T {}
        #[allow(dead_code)]
        struct Asked<T>(PhantomData<T>);
        #[allow(dead_code)]
        impl<T: $marker> Asked<T> {
            const IS: bool = true;
        }
        <Asked<$type>>::IS
    }};
}

#[interleave::test]
fn what_may_be_sent_and_shared() {
    // `Cell` may be sent and not shared, `Rc` neither.
    assert!(is!(SpinLock<Cell<u32>>: Sync), "one thread at a time uses the value, so it need not be `Sync`");
    assert!(!is!(SpinLock<Rc<u32>>: Sync), "a shared lock sends its value from thread to thread");
    assert!(is!(SpinLock<Cell<u32>>: Send), "a lock can be sent with its value");
    assert!(!is!(SpinLock<Rc<u32>>: Send), "a lock sends its value with it");
    assert!(is!(SpinGuard<'static, u32>: Sync), "two threads may read a `u32`");
    assert!(
        !is!(SpinGuard<'static, Cell<u32>>: Sync),
        "two threads that share a guard could change the `Cell` at once"
    );
    assert!(is!(SpinGuard<'static, Cell<u32>>: Send), "any thread may use the value in turn, and unlock");
    assert!(!is!(SpinGuard<'static, Rc<u32>>: Send), "a guard sends its value with it");
    // A `MutexGuard` may be shared and not sent.
    assert!(
        !is!(SpinGuard<'static, MutexGuard<'static, u32>>: Send),
        "a guard gives out `&mut T`, so a thread that it is sent to can take the value out"
    );
}
