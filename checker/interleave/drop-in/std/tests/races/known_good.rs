//! Programs whose accesses are all ordered.

use std::hint::spin_loop;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, fence};
use std::sync::{Arc, Condvar, Mutex, Once, RwLock, mpsc};
use std::thread;

use super::{Raw, is_free_of_races, passes};

#[test]
fn a_spin_lock_that_acquires_and_releases() {
    passes(|| {
        let (value, locked) = (Raw::default(), AtomicBool::new(false));
        let add = || {
            while locked.compare_exchange(false, true, Acquire, Relaxed).is_err() {
                spin_loop();
            }
            value.add();
            locked.store(false, Release);
        };
        thread::scope(|scope| {
            scope.spawn(add);
            add();
        });
        assert_eq!(value.read(), 2);
    });
}

#[test]
fn published_by_a_release_store() {
    is_free_of_races(|| {
        let (value, ready) = (Raw::default(), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                value.add();
                ready.store(true, Release);
            });
            if ready.load(Acquire) {
                assert_eq!(value.read(), 1);
            }
        });
    });
}

#[test]
fn relaxed_accesses_between_fences() {
    is_free_of_races(|| {
        let (value, ready) = (Raw::default(), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                value.add();
                fence(Release);
                ready.store(true, Relaxed);
            });
            if ready.load(Relaxed) {
                fence(Acquire);
                assert_eq!(value.read(), 1);
            }
        });
    });
}

#[test]
fn a_release_sequence_that_updates_continue() {
    is_free_of_races(|| {
        let (value, stage) = (Raw::default(), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                value.add();
                stage.store(1, Release);
            });
            scope.spawn(|| stage.compare_exchange(1, 2, Relaxed, Relaxed));
            if stage.load(Acquire) == 2 {
                value.read();
            }
        });
    });
}

#[test]
fn a_mutex_and_a_condition_variable() {
    is_free_of_races(|| {
        let (value, mutex, changed) = (Raw::default(), Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut ready = mutex.lock().unwrap();
                value.add();
                *ready = true;
                changed.notify_one();
            });
            let ready = changed.wait_while(mutex.lock().unwrap(), |ready| !*ready).unwrap();
            value.add();
            drop(ready);
        });
        assert_eq!(value.read(), 2);
    });
}

#[test]
fn a_read_write_lock() {
    is_free_of_races(|| {
        let (values, lock) = ([Raw::default(), Raw::default()], RwLock::new(()));
        thread::scope(|scope| {
            for value in &values {
                let lock = &lock;
                scope.spawn(move || {
                    let _reading = lock.read();
                    value.add();
                });
            }
            let _writing = lock.write();
            values.iter().for_each(Raw::add);
        });
    });
}

#[test]
fn a_message() {
    is_free_of_races(|| {
        let value = Arc::new(Raw::default());
        let (sender, receiver) = mpsc::channel();
        let other = Arc::clone(&value);
        thread::spawn(move || {
            other.add();
            sender.send(()).unwrap();
        });
        receiver.recv().unwrap();
        value.add();
    });
}

#[test]
fn initialized_once() {
    is_free_of_races(|| {
        let (value, once) = (Raw::default(), Once::new());
        let init = || once.call_once(|| value.add());
        thread::scope(|scope| {
            scope.spawn(init);
            init();
        });
        assert_eq!(value.read(), 1);
    });
}

#[test]
fn started_unparked_and_joined() {
    is_free_of_races(|| {
        let value = Arc::new(Raw::default());
        value.add();
        let other = Arc::clone(&value);
        let thread = thread::spawn(move || {
            thread::park();
            other.add();
        });
        value.add();
        thread.thread().unpark();
        thread.join().unwrap();
        value.add();
    });
}

#[test]
fn a_check_outside_of_the_lock_that_acquires() {
    is_free_of_races(|| {
        let (value, made, mutex) = (Raw::default(), AtomicBool::new(false), Mutex::new(()));
        let make = || {
            if !made.load(Acquire) {
                let _locked = mutex.lock();
                if !made.load(Relaxed) {
                    value.add();
                    made.store(true, Release);
                }
            }
        };
        thread::scope(|scope| {
            scope.spawn(make);
            make();
            value.read();
        });
    });
}

#[test]
fn the_last_owner_sees_what_the_others_did() {
    struct Counted {
        owners: AtomicUsize,
        value: [Raw; 2],
    }
    is_free_of_races(|| {
        let counted = Arc::new(Counted { owners: AtomicUsize::new(2), value: Default::default() });
        let leave = |counted: Arc<Counted>, own: usize| {
            counted.value[own].add();
            if counted.owners.fetch_sub(1, Release) == 1 {
                fence(Acquire);
                counted.value.iter().for_each(Raw::add);
            }
        };
        let other = Arc::clone(&counted);
        thread::scope(|scope| {
            scope.spawn(move || leave(other, 0));
            leave(counted, 1);
        });
    });
}

/// Peterson's algorithm: neither thread locks with a read-modify-write.
#[test]
fn two_flags_and_a_turn() {
    passes(|| {
        let (value, wants, turn) =
            (Raw::default(), [AtomicBool::new(false), AtomicBool::new(false)], AtomicUsize::new(0));
        let add = |own: usize| {
            let other = 1 - own;
            wants[own].store(true, SeqCst);
            turn.swap(other, AcqRel);
            while wants[other].load(SeqCst) && turn.load(SeqCst) == other {
                spin_loop();
            }
            value.add();
            wants[own].store(false, SeqCst);
        };
        thread::scope(|scope| {
            scope.spawn(|| add(0));
            add(1);
        });
    });
}
