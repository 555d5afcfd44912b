//! The causes that a verdict names for failures of threads.
#![cfg(feature = "explore")]

use std::collections::HashMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex, RwLock, mpsc};
use std::thread;

use interleave::engine::Exploration;
use trace::{FailureKind, timeline};

/// The picture of the first failure of `body`, which must be a deadlock, on one wide screen.
fn picture(body: impl Fn() + Send + Sync + 'static) -> String {
    let finding = Exploration::new(env!("CARGO_MANIFEST_DIR")).run(body);
    let failure = finding.failure.expect("it deadlocks in some interleaving");
    assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
    timeline::draw(&failure, 400)
}

#[track_caller]
fn assert_shows(picture: &str, parts: &[&str]) {
    for part in parts {
        assert!(picture.contains(part), "`{part}` is missing in\n{picture}");
    }
}

#[test]
fn a_barrier_whose_participant_panicked() {
    let picture = picture(|| {
        let barrier = Arc::new(Barrier::new(2));
        let threads = [1, 0].map(|n: u32| {
            let barrier = Arc::clone(&barrier);
            thread::spawn(move || {
                100_u32.checked_div(n).expect("no division by zero");
                barrier.wait();
            })
        });
        for thread in threads {
            let _ = thread.join();
        }
    });
    assert_shows(&picture, &["thread 2 panicked at verdicts.rs:", ": no division by zero;"]);
    assert_shows(&picture, &["main waits for thread 1 to end; thread 1 waits on `barrier`", "panics"]);
}

#[test]
fn a_channel_whose_sender_is_kept() {
    let picture = picture(|| {
        let (jobs, queue) = mpsc::channel::<u32>();
        let worker = thread::spawn(move || queue.iter().sum::<u32>());
        jobs.send(1).unwrap();
        worker.join().unwrap();
        drop(jobs);
    });
    assert_shows(&picture, &["thread 1 waits on `", "(main owns the last sender)"]);
}

/// Must not be dropped while a thread unwinds, because that would abort the process.
struct Unfinished;

impl Drop for Unfinished {
    fn drop(&mut self) {
        panic!("dropped before it was finished");
    }
}

#[test]
fn a_panicking_destructor_is_not_run_for_a_thread_that_waits_forever() {
    let picture = picture(|| {
        let lock = Mutex::new(0);
        let _held = lock.lock().unwrap();
        let _unfinished = Unfinished;
        let _ = lock.lock();
    });
    assert_shows(&picture, &["main"]);
}

#[test]
fn a_flag_set_without_the_mutex_of_the_condition_variable() {
    let picture = picture(|| {
        let asked = Arc::new((AtomicBool::new(false), Mutex::new(()), Condvar::new()));
        let asks = Arc::clone(&asked);
        let waiter = thread::spawn(move || {
            let (flag, lock, wake) = &*asks;
            let mut guard = lock.lock().unwrap();
            while !flag.load(Ordering::SeqCst) {
                guard = wake.wait(guard).unwrap();
            }
        });
        asked.0.store(true, Ordering::SeqCst);
        asked.2.notify_all();
        waiter.join().unwrap();
    });
    assert_shows(&picture, &["loads false from", "stores true in", "signals `", "waits on `"]);
}

#[derive(Default)]
struct Sharded {
    shards: [RwLock<HashMap<u32, u32>>; 2],
}

impl Sharded {
    fn shard(&self, key: u32) -> &RwLock<HashMap<u32, u32>> {
        &self.shards[key as usize % 2]
    }

    fn copy(&self, from: u32, to: u32) {
        let source = self.shard(from).read().unwrap();
        self.shard(to).write().unwrap().extend(source.iter());
    }
}

#[test]
fn locks_of_an_array_are_distinguished() {
    let picture = picture(|| {
        let map = Arc::new(Sharded::default());
        let other = Arc::clone(&map);
        let copies = thread::spawn(move || other.copy(1, 0));
        map.copy(0, 1);
        copies.join().unwrap();
    });
    assert_shows(&picture, &["holds `shard #1` and waits to write `shard #2`"]);
    assert_shows(&picture, &["holds `shard #2` and waits to write `shard #1`"]);
}

/// About 1.3 MiB of stack; a thread has 2 MiB.
#[test]
fn deep_recursion_is_not_an_overflow() {
    fn depth(n: u32) -> u64 {
        let pad = std::hint::black_box([u64::from(n); 64]);
        let below = if n == 0 { 0 } else { depth(n - 1) };
        below + u64::from(pad[7] > 1_000)
    }
    let finding = Exploration::new(env!("CARGO_MANIFEST_DIR")).run(|| {
        let other = thread::spawn(|| depth(900));
        assert_eq!(depth(900) + other.join().unwrap(), 0);
    });
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
}

#[test]
fn an_endless_recursion_is_named() {
    let test = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "overflows_the_stack", "--ignored", "--nocapture"])
        .output()
        .expect("this test binary runs");
    let text = String::from_utf8_lossy(&test.stderr);
    assert!(text.contains("the stack of a thread overflowed"), "{text}");
    assert_eq!(test.status.code(), Some(101), "it ends like a failed test");
}

#[test]
#[ignore = "ends the process; `an_endless_recursion_is_named` runs it"]
fn overflows_the_stack() {
    #[allow(unconditional_recursion, reason = "that is the point")]
    fn endless(n: u64) -> u64 {
        std::hint::black_box(n) + endless(n + 1)
    }
    Exploration::new(env!("CARGO_MANIFEST_DIR")).run(|| {
        thread::spawn(|| endless(0)).join().unwrap();
    });
}
