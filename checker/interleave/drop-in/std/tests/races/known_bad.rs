//! Programs with a data race. Most of them compute what they should in every interleaving.

use std::hint::spin_loop;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, fence};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Raw, races};

#[test]
fn two_plain_writers() {
    races(&["thread 2 accesses `", "by thread 1"], || {
        let value = Raw::default();
        thread::scope(|scope| {
            scope.spawn(|| value.add());
            scope.spawn(|| value.add());
        });
    });
}

#[test]
fn published_by_a_relaxed_store() {
    races(&["the store at known_bad.rs:29 is `Relaxed`, so it publishes nothing"], || {
        let (value, ready) = (Raw::default(), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                value.add();
                ready.store(true, Relaxed);
            });
            if ready.load(Acquire) {
                assert_eq!(value.read(), 1);
            }
        });
    });
}

#[test]
fn read_after_a_relaxed_load() {
    races(&["the load at known_bad.rs:47 is `Relaxed`, so it acquires nothing"], || {
        let (value, ready) = (Raw::default(), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                value.add();
                ready.store(true, Release);
            });
            if ready.load(Relaxed) {
                assert_eq!(value.read(), 1);
            }
        });
    });
}

/// Two threads add under a spin lock that locks and unlocks with these orderings.
fn spin_lock(lock: std::sync::atomic::Ordering, unlock: std::sync::atomic::Ordering) {
    let (value, locked) = (Raw::default(), AtomicBool::new(false));
    let add = || {
        while locked.swap(true, lock) {
            spin_loop();
        }
        value.add();
        locked.store(false, unlock);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        add();
    });
}

#[test]
fn a_lock_taken_with_a_relaxed_swap() {
    races(&["the read-modify-write at known_bad.rs:58 is `Relaxed`, so it acquires nothing"], || {
        spin_lock(Relaxed, Release);
    });
}

#[test]
fn a_lock_given_back_with_a_relaxed_store() {
    races(&["the store at known_bad.rs:62 is `Relaxed`, so it publishes nothing"], || spin_lock(Acquire, Relaxed));
}

#[test]
fn a_write_after_the_mutex_is_unlocked() {
    races(&[], || {
        let (value, mutex) = (Raw::default(), Mutex::new(()));
        thread::scope(|scope| {
            scope.spawn(|| {
                drop(mutex.lock());
                value.add();
            });
            let _locked = mutex.lock();
            value.add();
        });
    });
}

#[test]
fn a_reader_without_the_lock() {
    races(&[], || {
        let (value, mutex) = (Raw::default(), Mutex::new(()));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _locked = mutex.lock();
                value.add();
            });
            value.read();
        });
    });
}

#[test]
fn a_check_outside_of_the_lock_that_acquires_nothing() {
    races(&["is `Relaxed`, so it acquires nothing"], || {
        let (value, made, mutex) = (Raw::default(), AtomicBool::new(false), Mutex::new(()));
        let make = || {
            if !made.load(Relaxed) {
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
fn a_release_sequence_that_a_relaxed_store_ends() {
    races(
        &["the store at known_bad.rs:145 is `Relaxed` and overwrites the value that was released at known_bad.rs:141"],
        || {
            let (value, stage) = (Raw::default(), AtomicU32::new(0));
            thread::scope(|scope| {
                scope.spawn(|| {
                    value.add();
                    stage.store(1, Release);
                });
                scope.spawn(|| {
                    if stage.load(Relaxed) == 1 {
                        stage.store(2, Relaxed);
                    }
                });
                if stage.load(Acquire) == 2 {
                    value.read();
                }
            });
        },
    );
}

#[test]
fn the_last_owner_does_not_see_what_the_others_did() {
    struct Counted {
        owners: AtomicUsize,
        value: Raw,
    }
    races(&["so it acquires nothing"], || {
        let counted = Arc::new(Counted { owners: AtomicUsize::new(2), value: Raw::default() });
        let leave = |counted: Arc<Counted>| {
            counted.value.read();
            if counted.owners.fetch_sub(1, Release) == 1 {
                counted.value.add();
            }
        };
        let other = Arc::clone(&counted);
        thread::scope(|scope| {
            scope.spawn(move || {
                fence(AcqRel);
                other.owners.load(Relaxed);
                leave(other);
            });
            leave(counted);
        });
    });
}
