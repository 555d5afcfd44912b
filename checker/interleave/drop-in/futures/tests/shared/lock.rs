//! `futures::lock::Mutex`.

use std::pin::Pin;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::FusedFuture;
use futures::lock::{MappedMutexGuard, Mutex, MutexGuard};
use interleave::CountingWaker;
use trace::{FailureKind, timeline};

use super::block_on;
use super::exploring::{both, can_be, explore, poll_once, sleep_until};

#[test]
fn an_abba_deadlock_is_found_and_drawn() {
    let failure = explore(|| {
        let left = Mutex::new(1);
        let right = Mutex::new(2);
        both(
            || {
                let right = block_on(right.lock());
                drop((block_on(left.lock()), right));
            },
            || {
                let left = block_on(left.lock());
                drop((block_on(right.lock()), left));
            },
        );
    });
    let failure = failure.expect_err("the two orders meet in some schedule");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 100);
    assert!(picture.contains("main holds `left` and waits for `right`"), "{picture}");
}

#[test]
fn an_update_lost_between_two_guards_is_found() {
    let failure = explore(|| {
        let count = Mutex::new(0);
        let add = || {
            let before = *block_on(count.lock());
            *block_on(count.lock()) = before + 1;
        };
        both(add, add);
        assert_eq!(*block_on(count.lock()), 2, "both have added one");
    });
    assert!(failure.expect_err("one update can be lost").message.contains("both have added one"));
}

#[test]
fn correct_programs_pass_every_schedule() {
    explore(|| {
        let count = Mutex::new(0);
        let owned = Arc::new(Mutex::new(0));
        let add = || {
            *block_on(count.lock()) += 1;
            *block_on(Arc::clone(&owned).lock_owned()) += 1;
        };
        both(add, add);
        assert_eq!((count.into_inner(), *block_on(owned.lock())), (2, 2));
    })
    .expect("nothing is wrong");
}

/// The real mutex wakes the waiter that is first in its list, and no other one. If nobody polls that one, the others sleep
/// although the mutex is free.
#[test]
fn only_the_first_waiter_is_woken() {
    explore(|| {
        let mutex = Mutex::new(());
        let guard = mutex.try_lock().expect("nobody else has it");
        let wakers = [CountingWaker::new(), CountingWaker::new()];
        let (mut first, mut second) = (mutex.lock(), mutex.lock());
        assert!(wakers[0].poll(Pin::new(&mut first)).is_pending());
        assert!(wakers[1].poll(Pin::new(&mut second)).is_pending());
        drop(guard);
        drop(mutex.try_lock().expect("it is free, and it is not fair"));
        assert_eq!([wakers[0].wakes(), wakers[1].wakes()], [1, 0]);
        drop(first);
        assert_eq!(wakers[1].wakes(), 1, "the first one was woken and left");
        assert!(wakers[1].poll(Pin::new(&mut second)).is_ready());
        assert!(second.is_terminated());
    })
    .expect("that is what the real one does");
}

#[test]
fn newcomers_can_overtake_waiters() {
    assert!(can_be(|| {
        let mutex = Mutex::new(());
        let mut overtakes = false;
        let guard = mutex.try_lock().expect("nobody else has it");
        both(
            || drop(block_on(mutex.lock())),
            || {
                sleep_until(1);
                drop(guard);
                overtakes = mutex.try_lock().is_some();
            },
        );
        overtakes
    }));
}

#[test]
fn a_static_mutex_starts_each_schedule_unlocked() {
    static MUTEX: Mutex<()> = Mutex::new(());
    for _ in 0..2 {
        explore(|| std::mem::forget(MUTEX.try_lock().expect("an earlier schedule has kept it"))).expect("it is free");
    }
}

#[test]
fn guards_can_be_mapped_and_unlock_when_dropped() {
    explore(|| {
        let mutex = Mutex::new((1, [2, 3]));
        let pair = MutexGuard::map(block_on(mutex.lock()), |value| &mut value.1);
        let mut one = MappedMutexGuard::map(pair, |pair| &mut pair[0]);
        *one += 5;
        assert!(mutex.try_lock().is_none(), "a mapped guard keeps it locked");
        drop(one);
        assert_eq!(*mutex.try_lock().expect("it was dropped"), (1, [7, 3]));
    })
    .expect("nothing is wrong");
}

#[test]
fn operations_pass_a_scheduling_point() {
    explore(|| {
        let mutex = Arc::new(Mutex::new(1));
        assert_each_passes_a_point! {
            mutex.try_lock().is_some();
            mutex.try_lock_owned().is_some();
            mutex.lock().now_or_never().is_some();
            Arc::clone(&mutex).lock_owned().now_or_never().is_some();
            format!("{mutex:?}");
        }
        assert_each_release_passes_two_points! {
            mutex.try_lock();
            mutex.try_lock_owned();
            MutexGuard::map(block_on(mutex.lock()), |value| value);
        }
        let _guard = mutex.try_lock();
        let mut waiting = mutex.lock();
        assert!(poll_once(&mut waiting).is_pending());
        assert_each_passes_a_point! {
            drop(waiting);
            mutex.try_lock().is_none();
        }
    })
    .expect("nothing is wrong");
}
