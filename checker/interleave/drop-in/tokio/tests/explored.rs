//! Exploring tokio's locks and tasks: which bugs it finds, and which programs pass.
#![cfg(feature = "explore")]

#[path = "../../mistakes.rs"]
mod mistakes;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use interleave::engine::{Deadlines, Exploration};
use mistakes::explore;
use tokio::sync::{Mutex, Notify, RwLock, Semaphore, mpsc};
use tokio::time::{Duration, sleep, timeout};
use trace::{FailureKind, timeline};

fn block_on(test: impl Future<Output = ()>) {
    tokio::__interleave::block_on(tokio::__interleave::Flavor::Any, test);
}

/// Spawns a task whose output can be awaited as on the other runtimes.
fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> impl Future<Output = T> {
    let task = tokio::spawn(future);
    async { task.await.unwrap() }
}

#[test]
fn a_lock_held_while_sending_to_a_full_channel_deadlocks() {
    let failure = explore(|| async {
        let state = Arc::new(Mutex::new(0));
        let (jobs, mut queue) = mpsc::channel(1);
        let state2 = state.clone();
        let other = tokio::spawn(async move {
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
fn a_notification_without_a_listener_is_lost() {
    let failure = explore(|| async {
        let changed = Arc::new(Notify::new());
        let flag = Arc::new(AtomicU32::new(0));
        let (changed2, flag2) = (changed.clone(), flag.clone());
        let other = tokio::spawn(async move {
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
fn permits_are_released_unless_they_are_forgotten() {
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
fn a_sleep_hides_a_race_unless_deadlines_may_expire_early() {
    async fn sleeps_instead_of_joining() {
        let done = Arc::new(AtomicU32::new(0));
        let done2 = done.clone();
        drop(tokio::spawn(async move { done2.store(1, Ordering::SeqCst) }));
        sleep(Duration::from_secs(60)).await;
        assert_eq!(done.load(Ordering::SeqCst), 1, "a minute was not enough");
    }
    explore(sleeps_instead_of_joining).expect("time moves when nothing can run");
    let early = Exploration::new(env!("CARGO_MANIFEST_DIR")).deadlines(Deadlines::Early);
    let failure = early.run(|| block_on(sleeps_instead_of_joining())).failure.expect("time proves nothing");
    assert!(failure.message.contains("a minute was not enough"), "{}", failure.message);
}

#[test]
fn a_timeout_expires_only_when_nothing_else_can_run() {
    async fn waits_for_a_task() {
        let lock = Arc::new(Mutex::new(()));
        let lock2 = lock.clone();
        let other = tokio::spawn(async move { drop(lock2.lock().await) });
        let in_time = timeout(Duration::from_secs(60), lock.lock()).await;
        assert!(in_time.is_ok(), "it ran out");
        drop(in_time);
        other.await.unwrap();
    }
    explore(waits_for_a_task).expect("the task gives the lock back within no time");
    let early = Exploration::new(env!("CARGO_MANIFEST_DIR")).deadlines(Deadlines::Early);
    assert_eq!(early.run(|| block_on(waits_for_a_task())).failure.expect("it may be slow").message, "it ran out");
}

#[test]
fn panics_and_aborts_are_returned_by_the_handle() {
    explore(|| async {
        let error = tokio::spawn(async { panic!("on purpose") }).await.unwrap_err();
        assert!(error.is_panic());
        let never = tokio::spawn(std::future::pending::<()>());
        never.abort();
        assert!(never.await.unwrap_err().is_cancelled());
    })
    .expect("nothing is wrong");
}

#[test]
fn a_task_that_is_dropped_at_the_end_of_the_test_may_wait_for_another() {
    explore(|| async {
        drop(tokio::spawn(async {
            tokio::task::spawn_blocking(|| ()).await.expect("it is not cancelled before its parent")
        }));
        tokio::task::yield_now().await;
    })
    .expect("nothing is wrong");
}
