//! What exploring finds in tokio's locks and tasks, and what it lets pass.
#![cfg(feature = "explore")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use interleave::explore::{Exploration, task};
use tokio::spawn;
use tokio::sync::{Mutex, Notify, RwLock, Semaphore, mpsc};
use tokio::time::{Duration, sleep, timeout};
use trace::{Failure, FailureKind, timeline};

fn explore<F: Future<Output = ()>>(body: impl Fn() -> F + Send + Sync + 'static) -> Result<(), Box<Failure>> {
    let manifest_dir = env!("CARGO_MANIFEST_DIR").into();
    Exploration { budget: 1_000, seed: 1, replay: None, manifest_dir }
        .run(move || task::block_on(body()))
        .failure
        .map_or(Ok(()), Err)
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
        other.await.unwrap();
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
        other.await.unwrap();
        assert_eq!(*count.lock().await, 2, "an update was lost");
    });
    assert!(failure.expect_err("both read 0 in some schedule").message.contains("an update was lost"));
}

#[test]
fn a_check_that_no_longer_holds_is_found() {
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
        other.await.unwrap();
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
        other.await.unwrap();
    });
    assert_eq!(failure.expect_err("the writer queues in between in some schedule").kind, FailureKind::Deadlock);
}

#[test]
fn a_right_program_passes_every_schedule() {
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
        other.await.unwrap();
        assert_eq!((*count.lock().await, *cell.read().await), (2, 2));
    })
    .expect("nothing is wrong");
}

#[test]
fn a_lock_held_while_sending_to_a_full_channel_deadlocks() {
    let failure = explore(|| async {
        let state = Arc::new(Mutex::new(0));
        let (jobs, mut queue) = mpsc::channel(1);
        let state2 = state.clone();
        let other = spawn(async move {
            while let Some(n) = queue.recv().await {
                *state2.lock().await += n;
            }
        });
        for n in 0..3 {
            let _guard = state.lock().await;
            jobs.send(n).await.unwrap();
        }
        drop(jobs);
        other.await.unwrap();
    });
    let failure = failure.expect_err("the channel is full in some schedule");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 100);
    assert!(picture.contains("main holds `state` and waits on `jobs`"), "{picture}");
}

#[test]
fn a_notification_that_nobody_listens_for_is_lost() {
    let failure = explore(|| async {
        let changed = Arc::new(Notify::new());
        let flag = Arc::new(AtomicU32::new(0));
        let (changed2, flag2) = (changed.clone(), flag.clone());
        let other = spawn(async move {
            flag2.store(1, Ordering::SeqCst);
            changed2.notify_waiters();
        });
        if flag.load(Ordering::SeqCst) == 0 {
            changed.notified().await;
        }
        other.await.unwrap();
    });
    assert_eq!(failure.expect_err("the signal falls in between in some schedule").kind, FailureKind::Deadlock);
}

#[test]
fn permits_are_given_back_and_forgotten_ones_are_not() {
    explore(|| async {
        let permits = Arc::new(Semaphore::new(2));
        let one = permits.clone().acquire_owned().await.unwrap();
        permits.acquire().await.unwrap().forget();
        assert_eq!(permits.available_permits(), 0);
        drop(one);
        assert_eq!(permits.available_permits(), 1);
    })
    .expect("nothing is wrong");
}

#[test]
fn a_sleep_does_not_hide_a_race_and_a_timeout_may_run_out() {
    let slept = explore(|| async {
        let done = Arc::new(AtomicU32::new(0));
        let done2 = done.clone();
        drop(spawn(async move { done2.store(1, Ordering::SeqCst) }));
        sleep(Duration::from_secs(60)).await;
        assert_eq!(done.load(Ordering::SeqCst), 1, "a minute was not enough");
    });
    assert!(slept.expect_err("time proves nothing").message.contains("a minute was not enough"));
    let waited = explore(|| async {
        let lock = Arc::new(Mutex::new(()));
        let lock2 = lock.clone();
        let other = spawn(async move { drop(lock2.lock().await) });
        let in_time = timeout(Duration::from_secs(60), lock.lock()).await;
        assert!(in_time.is_ok(), "it ran out");
        drop(in_time);
        other.await.unwrap();
    });
    assert!(waited.is_ok() || waited.is_err_and(|failure| failure.message.contains("it ran out")));
}

#[test]
fn panics_and_aborts_come_out_of_the_handle() {
    explore(|| async {
        let error = spawn(async { panic!("on purpose") }).await.unwrap_err();
        assert!(error.is_panic());
        let never = spawn(std::future::pending::<()>());
        never.abort();
        assert!(never.await.unwrap_err().is_cancelled());
    })
    .expect("nothing is wrong");
}

#[test]
fn a_task_that_is_dropped_at_the_end_of_the_test_may_wait_for_another() {
    explore(|| async {
        drop(spawn(async { tokio::task::spawn_blocking(|| ()).await.expect("it is not cancelled before its parent") }));
        tokio::task::yield_now().await;
    })
    .expect("nothing is wrong");
}
