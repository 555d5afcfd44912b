//! Programs that pass.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex, MutexGuard, RwLock, mpsc};
use std::thread;

use interleave::engine::{Exploration, Finding, Wakes};
use trace::{Coverage, FailureKind};

use super::{explore, finding};

#[test]
fn correct_programs_pass_every_schedule() {
    explore(|| {
        let total = Mutex::new(0);
        let gate = Barrier::new(3);
        let (sender, receiver) = mpsc::sync_channel(1);
        thread::scope(|scope| {
            for n in 1..=2 {
                let (sender, gate, total) = (sender.clone(), &gate, &total);
                scope.spawn(move || {
                    *total.lock().unwrap() += n;
                    gate.wait();
                    sender.send(n).unwrap();
                });
            }
            drop(sender);
            gate.wait();
            assert_eq!(*total.lock().unwrap(), 3);
            assert_eq!(receiver.iter().sum::<i32>(), 3);
        });
    })
    .expect("nothing is wrong");
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Would catch: a macro of std's prelude that bypasses the scheduler.
#[test]
fn a_thread_local_without_an_import_is_separate_for_each_thread() {
    explore(|| {
        let total = Mutex::new(0);
        let add = |n| {
            assert!(!INSIDE.replace(true), "another thread's value");
            *total.lock().unwrap() += n;
            INSIDE.set(false);
        };
        thread::scope(|scope| {
            scope.spawn(|| add(1));
            add(2);
        });
        assert_eq!(*total.lock().unwrap(), 3);
    })
    .expect("no thread comes in twice");
}

/// Would catch: equivalent interleavings counted twice, or different ones left out.
#[test]
fn every_interleaving_is_run_once_and_counted() {
    fn proven(body: fn()) -> u32 {
        let explored = finding(body).explored;
        assert_eq!(explored.coverage, Coverage::Proven);
        explored.schedules
    }
    assert_eq!(proven(|| *Mutex::new(1).lock().unwrap() += 1), 1, "without a choice there is one");
    assert_eq!(
        proven(|| {
            let (a, b) = (Mutex::new(1), Mutex::new(1));
            thread::scope(|scope| {
                scope.spawn(|| *a.lock().unwrap() += 1);
                scope.spawn(|| *b.lock().unwrap() += 1);
            });
        }),
        1,
        "threads that share nothing have one, too"
    );
    let two_updates = proven(|| {
        let count = AtomicU32::new(0);
        thread::scope(|scope| {
            scope.spawn(|| count.fetch_add(1, Ordering::SeqCst));
            scope.spawn(|| count.fetch_add(1, Ordering::SeqCst));
        });
    });
    assert_eq!(two_updates, 2, "either comes first");
}

/// Would catch: a single-threaded test run a thousand times because it is long.
#[test]
fn a_long_test_without_a_choice_has_one_interleaving() {
    let explored = finding(|| {
        let sum = Mutex::new(0);
        (0..30_000).for_each(|_| *sum.lock().unwrap() += 1);
    })
    .explored;
    assert_eq!((explored.coverage, explored.schedules), (Coverage::Proven, 1));
}

/// One thread waits for `ready` with `wait`, and another one sets it.
fn waiting(wait: impl Fn(&Condvar, MutexGuard<'_, bool>) + Copy + Send + Sync + 'static) -> Finding {
    Exploration::new(env!("CARGO_MANIFEST_DIR")).wakes(Wakes::Spurious).run(move || {
        let (ready, changed) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| wait(&changed, ready.lock().unwrap()));
            *ready.lock().unwrap() = true;
            changed.notify_one();
        });
    })
}

/// Would catch: a search that never ends, because a thread in a loop keeps waking up spuriously.
#[test]
fn a_wait_in_a_loop_is_proven_with_spurious_wake_ups() {
    let finding = waiting(|changed, guard| drop(changed.wait_while(guard, |ready| !*ready)));
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
    assert_eq!(finding.explored.coverage, Coverage::Proven);
}

/// Would catch: only one spurious wake-up per thread, which a second `if` hides.
#[test]
fn a_wait_without_a_loop_fails_with_spurious_wake_ups_and_so_does_a_second_one() {
    fn wait_if<'a>(changed: &Condvar, ready: MutexGuard<'a, bool>) -> MutexGuard<'a, bool> {
        if *ready { ready } else { changed.wait(ready).unwrap() }
    }
    let once = waiting(|changed, guard| assert!(*wait_if(changed, guard), "not ready"));
    let twice = waiting(|changed, guard| assert!(*wait_if(changed, wait_if(changed, guard)), "not ready"));
    assert_eq!(once.failure.map(|failure| failure.kind), Some(FailureKind::Panic));
    assert_eq!(twice.failure.map(|failure| failure.kind), Some(FailureKind::Panic));
}

