use std::pin::pin;
use std::task::{Context, Poll};
use std::thread;

use interleave::CountingWaker;
use stale_waker::Latch;

#[interleave::test]
fn an_open_latch_lets_everybody_through() {
    let latch = Latch::new();
    latch.open();
    let task = CountingWaker::new();
    assert_eq!(task.poll(pin!(latch.wait())), Poll::Ready(()), "the latch was open before anybody came");
}

#[interleave::test]
fn everybody_who_waits_is_woken() {
    let latch = Latch::new();
    let (first, second) = (CountingWaker::new(), CountingWaker::new());
    let (mut one, mut other) = (pin!(latch.wait()), pin!(latch.wait()));
    assert_eq!(first.poll(one.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(second.poll(other.as_mut()), Poll::Pending, "the latch is closed");
    latch.open();
    assert_ne!(first.wakes(), 0, "two waited; the latch is open, and nobody has woken the first");
    assert_ne!(second.wakes(), 0, "two waited; the latch is open, and nobody has woken the second");
    assert_eq!(first.poll(one), Poll::Ready(()), "the latch is open");
    assert_eq!(second.poll(other), Poll::Ready(()), "the latch is open");
}

#[interleave::test]
fn nobody_is_woken_before_the_latch_opens() {
    let latch = Latch::new();
    let (task, mut wait) = (CountingWaker::new(), pin!(latch.wait()));
    for _ in 0..3 {
        assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    }
    assert_eq!(task.wakes(), 0, "nothing has happened, and the task was woken so often (left)");
}

#[interleave::test]
fn the_task_that_has_it_now_is_woken() {
    let latch = Latch::new();
    let (before, now, mut wait) = (CountingWaker::new(), CountingWaker::new(), pin!(latch.wait()));
    assert_eq!(before.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    // The wait moves to another task, as one does that is first polled under a timeout and then spawned.
    assert_eq!(now.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    latch.open();
    assert_ne!(now.wakes(), 0, "the latch is open, and the task that waits was not woken: its waker was never kept");
}

#[interleave::test]
fn the_task_that_gave_it_away_is_left_alone() {
    let latch = Latch::new();
    let (before, now, mut wait) = (CountingWaker::new(), CountingWaker::new(), pin!(latch.wait()));
    assert_eq!(before.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(now.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(before.kept(), 0, "the wait belongs to another task, and so many wakers (left) of the old one are kept");
    latch.open();
    assert_eq!(before.wakes(), 0, "the task that gave its wait away was woken for nothing");
}

#[interleave::test]
fn a_wait_keeps_one_waker() {
    let latch = Latch::new();
    let (task, mut wait) = (CountingWaker::new(), pin!(latch.wait()));
    for _ in 0..100 {
        assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    }
    assert_eq!(task.kept(), 1, "one wait was polled 100 times, and so many wakers (left) are kept for it");
}

#[interleave::test]
fn a_dropped_wait_leaves_no_waker_behind() {
    let latch = Latch::new();
    let task = CountingWaker::new();
    for _ in 0..100 {
        assert_eq!(task.poll(pin!(latch.wait())), Poll::Pending, "the latch is closed");
        // Here the wait is dropped: a timeout, perhaps.
    }
    assert_eq!(task.kept(), 0, "100 waits were given up, and so many wakers (left) are kept for nobody");
}

#[interleave::test]
fn two_waits_of_one_task_are_two() {
    let latch = Latch::new();
    let (task, mut wait) = (CountingWaker::new(), pin!(latch.wait()));
    assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(task.poll(pin!(latch.wait())), Poll::Pending, "the latch is closed");
    // The second wait is given up, the first is not.
    latch.open();
    assert_ne!(task.wakes(), 0, "the task still waits, and the waker of this wait went away with that of another");
    assert_eq!(task.poll(wait), Poll::Ready(()), "the latch is open");
}

#[interleave::test]
fn a_latch_may_open_while_a_wait_is_dropped() {
    let latch = Latch::new();
    let task = CountingWaker::new();
    let mut wait = Box::pin(latch.wait());
    assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    let opener = thread::spawn({
        let latch = latch.clone();
        move || latch.open()
    });
    drop(wait);
    opener.join().unwrap();
    assert_eq!(task.kept(), 0, "the wait is gone and the latch is open, and so many wakers (left) are kept");
}

#[interleave::test]
fn two_waits_that_begin_at_once_are_two() {
    let latch = Latch::new();
    let (here, there) = (CountingWaker::new(), CountingWaker::new());
    let elsewhere = thread::spawn({
        let (latch, waker) = (latch.clone(), there.waker());
        move || {
            let mut wait = Box::pin(latch.wait());
            assert_eq!(wait.as_mut().poll(&mut Context::from_waker(&waker)), Poll::Pending, "the latch is closed");
            wait
        }
    });
    let mut wait = pin!(latch.wait());
    assert_eq!(here.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    let other = elsewhere.join().unwrap();
    latch.open();
    assert_ne!(
        here.wakes(),
        0,
        "two threads began to wait at once, and the waker of one took the place of the other's"
    );
    assert_ne!(
        there.wakes(),
        0,
        "two threads began to wait at once, and the waker of one took the place of the other's"
    );
    drop(other);
}

#[interleave::test(runtime = "smol")]
async fn a_latch_opened_by_another_thread_is_noticed() {
    let latch = Latch::new();
    let opener = thread::spawn({
        let latch = latch.clone();
        move || latch.open()
    });
    latch.wait().await;
    opener.join().unwrap();
}
