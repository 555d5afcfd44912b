use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use first_future::{Broken, promise};
use interleave::CountingWaker;

/// It cannot be copied or compared: there is one of it.
struct Gift(&'static str);

/// A waker that sends a message, and lets other threads run before it returns.
struct Bell(Sender<()>);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.send(()).expect("the test waits for a message");
        thread::yield_now();
    }
}

#[interleave::test]
fn a_kept_promise_is_answered_at_once() {
    let (promise, answer) = promise();
    promise.keep(Gift("book"));
    let task = CountingWaker::new();
    match task.poll(pin!(answer)) {
        Poll::Ready(Ok(Gift(gift))) => assert_eq!(gift, "book", "left: the answer, right: what was promised"),
        Poll::Ready(Err(Broken)) => panic!("the promise was kept, and the answer says that it was broken"),
        Poll::Pending => panic!("the promise was kept before the first poll, and the answer is pending"),
    }
}

#[interleave::test]
fn a_kept_promise_wakes_its_task() {
    let (promise, answer) = promise();
    let (task, mut answer) = (CountingWaker::new(), pin!(answer));
    assert_eq!(task.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    promise.keep(7);
    assert_ne!(task.wakes(), 0, "the promise was kept, but the task that waits for the answer was not woken");
    assert_eq!(task.poll(answer), Poll::Ready(Ok(7)), "left: the result of a poll after the promise was kept");
}

#[interleave::test]
fn a_broken_promise_wakes_its_task() {
    let (promise, answer) = promise::<u32>();
    let (task, mut answer) = (CountingWaker::new(), pin!(answer));
    assert_eq!(task.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    drop(promise);
    assert_ne!(task.wakes(), 0, "the promise was dropped, but the task that waits for the answer was not woken");
    assert_eq!(task.poll(answer), Poll::Ready(Err(Broken)), "left: the result of a poll after the promise was dropped");
}

#[interleave::test]
fn a_promise_broken_by_a_panic_wakes_its_task() {
    let (promise, answer) = promise::<u32>();
    let (task, mut answer) = (CountingWaker::new(), pin!(answer));
    assert_eq!(task.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _promise = promise;
        resume_unwind(Box::new("on purpose"));
    }));
    assert!(panicked.is_err(), "the panic that dropped the promise never arrived");
    assert_ne!(task.wakes(), 0, "a panic dropped the promise, but the task that waits for the answer was not woken");
    assert_eq!(task.poll(answer), Poll::Ready(Err(Broken)), "left: the result of a poll after the promise was dropped");
}