#[test]
fn a_test_too_large_to_prove_is_bounded_and_sampled() {
    let finding = finding(|| {
        let count = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..20).for_each(|_| _ = count.fetch_add(1, Ordering::SeqCst)));
            }
        });
    });
    let Coverage::Bounded { departures, schedules } = finding.explored.coverage else {
        panic!("{:?}", finding.explored);
    };
    assert_eq!(departures, 1);
    // At most one for each choice of the plain order, per other thread of three.
    assert!((80..1_000).contains(&schedules) && schedules < finding.explored.schedules, "{:?}", finding.explored);
}

#[test]
fn a_monitor_passes_every_schedule() {
    explore(|| {
        let queue = Mutex::new(Vec::new());
        let filled = Condvar::new();
        thread::scope(|scope| {
            for n in 0..2 {
                let (queue, filled) = (&queue, &filled);
                scope.spawn(move || {
                    queue.lock().unwrap().push(n);
                    filled.notify_one();
                });
            }
            for _ in 0..2 {
                let mut items = filled.wait_while(queue.lock().unwrap(), |items| items.is_empty()).unwrap();
                items.pop().unwrap();
            }
        });
    })
    .expect("nothing is wrong");
}

/// Would catch: a guard that is unwound at its release when the schedule ends, and that the next schedule still counts.
#[test]
fn a_static_lock_is_free_in_each_schedule_even_if_a_thread_held_it_at_the_end() {
    explore(|| {
        static LOCK: Mutex<u32> = Mutex::new(0);
        static CALL: std::sync::Once = std::sync::Once::new();
        for _ in 0..2 {
            thread::spawn(|| {
                CALL.call_once(|| ());
                drop(LOCK.lock().unwrap());
            });
        }
        CALL.call_once(|| ());
        drop(LOCK.lock());
    })
    .expect("nothing is wrong");
}

/// Would catch: a guard that poisons its mutex because another thread is unwinding, as both run on one OS thread.
#[test]
fn a_thread_that_unwinds_does_not_poison_the_mutex_of_another() {
    struct LocksOnDrop(Arc<Mutex<()>>);
    impl Drop for LocksOnDrop {
        fn drop(&mut self) {
            drop(self.0.lock().unwrap());
        }
    }
    explore(|| {
        let mutex = Arc::new(Mutex::new(()));
        let locks = LocksOnDrop(Arc::clone(&mutex));
        let guard = mutex.lock().unwrap();
        let panics = thread::spawn(move || {
            let _locks = locks;
            panic!("on purpose");
        });
        thread::yield_now();
        drop(guard);
        assert!(panics.join().is_err());
        assert!(!mutex.is_poisoned(), "the thread that panicked did not hold it");
    })
    .expect("it is not poisoned");
}

/// Would catch: the same with the write guard of a lock for readers and writers.
#[test]
fn a_thread_that_unwinds_does_not_poison_the_rwlock_of_another() {
    struct ReadsOnDrop(Arc<RwLock<()>>);
    impl Drop for ReadsOnDrop {
        fn drop(&mut self) {
            drop(self.0.read().unwrap());
        }
    }
    explore(|| {
        let lock = Arc::new(RwLock::new(()));
        let reads = ReadsOnDrop(Arc::clone(&lock));
        let guard = lock.write().unwrap();
        let panics = thread::spawn(move || {
            let _reads = reads;
            panic!("on purpose");
        });
        thread::yield_now();
        drop(guard);
        assert!(panics.join().is_err());
        assert!(!lock.is_poisoned(), "the thread that panicked did not hold it for writing");
    })
    .expect("it is not poisoned");
}

/// Would catch: a thread that unwinds with a guard and does not poison its mutex.
#[test]
fn a_thread_that_unwinds_poisons_the_mutex_that_it_holds() {
    explore(|| {
        let mutex = Arc::new(Mutex::new(()));
        let held = Arc::clone(&mutex);
        let panics = thread::spawn(move || {
            let _guard = held.lock().unwrap();
            panic!("on purpose");
        });
        assert!(panics.join().is_err() && mutex.lock().is_err());
    })
    .expect("it is poisoned");
}

/// Would catch: a thread that is told that it panics because another one has blocked while it unwinds.
#[test]
fn only_the_thread_that_unwinds_is_panicking() {
    struct LocksOnDrop(Arc<Mutex<bool>>);

    impl Drop for LocksOnDrop {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = thread::panicking();
        }
    }

    explore(|| {
        let lock = Arc::new(Mutex::new(false));
        let locks = LocksOnDrop(Arc::clone(&lock));
        let guard = lock.lock().unwrap();
        let panics = thread::spawn(move || {
            let _locks = locks;
            panic!("on purpose");
        });
        thread::yield_now();
        assert!(!thread::panicking(), "the other thread unwinds");
        drop(guard);
        assert!(panics.join().is_err() && !thread::panicking());
        assert!(*lock.lock().unwrap(), "it was unwinding");
    })
    .expect("each thread panics for itself");
}
