//! tokio's channels and its semaphore. Each function runs the program with its bug, or `fixed`.

use std::sync::Arc;

use tokio::sync::{Mutex, Semaphore, mpsc, oneshot, watch};
use tokio::task::yield_now;

use crate::{Fails, Program, on_tokio, programs};

programs! {
    cancelled_task_leaks_its_permit = Program::new(
        "cancelled task leaks its permit",
        Fails::Deadlock,
        || on_tokio(cancel(false)),
        || on_tokio(cancel(true)),
    );
    subscribed_after_the_update = Program::new(
        "watch subscribed after the update",
        Fails::Deadlock,
        || on_tokio(subscribe(false)),
        || on_tokio(subscribe(true)),
    );
    update_is_marked_as_seen = Program::new(
        "watch update marked as seen, unread",
        Fails::Deadlock,
        || on_tokio(mark(false)),
        || on_tokio(mark(true)),
    );
    select_loses_a_message = Program::new(
        "select! drops a branch that has received",
        Fails::Saying("a message was lost"),
        || on_tokio(select(false)),
        || on_tokio(select(true)),
    );
    closed_after_the_last_look = Program::new(
        "mpsc closed after the last look",
        Fails::Saying("sent, and thrown away"),
        || on_tokio(close(false)),
        || on_tokio(close(true)),
    );
    answer_is_dropped = Program::new(
        "oneshot sender dropped if the lock is taken",
        Fails::Saying("RecvError"),
        || on_tokio(ask(false)),
        || on_tokio(ask(true)),
    );
}

/// A task that is aborted, and another user of the only permit.
async fn cancel(fixed: bool) {
    let semaphore = Arc::new(Semaphore::new(1));
    let user = Arc::clone(&semaphore);
    let task = tokio::spawn(async move {
        let permit = user.acquire().await.unwrap();
        if fixed {
            yield_now().await;
        } else {
            permit.forget();
            yield_now().await;
            user.add_permits(1);
        }
    });
    task.abort();
    let _ = task.await;
    let _permit = semaphore.acquire().await.unwrap();
}

/// A receiver that is created while a task sends.
async fn subscribe(fixed: bool) {
    let sender = Arc::new(watch::Sender::new(0));
    let sends = Arc::clone(&sender);
    let task = tokio::spawn(async move { sends.send_replace(1) });
    let mut receiver = sender.subscribe();
    if fixed {
        receiver.wait_for(|value| *value == 1).await.unwrap();
    } else {
        receiver.changed().await.unwrap();
    }
    task.await.unwrap();
}

/// A receiver that reads, and then waits for the next value.
async fn mark(fixed: bool) {
    let (sender, mut receiver) = watch::channel(0);
    let sender = Arc::new(sender);
    let sends = Arc::clone(&sender);
    let task = tokio::spawn(async move { sends.send(1).unwrap() });
    let seen = if fixed {
        *receiver.borrow_and_update()
    } else {
        let seen = *receiver.borrow();
        receiver.mark_unchanged();
        seen
    };
    if seen == 0 {
        receiver.changed().await.unwrap();
    }
    task.await.unwrap();
    drop(sender);
}

/// A loop that receives jobs and ticks.
async fn select(fixed: bool) {
    let (job, mut jobs) = mpsc::channel(1);
    let (tick, mut ticks) = mpsc::channel(1);
    let ticker = tokio::spawn(async move { tick.send(()).await.unwrap() });
    job.send(7).await.unwrap();
    drop(job);
    let (mut seen, mut ticks_left) = (Vec::new(), true);
    loop {
        let receive = async {
            let job = jobs.recv().await;
            if !fixed {
                yield_now().await;
            }
            job
        };
        tokio::select! {
            job = receive => match job {
                Some(job) => seen.push(job),
                None => break,
            },
            tick = ticks.recv(), if ticks_left => ticks_left = tick.is_some(),
        }
    }
    ticker.await.unwrap();
    assert_eq!(seen, [7], "a message was lost");
}

/// A receiver that closes the channel while a task sends.
async fn close(fixed: bool) {
    let (sender, mut receiver) = mpsc::channel(1);
    let task = tokio::spawn(async move { sender.try_send(7).is_ok() });
    let received = if fixed {
        receiver.close();
        receiver.recv().await.is_some()
    } else {
        let received = receiver.try_recv().is_ok();
        receiver.close();
        received
    };
    assert_eq!(task.await.unwrap(), received, "sent, and thrown away");
}

/// A task that answers, and another one that uses the same state.
async fn ask(fixed: bool) {
    let state = Arc::new(Mutex::new(5));
    let (answer, answered) = oneshot::channel();
    let (reads, writes) = (Arc::clone(&state), state);
    let writer = tokio::spawn(async move { *writes.lock().await += 1 });
    let reader = tokio::spawn(async move {
        if fixed {
            let _ = answer.send(*reads.lock().await);
        } else if let Ok(state) = reads.try_lock() {
            let _ = answer.send(*state);
        }
    });
    assert!(answered.await.unwrap() >= 5);
    writer.await.unwrap();
    reader.await.unwrap();
}
