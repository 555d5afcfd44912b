//! The classic mistakes with async locks, for every runtime: which ones exploring finds, and which programs pass.
//!
//! A test includes this file and has its runtime's `Mutex`, `RwLock`, `spawn` and `block_on` in scope; `block_on` comes
//! from its `__interleave`.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use interleave::engine::Exploration;
use trace::{Failure, FailureKind, timeline};

use super::{Mutex, RwLock, block_on, spawn};

/// The first failure of `body` under a thousand interleavings.
pub fn explore<F: Future<Output = ()>>(body: impl Fn() -> F + Send + Sync + 'static) -> Result<(), Box<Failure>> {
    let manifest_dir = env!("CARGO_MANIFEST_DIR");
    Exploration::new(manifest_dir).run(move || block_on(body())).failure.map_or(Ok(()), Err)
}

#[test]
fn an_abba_deadlock_is_found_and_drawn() {
    let failure = explore(|| async {
        let left = Arc::new(Mutex::new(1));
        let right = Arc::new(Mutex::new(2));
        let (left2, right2) = (left.clone(), right.clone());
        let other = spawn(async move {
            let right = right2.lock().await;
            drop((left2.lock().await, right));
        });
        let first = left.lock().await;
        drop((right.lock().await, first));
        other.await;
    });
    let failure = failure.expect_err("the two orders meet in some schedule");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 100);
    for part in ["main holds `left` and waits for `right`", "task 1 holds `right` and waits for `left`"] {
        assert!(picture.contains(part), "{part} is missing in\n{picture}");
    }
}

#[test]
fn an_update_lost_between_two_guards_is_found() {
    let failure = explore(|| async {
        let count = Arc::new(Mutex::new(0));
        let add = async |count: Arc<Mutex<i32>>| {
            let seen = *count.lock().await;
            *count.lock().await = seen + 1;
        };
        let count2 = count.clone();
        let other = spawn(async move {
            let seen = *count2.lock().await;
            *count2.lock().await = seen + 1;
        });
        add(count.clone()).await;
        other.await;
        assert_eq!(*count.lock().await, 2, "an update was lost");
    });
    assert!(failure.expect_err("both read 0 in some schedule").message.contains("an update was lost"));
}

#[test]
fn acting_on_an_outdated_check_is_found() {
    let failure = explore(|| async {
        let cell = Arc::new(RwLock::new(None));
        let computed = Arc::new(AtomicU32::new(0));
        let (cell2, computed2) = (cell.clone(), computed.clone());
        let other = spawn(async move {
            if cell2.read().await.is_none() {
                computed2.fetch_add(1, Ordering::SeqCst);
                *cell2.write().await = Some(7);
            }
        });
        if cell.read().await.is_none() {
            computed.fetch_add(1, Ordering::SeqCst);
            *cell.write().await = Some(7);
        }
        other.await;
        assert_eq!(computed.load(Ordering::SeqCst), 1, "computed twice");
    });
    assert!(failure.expect_err("both see nothing in some schedule").message.contains("computed twice"));
}

#[test]
fn reading_twice_with_a_writer_in_between_deadlocks() {
    let failure = explore(|| async {
        let lock = Arc::new(RwLock::new(1));
        let lock2 = lock.clone();
        let other = spawn(async move { *lock2.write().await = 2 });
        let first = lock.read().await;
        let second = lock.read().await;
        assert_eq!(*first, *second);
        drop((first, second));
        other.await;
    });
    assert_eq!(failure.expect_err("the writer queues in between in some schedule").kind, FailureKind::Deadlock);
}

#[test]
fn a_correct_program_passes_every_schedule() {
    explore(|| async {
        let count = Arc::new(Mutex::new(0));
        let cell = Arc::new(RwLock::new(0));
        let (count2, cell2) = (count.clone(), cell.clone());
        let other = spawn(async move {
            *count2.lock().await += 1;
            *cell2.write().await += 1;
        });
        *cell.write().await += 1;
        *count.lock().await += 1;
        other.await;
        assert_eq!((*count.lock().await, *cell.read().await), (2, 2));
    })
    .expect("nothing is wrong");
}
