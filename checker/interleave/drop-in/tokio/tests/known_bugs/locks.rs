//! Locks, and checks made outside them.

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use drop_in_std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize};
use drop_in_std::sync::{Mutex, PoisonError};
use drop_in_std::thread;
use parking_lot::{RwLock, RwLockUpgradableReadGuard};

use crate::{Fails, Program, on_tokio, programs, run_all};

programs! {
    three_philosophers = philosophers::<3>("3 dining philosophers");
    four_philosophers = philosophers::<4>("4 dining philosophers");
    five_philosophers = philosophers::<5>("5 dining philosophers");
    six_philosophers = philosophers::<6>("6 dining philosophers");
    two_readers_wait_to_write = Program::new(
        "two readers wait to write",
        Fails::Deadlock,
        || twice(|value| {
            let read = value.read();
            *value.write() = *read + 1;
        }),
        || twice(|value| {
            let seen = *value.read();
            *value.write() = seen + 1;
        }),
    );
    reader_blocks_the_upgrade = Program::new(
        "reader that waits to become upgradable blocks an upgrade",
        Fails::Deadlock,
        || upgrade(|value| {
            let seen = value.read();
            let upgradable = value.upgradable_read();
            assert_eq!(*upgradable, *seen);
        }),
        || upgrade(|value| {
            let seen = *value.read();
            let upgradable = value.upgradable_read();
            assert!(*upgradable >= seen);
        }),
    );
    three_locks_four_tasks = Program::new(
        "three locks, four tasks",
        Fails::Deadlock,
        || ring([(0, 1), (1, 2), (2, 0), (0, 2)]),
        || ring([(0, 1), (1, 2), (0, 2), (0, 2)]),
    ).too_large_to_prove();
    pointer_is_taken_twice = Program::new(
        "AtomicPtr loaded, then stored",
        Fails::Saying("taken twice"),
        || take_pointer(|slot| {
            let pointer = slot.load(SeqCst);
            slot.store(ptr::null_mut(), SeqCst);
            pointer
        }),
        || take_pointer(|slot| slot.swap(ptr::null_mut(), SeqCst)),
    );
    peterson_in_the_wrong_order = Program::new(
        "Peterson's lock gives the turn away too early",
        Fails::Saying("two threads inside"),
        || peterson(|lock, me| {
            lock.turn.store(1 - me, SeqCst);
            lock.wants[me].store(true, SeqCst);
        }),
        || peterson(|lock, me| {
            lock.wants[me].store(true, SeqCst);
            lock.turn.store(1 - me, SeqCst);
        }),
    ).too_large_to_search();
    poison_is_cleared_too_late = Program::new(
        "poison cleared after the guard is gone",
        Fails::Saying("half-written"),
        || repair(|value| {
            *value.lock().unwrap_or_else(PoisonError::into_inner) = (0, 0);
            value.clear_poison();
        }),
        || repair(|value| {
            let mut guard = value.lock().unwrap_or_else(PoisonError::into_inner);
            *guard = (0, 0);
            value.clear_poison();
        }),
    );
    initialised_twice = Program::new(
        "initialised without the second check",
        Fails::Saying("initialised twice"),
        || initialise(|_| true),
        || initialise(|slot| slot.is_none()),
    );
}

/// Each takes the left fork first. In the fixed program, one of them takes the right fork first.
const fn philosophers<const N: usize>(name: &'static str) -> Program {
    Program::new(name, Fails::Deadlock, || dine::<N>(false), || dine::<N>(true))
}

fn dine<const N: usize>(last_is_left_handed: bool) {
    let forks: Arc<[Mutex<()>; N]> = Arc::new(std::array::from_fn(|_| Mutex::new(())));
    let seats = (0..N).map(|seat| -> Box<dyn FnOnce() + Send> {
        let forks = Arc::clone(&forks);
        let (mut first, mut second) = (seat, (seat + 1) % N);
        if last_is_left_handed && seat == N - 1 {
            (first, second) = (second, first);
        }
        Box::new(move || {
            let _first = forks[first].lock().unwrap();
            let _second = forks[second].lock().unwrap();
        })
    });
    run_all(seats.collect());
}

