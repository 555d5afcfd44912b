use std::mem;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::thread;

use interleave::{CountingWaker, histories};
use stale_waker::{Latch, Wait};

#[interleave::test]
fn an_open_latch_lets_all_tasks_through() {
    let latch = Latch::new();
    latch.open();
    let task = CountingWaker::new();
    assert_eq!(task.poll(pin!(latch.wait())), Poll::Ready(()), "the latch was open before the first poll");
}

#[interleave::test]
fn every_task_that_waits_is_woken() {
    let latch = Latch::new();
    let (first, second) = (CountingWaker::new(), CountingWaker::new());
    let (mut one, mut other) = (pin!(latch.wait()), pin!(latch.wait()));
    assert_eq!(first.poll(one.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(second.poll(other.as_mut()), Poll::Pending, "the latch is closed");
    latch.open();
    assert_ne!(first.wakes(), 0, "two tasks waited and the latch was opened, but the first was not woken");
    assert_ne!(second.wakes(), 0, "two tasks waited and the latch was opened, but the second was not woken");
    assert_eq!(first.poll(one), Poll::Ready(()), "the latch is open");
    assert_eq!(second.poll(other), Poll::Ready(()), "the latch is open");
}

#[interleave::test]
fn no_task_is_woken_before_the_latch_opens() {
    let latch = Latch::new();
    let (task, mut wait) = (CountingWaker::new(), pin!(latch.wait()));
    for _ in 0..3 {
        assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    }
    assert_eq!(task.wakes(), 0, "left: how often the task was woken while the latch was closed");
}

#[interleave::test]
fn the_task_that_has_it_now_is_woken() {
    let latch = Latch::new();
    let (before, now, mut wait) = (CountingWaker::new(), CountingWaker::new(), pin!(latch.wait()));
    assert_eq!(before.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    // The wait moves to another task, as one does that is first polled under a timeout and then spawned.
    assert_eq!(now.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    latch.open();
    assert_ne!(
        now.wakes(),
        0,
        "the latch was opened, but the task that polled last was not woken: its waker was not kept"
    );
}

#[interleave::test]
fn the_task_that_gave_it_away_is_left_alone() {
    let latch = Latch::new();
    let (before, now, mut wait) = (CountingWaker::new(), CountingWaker::new(), pin!(latch.wait()));
    assert_eq!(before.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(now.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(before.kept(), 0, "left: how many wakers of a task are kept after another task polled its wait");
    latch.open();
    assert_eq!(before.wakes(), 0, "left: how often a task was woken that had given its wait away");
}

#[interleave::test]
fn a_wait_keeps_one_waker() {
    let latch = Latch::new();
    let (task, mut wait) = (CountingWaker::new(), pin!(latch.wait()));
    for _ in 0..100 {
        assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    }
    assert_eq!(task.kept(), 1, "left: how many wakers one wait keeps after 100 polls");
}

#[interleave::test]
fn a_dropped_wait_leaves_no_waker_behind() {
    let latch = Latch::new();
    let task = CountingWaker::new();
    for _ in 0..100 {
        assert_eq!(task.poll(pin!(latch.wait())), Poll::Pending, "the latch is closed");
        // Here the wait is dropped: a timeout, perhaps.
    }
    assert_eq!(task.kept(), 0, "left: how many wakers are kept for 100 waits that were dropped");
}

#[interleave::test]
fn two_waits_of_one_task_are_two() {
    let latch = Latch::new();
    let (task, mut wait) = (CountingWaker::new(), pin!(latch.wait()));
    assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(task.poll(pin!(latch.wait())), Poll::Pending, "the latch is closed");
    // The second wait is dropped, the first is not.
    latch.open();
    assert_ne!(
        task.wakes(),
        0,
        "a task dropped one of its two waits, and was not woken for the other one: its waker was removed, too"
    );
    assert_eq!(task.poll(wait), Poll::Ready(()), "the latch is open");
}

#[interleave::test]
fn a_thousand_waits_are_a_thousand() {
    let latch = Latch::new();
    let tasks: Vec<CountingWaker> = (0..1_000).map(|_| CountingWaker::new()).collect();
    let mut waits: Vec<Pin<Box<Wait>>> = tasks.iter().map(|_| Box::pin(latch.wait())).collect();
    for (task, wait) in tasks.iter().zip(&mut waits) {
        assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    }
    latch.open();
    let woken = tasks.iter().filter(|task| task.wakes() > 0).count();
    assert_eq!(woken, 1_000, "left: how many of 1,000 tasks were woken that waited when the latch opened");
}

/// Swaps two waits, so that each is where the other one was. Only a type that is `Unpin` can move after a poll.
#[allow(dead_code)] // Which of the two traits is used depends on the type.
trait Swap {
    fn swap(self);
}

struct Both<'a, T>(&'a mut Pin<Box<T>>, &'a mut Pin<Box<T>>);

impl<T: Unpin> Swap for Both<'_, T> {
    fn swap(self) {
        mem::swap(&mut **self.0, &mut **self.1);
    }
}

/// The compiler takes this one for a type that is not `Unpin`: the boxes are swapped, and the waits stay where they are.
#[allow(dead_code)] // Which of the two traits is used depends on the type.
trait SwapBoxes {
    fn swap(self);
}

impl<T> SwapBoxes for &mut Both<'_, T> {
    fn swap(self) {
        mem::swap(self.0, self.1);
    }
}

#[interleave::test]
fn a_wait_may_move_between_two_polls() {
    let latch = Latch::new();
    let (first, second) = (CountingWaker::new(), CountingWaker::new());
    let (mut one, mut other) = (Box::pin(latch.wait()), Box::pin(latch.wait()));
    assert_eq!(first.poll(one.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(second.poll(other.as_mut()), Poll::Pending, "the latch is closed");
    Both(&mut one, &mut other).swap();
    // `one` is now what `second` polled.
    drop(one);
    assert_eq!(
        [first.kept(), second.kept()],
        [1, 0],
        "two waits swapped places, and the second was dropped; left: how many wakers of their tasks are kept"
    );
    latch.open();
    assert_ne!(first.wakes(), 0, "a wait moved after its first poll, and its task was not woken");
    assert_eq!(first.poll(other.as_mut()), Poll::Ready(()), "the latch is open");
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
    assert_eq!(task.kept(), 0, "left: how many wakers are kept after the wait was dropped and the latch opened");
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
        "two threads began to wait at once, and the waker of one replaced the waker of the other"
    );
    assert_ne!(
        there.wakes(),
        0,
        "two threads began to wait at once, and the waker of one replaced the waker of the other"
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

#[interleave::test]
fn a_wait_that_changes_hands_while_the_latch_opens_ends() {
    let latch = Latch::new();
    let (before, now, mut wait) = (CountingWaker::new(), CountingWaker::new(), pin!(latch.wait()));
    assert_eq!(before.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    let opener = thread::spawn({
        let latch = latch.clone();
        move || latch.open()
    });
    let polled = now.poll(wait.as_mut());
    opener.join().unwrap();
    if polled.is_pending() {
        assert_ne!(now.wakes(), 0, "the latch opened during a poll by another task, and that task was not woken");
    }
    assert_eq!(now.poll(wait), Poll::Ready(()), "the latch is open");
}

#[interleave::test]
fn two_latches_do_not_disturb_each_other() {
    let (latch, closed) = (Latch::new(), Latch::new());
    let (task, other) = (CountingWaker::new(), CountingWaker::new());
    let (mut wait, mut still_waits) = (pin!(latch.wait()), pin!(closed.wait()));
    assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    assert_eq!(other.poll(still_waits.as_mut()), Poll::Pending, "the latch is closed");
    latch.open();
    assert_eq!(task.poll(wait), Poll::Ready(()), "the latch is open");
    assert_eq!((other.wakes(), other.kept()), (0, 1), "left: wakes and wakers of a task at a latch that stays closed");
    assert_eq!(
        other.poll(still_waits.as_mut()),
        Poll::Pending,
        "one latch was opened, and another one let a task through"
    );
    closed.open();
    assert_ne!(other.wakes(), 0, "the second latch was opened, but its task was not woken");
}

#[interleave::test]
fn a_latch_may_be_opened_twice() {
    let latch = Latch::new();
    let (task, mut wait) = (CountingWaker::new(), pin!(latch.wait()));
    assert_eq!(task.poll(wait.as_mut()), Poll::Pending, "the latch is closed");
    latch.open();
    latch.open();
    assert_eq!(task.poll(wait), Poll::Ready(()), "the latch was opened twice");
}

/// What a program may do with a latch.
#[derive(Debug)]
enum Step {
    Begin,
    Poll { wait: usize, task: usize },
    Drop { wait: usize },
    Open,
}

/// A latch, three tasks, and the waits that have not been dropped, each with the task that polled it last.
#[derive(Default)]
struct Program {
    latch: Latch,
    is_open: bool,
    tasks: [CountingWaker; 3],
    waits: Vec<(Pin<Box<Wait>>, Option<usize>)>,
}

impl Program {
    fn step(&mut self, step: Step) -> Result<(), String> {
        let waits = self.waits.len();
        match step {
            Step::Begin => self.waits.push((Box::pin(self.latch.wait()), None)),
            Step::Poll { wait, task } if wait < waits => {
                let (polled, last) = &mut self.waits[wait];
                *last = Some(task);
                let is_ready = self.tasks[task].poll(polled.as_mut()).is_ready();
                if is_ready != self.is_open {
                    return Err(format!("the latch is open: {}; the wait is ready: {is_ready}", self.is_open));
                }
            }
            Step::Drop { wait } if wait < waits => drop(self.waits.remove(wait)),
            Step::Open => {
                self.latch.open();
                return self.opened();
            }
            Step::Poll { .. } | Step::Drop { .. } => {}
        }
        if self.is_open { Ok(()) } else { self.closed() }
    }

    /// While the latch is closed, no task is woken, and each wait keeps the waker of its latest poll.
    fn closed(&self) -> Result<(), String> {
        for (number, task) in self.tasks.iter().enumerate() {
            let waits = self.waits.iter().filter(|(_, last)| *last == Some(number)).count();
            let seen = (task.wakes(), task.kept());
            if seen != (0, waits) {
                return Err(format!(
                    "task {number} was woken {} times while the latch is closed, and {} of its wakers are kept; \
                     it polled {waits} waits last",
                    seen.0, seen.1,
                ));
            }
        }
        Ok(())
    }

    /// `open` wakes the tasks that wait, and no others.
    fn opened(&mut self) -> Result<(), String> {
        if mem::replace(&mut self.is_open, true) {
            return Ok(());
        }
        for (number, task) in self.tasks.iter().enumerate() {
            let waits = self.waits.iter().any(|(_, last)| *last == Some(number));
            if (task.wakes() > 0) != waits {
                return Err(format!("`open` woke task {number} {} times; it waits: {waits}", task.wakes()));
            }
        }
        Ok(())
    }
}

#[interleave::test]
fn the_right_tasks_are_woken_after_any_history() {
    histories(
        |draws| match draws.below(7) {
            0 | 1 => Step::Begin,
            2..=4 => Step::Poll { wait: draws.below(4), task: draws.below(3) },
            5 => Step::Drop { wait: draws.below(4) },
            _ => Step::Open,
        },
        Program::default,
        Program::step,
    );
}
