use std::pin::pin;
use std::task::Poll;
use std::thread;

use first_future::{Broken, promise};
use interleave::CountingWaker;

#[interleave::test]
fn a_kept_promise_is_answered_at_once() {
    let (promise, answer) = promise();
    promise.keep(7);
    let task = CountingWaker::new();
    assert_eq!(task.poll(pin!(answer)), Poll::Ready(Ok(7)), "the promise was kept before anybody asked");
}

#[interleave::test]
fn a_kept_promise_wakes_its_task() {
    let (promise, answer) = promise();
    let (task, mut answer) = (CountingWaker::new(), pin!(answer));
    assert_eq!(task.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    promise.keep(7);
    assert_ne!(task.wakes(), 0, "the answer is there, and the task that waits for it sleeps on: nobody has woken it");
    assert_eq!(task.poll(answer), Poll::Ready(Ok(7)), "the task was woken and asked again");
}

#[interleave::test]
fn a_broken_promise_wakes_its_task() {
    let (promise, answer) = promise::<u32>();
    let (task, mut answer) = (CountingWaker::new(), pin!(answer));
    assert_eq!(task.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    drop(promise);
    assert_ne!(task.wakes(), 0, "the promise was dropped, and the task that waits for an answer sleeps for ever");
    assert_eq!(task.poll(answer), Poll::Ready(Err(Broken)), "nobody is left who could answer");
}

#[interleave::test]
fn nobody_is_woken_before_there_is_news() {
    let (promise, answer) = promise();
    let (task, mut answer) = (CountingWaker::new(), pin!(answer));
    for _ in 0..3 {
        assert_eq!(task.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    }
    assert_eq!(
        (task.wakes(), task.kept()),
        (0, 1),
        "left: how often the task was woken although nothing had happened, and how many of its wakers are kept; \
         one is enough, and a task that is woken for nothing runs all the time",
    );
    promise.keep(7);
}

#[interleave::test]
fn the_task_that_polled_last_is_woken() {
    let (promise, answer) = promise();
    let (first, second, mut answer) = (CountingWaker::new(), CountingWaker::new(), pin!(answer));
    assert_eq!(first.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    // The answer is handed over to another task.
    assert_eq!(second.poll(answer.as_mut()), Poll::Pending, "there is no answer yet");
    promise.keep(7);
    assert_ne!(
        second.wakes(),
        0,
        "the task that has the answer now was not woken; perhaps the one that gave it away was"
    );
}

#[interleave::test(runtime = "smol")]
async fn an_answer_from_another_thread_always_arrives() {
    let (promise, answer) = promise();
    let other = thread::spawn(move || promise.keep(7));
    assert_eq!(answer.await, Ok(7), "the other thread kept its promise");
    other.join().unwrap();
}

#[interleave::test(runtime = "smol")]
async fn a_promise_broken_on_another_thread_is_noticed() {
    let (promise, answer) = promise::<u32>();
    let other = thread::spawn(move || drop(promise));
    assert_eq!(answer.await, Err(Broken), "the other thread dropped its promise");
    other.join().unwrap();
}