#[interleave::test]
fn no_task_is_woken_before_there_is_news() {
    let (promise, answer) = promise();
    let (task, mut answer) = (CountingWaker::new(), pin!(answer));
    for _ in 0..3 {
        assert_eq!(task.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    }
    assert_eq!(
        (task.wakes(), task.kept()),
        (0, 1),
        "left: how often the task was woken before the promise was kept, and how many of its wakers are kept",
    );
    promise.keep(7);
}

#[interleave::test]
fn the_task_that_polled_last_is_woken() {
    let (promise, answer) = promise();
    let (first, second, mut answer) = (CountingWaker::new(), CountingWaker::new(), pin!(answer));
    assert_eq!(first.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    // Another task takes the answer.
    assert_eq!(second.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    assert_eq!(first.kept(), 0, "left: how many wakers of a task are kept after another task polled its answer");
    promise.keep(7);
    assert_eq!(first.wakes(), 0, "left: how often a task was woken that had given its answer away");
    assert_ne!(second.wakes(), 0, "the promise was kept, but the task that polled last was not woken");
}

#[interleave::test(runtime = "smol")]
async fn an_answer_from_another_thread_always_arrives() {
    let (promise, answer) = promise();
    let other = thread::spawn(move || promise.keep(7));
    assert_eq!(answer.await, Ok(7), "left: the answer, right: what the other thread promised");
    other.join().unwrap();
}

#[interleave::test(runtime = "smol")]
async fn a_promise_broken_on_another_thread_is_noticed() {
    let (promise, answer) = promise::<u32>();
    let other = thread::spawn(move || drop(promise));
    assert_eq!(answer.await, Err(Broken), "left: the answer after the other thread dropped the promise");
    other.join().unwrap();
}

#[interleave::test]
fn a_woken_task_gets_its_answer_at_once() {
    let (promise, answer) = promise::<u32>();
    let (bell, rung) = mpsc::channel();
    let waker = Waker::from(Arc::new(Bell(bell)));
    let (mut context, mut answer) = (Context::from_waker(&waker), pin!(answer));
    assert_eq!(answer.as_mut().poll(&mut context), Poll::Pending, "there is no answer yet");
    let other = thread::spawn(move || drop(promise));
    rung.recv().expect("the waker is kept until it is called");
    // The other thread may not have returned from `wake` yet.
    let polled = answer.poll(&mut context);
    other.join().unwrap();
    assert_eq!(polled, Poll::Ready(Err(Broken)), "left: the first poll after the wake-up; there may be no second one");
}

#[interleave::test]
fn an_answer_that_changes_hands_while_the_promise_is_kept_arrives() {
    let (promise, answer) = promise();
    let (first, second, mut answer) = (CountingWaker::new(), CountingWaker::new(), pin!(answer));
    assert_eq!(first.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    let other = thread::spawn(move || promise.keep(7));
    let polled = second.poll(answer.as_mut());
    other.join().unwrap();
    if polled.is_pending() {
        assert_ne!(second.wakes(), 0, "the promise was kept during a poll by another task, which was not woken");
        assert_eq!(second.poll(answer), Poll::Ready(Ok(7)), "left: the result of a poll after the promise was kept");
    } else {
        assert_eq!(polled, Poll::Ready(Ok(7)), "left: the result of a poll while the promise was kept");
    }
}

#[interleave::test]
fn an_answer_that_was_dropped_is_not_missed() {
    let dropped = Rc::new(());
    for polls in 0..2 {
        let (kept, answer) = promise();
        let (broken, other) = promise::<u32>();
        let task = CountingWaker::new();
        let (mut answer, mut other) = (Box::pin(answer), Box::pin(other));
        for _ in 0..polls {
            assert!(task.poll(answer.as_mut()).is_pending(), "there is no answer yet");
            assert!(task.poll(other.as_mut()).is_pending(), "there is no answer yet");
        }
        drop((answer, other));
        kept.keep(Rc::clone(&dropped));
        drop(broken);
    }
    assert_eq!(Rc::strong_count(&dropped), 1, "left: who still has the value of an answer that was dropped");
}

#[interleave::test]
fn two_promises_do_not_disturb_each_other() {
    let ((kept, answer), (open, other)) = (promise(), promise());
    let (task, waits) = (CountingWaker::new(), CountingWaker::new());
    let (mut answer, mut other) = (pin!(answer), pin!(other));
    assert_eq!(task.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    assert_eq!(waits.poll(other.as_mut()), Poll::Pending, "there is no answer yet");
    kept.keep(7);
    assert_ne!(task.wakes(), 0, "the first of two promises was kept, but the task that waits for it was not woken");
    let undisturbed = (waits.wakes(), waits.kept());
    assert_eq!(undisturbed, (0, 1), "left: wakes and kept wakers of the task that waits for another promise");
    assert_eq!(
        waits.poll(other.as_mut()),
        Poll::Pending,
        "one promise was kept, and the answer of another one is there"
    );
    open.keep(8);
    assert_eq!(task.poll(answer), Poll::Ready(Ok(7)), "left: the answer of the first promise");
    assert_eq!(waits.poll(other), Poll::Ready(Ok(8)), "left: the answer of the second promise");
}
