//! The pictures of the classic mistakes, kept as reviewed text files in `pictures/`.
//!
//! `SNAPSHOTS=overwrite` rewrites them.
#![cfg(feature = "explore")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;

use interleave::engine::Exploration;
use snapbox::{assert_data_eq, file};
use trace::timeline;

/// The picture of the first failure of `body`, on a screen of 80 columns.
fn picture(body: impl Fn() + Send + Sync + 'static) -> String {
    let exploration = Exploration::new(env!("CARGO_MANIFEST_DIR"));
    let failure = exploration.run(body).failure.expect("it fails in some schedule");
    let picture = timeline::draw(&failure, 80);
    assert!(picture.lines().all(|line| trace::columns::width(line) <= 80), "wider than 80 columns\n{picture}");
    picture
}

#[test]
fn abba() {
    let picture = picture(|| {
        let left = Mutex::new(1);
        let right = Mutex::new(2);
        thread::scope(|scope| {
            scope.spawn(|| drop((right.lock().unwrap(), left.lock().unwrap())));
            drop((left.lock().unwrap(), right.lock().unwrap()));
        });
    });
    assert_data_eq!(picture, file!["pictures/abba.txt"]);
}

#[test]
fn self_deadlock() {
    let picture = picture(|| {
        let total = Mutex::new(1);
        let held = total.lock().unwrap();
        assert_eq!(*total.lock().unwrap(), *held);
    });
    assert_data_eq!(picture, file!["pictures/self_deadlock.txt"]);
}

#[test]
fn three_locks_in_a_ring() {
    let picture = picture(|| {
        let forks = [Mutex::new(()), Mutex::new(()), Mutex::new(())];
        thread::scope(|scope| {
            for n in 0..3 {
                let forks = &forks;
                scope.spawn(move || {
                    let _left = forks[n].lock().unwrap();
                    let _right = forks[(n + 1) % 3].lock().unwrap();
                });
            }
        });
    });
    assert_data_eq!(picture, file!["pictures/three_locks_in_a_ring.txt"]);
}

#[test]
fn read_write_read() {
    let picture = picture(|| {
        let rates = RwLock::new(1);
        thread::scope(|scope| {
            scope.spawn(|| *rates.write().unwrap() = 2);
            let first = rates.read().unwrap();
            let second = rates.read().unwrap();
            assert_eq!(*first, *second);
        });
    });
    assert_data_eq!(picture, file!["pictures/read_write_read.txt"]);
}

#[test]
fn lost_update() {
    let picture = picture(|| {
        let visitors = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let seen = visitors.load(Ordering::SeqCst);
                    visitors.store(seen + 1, Ordering::SeqCst);
                });
            }
        });
        assert_eq!(visitors.into_inner(), 2, "a visitor was not counted");
    });
    assert_data_eq!(picture, file!["pictures/lost_update.txt"]);
}

#[test]
fn check_then_act() {
    let picture = picture(|| {
        let cell = RwLock::new(None);
        let computed = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    if cell.read().unwrap().is_none() {
                        computed.fetch_add(1, Ordering::SeqCst);
                        *cell.write().unwrap() = Some(7);
                    }
                });
            }
        });
        assert_eq!(computed.into_inner(), 1, "it was computed twice");
    });
    assert_data_eq!(picture, file!["pictures/check_then_act.txt"]);
}

#[test]
fn panic_in_a_thread() {
    let picture = picture(|| {
        let balance = Mutex::new(10);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let enough = *balance.lock().unwrap() >= 10;
                    if enough {
                        let mut balance = balance.lock().unwrap();
                        assert!(*balance >= 10, "overdrawn: {} left", *balance);
                        *balance -= 10;
                    }
                });
            }
        });
    });
    assert_data_eq!(picture, file!["pictures/panic_in_a_thread.txt"]);
}

#[test]
fn five_tasks() {
    let picture = picture(|| {
        let locks: Vec<Mutex<u32>> = (0..5).map(Mutex::new).collect();
        thread::scope(|scope| {
            for n in 0..5 {
                let locks = &locks;
                scope.spawn(move || {
                    let _own = locks[n].lock().unwrap();
                    let _next = locks[(n + 1) % 5].lock().unwrap();
                });
            }
        });
    });
    assert_data_eq!(picture, file!["pictures/five_tasks.txt"]);
}

/// Would catch: a lock without a name because of a tab, or a row that is wider than the screen because of wide characters.
#[test]
#[rustfmt::skip]
fn tabs_and_wide_characters() {
    let picture = picture(|| {
		let 在庫 = Mutex::new(1);
		let (_, second) = ("日本語", Mutex::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                let (_a, _b) = (second.lock().unwrap(), 在庫.lock().unwrap()); // 長い長い長い長い長い長い長い長い長い行
            });
			let (_a,	_b) = (在庫.lock().unwrap(),	second.lock().unwrap()); // 長い長い長い長い長い長い長い長い長い行
        });
    });
    assert_data_eq!(picture, file!["pictures/tabs_and_wide_characters.txt"]);
}

/// Would catch: a step of an array's `map` at a line of the library, or at none. The reader's line is the one that calls it.
#[test]
fn a_lock_that_a_library_function_calls() {
    let picture = picture(|| {
        let total = Mutex::new(1);
        let held = total.lock().unwrap();
        let [again] = [&total].map(Mutex::lock);
        assert_eq!(*again.unwrap(), *held);
    });
    assert_data_eq!(picture, file!["pictures/a_lock_that_a_library_function_calls.txt"]);
}

/// Would catch: a lock in a `static` that the first deadlocked schedule leaves locked for the one that is recorded.
#[test]
fn deadlock_with_a_static() {
    static LEDGER: Mutex<u32> = Mutex::new(1);
    let picture = picture(|| {
        let account = Mutex::new(2);
        thread::scope(|scope| {
            scope.spawn(|| drop((account.lock().unwrap(), LEDGER.lock().unwrap())));
            drop((LEDGER.lock().unwrap(), account.lock().unwrap()));
        });
    });
    assert_data_eq!(picture, file!["pictures/deadlock_with_a_static.txt"]);
}
