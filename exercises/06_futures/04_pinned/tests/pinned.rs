use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use interleave::{CountingWaker, yield_now};
use pinned::{metered, watched};
use tokio::time::{Instant, sleep};

const PERIOD: Duration = Duration::from_secs(1);

/// A job that yields so many times and borrows from itself across each await: it cannot move while it runs.
async fn job(yields: u32) -> u32 {
    let numbers = [yields, 1];
    let borrowed = &numbers[0];
    for _ in 0..yields {
        yield_now().await;
    }
    *borrowed
}

#[interleave::test]
fn a_metered_job_counts_its_polls() {
    fn sendable<T: Send>(value: T) -> T {
        value
    }
    for yields in 0..4 {
        // A job that can be sent to another thread can be sent with its meter.
        let (task, mut metered) = (CountingWaker::new(), pin!(sendable(metered(job(yields)))));
        for poll in 0..yields {
            assert_eq!(task.poll(metered.as_mut()), Poll::Pending, "left: poll {} of {}", poll + 1, yields + 1);
        }
        let seen = task.poll(metered);
        assert_eq!(
            seen,
            Poll::Ready((yields, yields + 1)),
            "left: output and polls of a job that yields {yields} times"
        );
    }
}

#[interleave::test]
fn a_job_is_polled_once_per_poll() {
    let polls = Cell::new(0);
    let waits = poll_fn(|_| {
        polls.set(polls.get() + 1);
        Poll::<()>::Pending
    });
    let mut metered = pin!(metered(waits));
    assert_eq!(polls.get(), 0, "left: how often a job was polled when it was wrapped");
    for number in 1..=3 {
        assert_eq!(CountingWaker::new().poll(metered.as_mut()), Poll::Pending, "the job waits");
        assert_eq!(polls.get(), number, "left: how often a job was polled, right: how often the metered one was");
    }
}

#[interleave::test]
fn a_job_wakes_the_task_that_polled_it() {
    let (before, now, mut metered) = (CountingWaker::new(), CountingWaker::new(), pin!(metered(job(2))));
    assert_eq!(before.poll(metered.as_mut()), Poll::Pending, "left: the first poll of a job that yields twice");
    assert_eq!(now.poll(metered.as_mut()), Poll::Pending, "left: the second poll of a job that yields twice");
    assert_eq!(
        [before.wakes(), now.wakes()],
        [1, 1],
        "left: the wakes of two tasks; each polled a job once, and the job woke the task at that poll",
    );
}

#[interleave::test]
fn each_job_has_its_own_count() {
    let task = CountingWaker::new();
    let (mut first, second) = (pin!(metered(job(1))), pin!(metered(job(0))));
    assert_eq!(task.poll(first.as_mut()), Poll::Pending, "left: the first poll of a job that yields once");
    assert_eq!(task.poll(second), Poll::Ready((0, 1)), "left: the first poll of another job");
    assert_eq!(task.poll(first), Poll::Ready((1, 2)), "left: the second poll of a job that yields once");
}

#[interleave::test]
async fn a_job_is_reported_once_per_period() {
    for (tenths, expected) in [(0, vec![]), (9, vec![]), (15, vec![1]), (35, vec![1, 2, 3])] {
        let (start, reports) = (Instant::now(), RefCell::new(Vec::new()));
        // It borrows, and need not be `Send`.
        let output = Rc::new(tenths);
        let job = async {
            sleep(PERIOD / 10 * tenths).await;
            Rc::clone(&output)
        };
        let seen = watched(job, PERIOD, |periods| {
            assert_eq!(start.elapsed(), PERIOD * periods, "left: the time of report {periods}");
            reports.borrow_mut().push(periods);
        })
        .await;
        assert_eq!(*seen, tenths, "left: the output of the job");
        assert_eq!(
            start.elapsed(),
            PERIOD / 10 * tenths,
            "left: how long a watched job took, right: how long it takes"
        );
        assert_eq!(reports.into_inner(), expected, "left: the reports on a job of {tenths} tenths of a period");
    }
}

#[interleave::test]
async fn a_job_runs_on_between_the_reports() {
    let (start, reports, steps) = (Instant::now(), Cell::new(0), RefCell::new(Vec::new()));
    let job = async {
        for step in 1..=8 {
            sleep(PERIOD / 10 * 3).await;
            steps.borrow_mut().push((step, start.elapsed()));
        }
    };
    let ((), polls) = watched(metered(job), PERIOD, |periods| reports.set(periods)).await;
    assert!(polls > 8, "a job of nine parts was polled {polls} times");
    let expected: Vec<_> = (1..=8).map(|step| (step, PERIOD / 10 * 3 * step)).collect();
    assert_eq!(steps.into_inner(), expected, "left: the steps of a watched job and their times");
    assert_eq!(reports.get(), 2, "left: the last report on a job that takes 24 tenths of a period");
}
