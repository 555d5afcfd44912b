use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use when_polled::Progress;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Predictions are compared by name: `==` may mean anything, and a variant that is no longer used may be gone.
fn name(prediction: Progress) -> &'static str {
    match prediction {
        Progress::NotBegun => "NotBegun",
        Progress::Begun => "Begun",
        Progress::Ended => "Ended",
        #[allow(unreachable_patterns)]
        _ => "Unsaid",
    }
}

/// The name of a prediction. Fails before any answer is known if one of the eight is missing.
#[track_caller]
fn predicted(prediction: Progress) -> &'static str {
    let all = [
        ("CALLED", when_polled::CALLED),
        ("SPAWNED", when_polled::SPAWNED),
        ("SPAWNED_A_SECOND_AGO", when_polled::SPAWNED_A_SECOND_AGO),
        ("JOINED_AS_THE_FIRST", when_polled::JOINED_AS_THE_FIRST),
        ("JOINED_AS_THE_SECOND", when_polled::JOINED_AS_THE_SECOND),
        ("TIMED_OUT", when_polled::TIMED_OUT),
        ("HANDLE_TIMED_OUT", when_polled::HANDLE_TIMED_OUT),
        ("CALLED_ON_A_THREAD", when_polled::CALLED_ON_A_THREAD),
    ];
    let missing: Vec<&str> = all.iter().filter(|(_, said)| name(*said) == "Unsaid").map(|(name, _)| *name).collect();
    assert!(
        missing.is_empty(),
        "not predicted yet: {}. The tests say what happens once all eight are predicted",
        missing.join(", ")
    );
    name(prediction)
}

/// How far `work` has come.
#[derive(Clone, Default)]
struct Job(Arc<AtomicU8>);

impl Job {
    async fn work(self) {
        self.0.store(1, Ordering::SeqCst);
        sleep(MINUTE).await;
        self.0.store(2, Ordering::SeqCst);
    }

    fn here(&self) -> &'static str {
        ["NotBegun", "Begun", "Ended"][usize::from(self.0.load(Ordering::SeqCst))]
    }
}

#[interleave::test]
async fn a_future_that_is_only_called() {
    let prediction = predicted(when_polled::CALLED);
    let job = Job::default();
    let future = job.clone().work();
    sleep(SECOND).await;
    let seen = job.here();
    drop(future);
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. Calling an `async fn` returns a future. It is never polled here",
    );
}

#[interleave::test]
async fn a_future_that_was_just_spawned() {
    let prediction = predicted(when_polled::SPAWNED);
    let job = Job::default();
    let _task = tokio::spawn(job.clone().work());
    let seen = job.here();
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. `spawn` puts the task into a queue. On the same thread it is polled \
         when the task that spawned it awaits something that is pending",
    );
}

#[interleave::test]
async fn a_future_that_was_spawned_a_second_ago() {
    let prediction = predicted(when_polled::SPAWNED_A_SECOND_AGO);
    let job = Job::default();
    let _task = tokio::spawn(job.clone().work());
    sleep(SECOND).await;
    let seen = job.here();
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. While the spawner sleeps, the executor polls the new task. It needs \
         no `await` on its handle for that",
    );
}

#[interleave::test]
async fn the_first_future_of_a_join() {
    let prediction = predicted(when_polled::JOINED_AS_THE_FIRST);
    let job = Job::default();
    let ((), seen) = tokio::join!(job.clone().work(), async { job.here() });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. The first poll of `join!` polls its futures one after the other, and \
         `work` was polled before the block that looks",
    );
}

#[interleave::test]
async fn the_second_future_of_a_join() {
    let prediction = predicted(when_polled::JOINED_AS_THE_SECOND);
    let job = Job::default();
    let (seen, ()) = tokio::join!(async { job.here() }, job.clone().work());
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. The first poll of `join!` polls its futures one after the other, and \
         the block that looks was polled before `work`",
    );
}

#[interleave::test]
async fn a_future_that_timed_out() {
    let prediction = predicted(when_polled::TIMED_OUT);
    let job = Job::default();
    let _ = timeout(SECOND, job.clone().work()).await;
    sleep(2 * MINUTE).await;
    let seen = job.here();
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. `timeout` polled the future, and dropped it after a second. Nobody \
         can poll a future that was dropped, so it goes no further",
    );
}

#[interleave::test]
async fn a_task_whose_handle_timed_out() {
    let prediction = predicted(when_polled::HANDLE_TIMED_OUT);
    let job = Job::default();
    let task = tokio::spawn(job.clone().work());
    let _ = timeout(SECOND, task).await;
    sleep(2 * MINUTE).await;
    let seen = job.here();
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. `timeout` dropped the handle of the task. The future of the task \
         belongs to the executor, which goes on polling it",
    );
}

#[interleave::test]
async fn a_future_that_was_called_on_a_thread() {
    let prediction = predicted(when_polled::CALLED_ON_A_THREAD);
    let job = Job::default();
    let called = job.clone();
    let result = tokio::task::spawn_blocking(|| called.work()).await;
    let seen = job.here();
    drop(result);
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. The closure returned at once, and what it returned is a future. The \
         thread does not poll it, and awaiting the handle only waits for the closure",
    );
}
