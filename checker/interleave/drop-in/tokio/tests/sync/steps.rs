//! Steps name the line of the program that causes them.

use std::sync::Arc;

use tokio::sync::{Mutex, Notify, mpsc, oneshot, watch};
use trace::{Action, Step, Trace};

use super::{explore, spawn};

/// The steps of a program that deadlocks at its end.
fn steps<F: Future<Output = ()>>(body: impl Fn() -> F + Send + Sync + 'static) -> Trace {
    let failure = explore(move || {
        let body = body();
        async {
            body.await;
            std::future::pending().await
        }
    });
    failure.expect_err("it never ends").trace.expect("it is the same in each interleaving")
}

/// The source lines of the steps that `is_wanted` accepts.
#[track_caller]
fn lines(trace: &Trace, is_wanted: impl Fn(&Action) -> bool) -> Vec<String> {
    let text = |step: &Step| {
        let place = step.place.as_ref().expect("a line");
        trace
            .lines
            .iter()
            .find(|line| line.place == *place)
            .map_or_else(|| place.file.clone(), |line| line.text.clone())
    };
    trace.steps.iter().filter(|step| is_wanted(&step.action)).map(text).collect()
}

#[test]
fn a_wait_names_the_line_that_awaits() {
    let trace = steps(|| async {
        let notify = Arc::new(Notify::new());
        let (sender, receiver) = oneshot::channel();
        let notify2 = notify.clone();
        let notified = notify.notified();
        let other = spawn(async move {
            notify2.notify_waiters();
            sender.send(1).unwrap();
        });
        notified.await;
        receiver.await.unwrap();
        other.join().unwrap();
    });
    let heard = lines(&trace, |action| matches!(action, Action::Hears { .. }));
    assert_eq!(heard, ["notified.await;", "receiver.await.unwrap();"]);
    let signalled = lines(&trace, |action| matches!(action, Action::Signals { .. }));
    assert_eq!(signalled, ["notify2.notify_waiters();", "sender.send(1).unwrap();"]);
}

#[test]
fn operations_name_the_line_that_calls_them() {
    let trace = steps(|| async {
        let total = Mutex::new(0);
        let (jobs, mut queue) = mpsc::channel(1);
        let (config, watched) = watch::channel(1);
        jobs.send(1).await.unwrap();
        *total.lock().await += queue.recv().await.unwrap();
        let value = *watched.borrow();
        assert_eq!(jobs.capacity(), value);
        config.send_replace(2);
    });
    let acquired = lines(&trace, |action| matches!(action, Action::Acquires { .. }));
    let expected = [
        "*total.lock().await += queue.recv().await.unwrap();",
        "let value = *watched.borrow();",
        "config.send_replace(2);",
    ];
    assert_eq!(acquired, expected);
    let loaded = lines(&trace, |action| matches!(action, Action::Loads { .. }));
    assert_eq!(loaded, ["assert_eq!(jobs.capacity(), value);"]);
    let released = lines(&trace, |action| matches!(action, Action::Releases { .. }));
    assert_eq!(released, expected);
    assert_eq!(trace.objects.iter().map(|object| &*object.name).collect::<Vec<_>>(), ["jobs", "total", "watched"]);
}