/// Two threads that each call `update`.
fn twice(update: fn(&RwLock<u32>)) {
    let value = Arc::new(RwLock::new(0));
    let other = Arc::clone(&value);
    run_all(vec![Box::new(move || update(&value)), Box::new(move || update(&other))]);
}

/// One thread that upgrades and one that reads.
fn upgrade(read: fn(&RwLock<u32>)) {
    let value = Arc::new(RwLock::new(0));
    let other = Arc::clone(&value);
    let upgrades = move || {
        let upgradable = other.upgradable_read();
        *RwLockUpgradableReadGuard::upgrade(upgradable) += 1;
    };
    run_all(vec![Box::new(upgrades), Box::new(move || read(&value))]);
}

/// Each task locks its two locks, in this order.
fn ring(orders: [(usize, usize); 4]) {
    on_tokio(async move {
        let locks = Arc::new([0; 3].map(tokio::sync::Mutex::new));
        let tasks = orders.map(|(first, second)| {
            let locks = Arc::clone(&locks);
            tokio::spawn(async move {
                let first = locks[first].lock().await;
                *locks[second].lock().await += *first;
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
    });
}

/// Two threads that take the only pointer. It is never dereferenced.
fn take_pointer(take: fn(&AtomicPtr<u32>) -> *mut u32) {
    let slot = Arc::new(AtomicPtr::new(ptr::dangling_mut()));
    let takers = [0; 2].map(|_| {
        let slot = Arc::clone(&slot);
        thread::spawn(move || u32::from(!take(&slot).is_null()))
    });
    let taken: u32 = takers.into_iter().map(|taker| taker.join().unwrap()).sum();
    assert_eq!(taken, 1, "taken twice");
}

#[derive(Default)]
struct Peterson {
    wants: [AtomicBool; 2],
    turn: AtomicUsize,
}

fn peterson(announce: fn(&Peterson, usize)) {
    let lock = Arc::new(Peterson::default());
    let inside = Arc::new(AtomicU32::new(0));
    let enter = |me: usize| {
        let (lock, inside) = (Arc::clone(&lock), Arc::clone(&inside));
        move || {
            announce(&lock, me);
            while lock.wants[1 - me].load(SeqCst) && lock.turn.load(SeqCst) == 1 - me {
                thread::yield_now();
            }
            assert_eq!(inside.fetch_add(1, SeqCst), 0, "two threads inside");
            inside.fetch_sub(1, SeqCst);
            lock.wants[me].store(false, SeqCst);
        }
    };
    run_all(vec![Box::new(enter(0)), Box::new(enter(1))]);
}

/// A poisoned mutex, a thread that repairs it, and a thread that panics between its two writes.
fn repair(repair: fn(&Mutex<(u32, u32)>)) {
    let value = Arc::new(Mutex::new((0, 0)));
    let half_write = |value: Arc<Mutex<(u32, u32)>>| {
        move || {
            let mut guard = value.lock().unwrap_or_else(PoisonError::into_inner);
            guard.0 += 1;
            panic!("between two writes");
        }
    };
    let _ = thread::spawn(half_write(Arc::clone(&value))).join();
    let writer = thread::spawn(half_write(Arc::clone(&value)));
    repair(&value);
    let _ = writer.join();
    if let Ok(guard) = value.lock() {
        assert_eq!(guard.0, guard.1, "half-written, and not poisoned");
    }
}

/// Two threads that need the value, which is created when `is_needed` returns true under the lock.
fn initialise(is_needed: fn(&Option<u32>) -> bool) {
    let (ready, slot) = (AtomicBool::new(false), Mutex::new(None));
    let made = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                if !ready.load(SeqCst) {
                    let mut slot = slot.lock().unwrap();
                    if is_needed(&slot) {
                        *slot = Some(made.fetch_add(1, SeqCst));
                        ready.store(true, SeqCst);
                    }
                }
            });
        }
    });
    assert_eq!(made.load(SeqCst), 1, "initialised twice");
}
