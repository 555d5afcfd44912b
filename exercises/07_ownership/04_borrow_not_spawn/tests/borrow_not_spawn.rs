use std::collections::HashSet;
use std::pin::pin;
use std::sync::{Barrier, Mutex};
use std::task::Poll;
use std::thread::{self, ThreadId};
use std::time::Duration;

use borrow_not_spawn::{Source, ask_all, ask_all_on_two_threads};
use interleave::CountingWaker;
use tokio::time::{Instant, sleep};

const ANSWER: Duration = Duration::from_millis(100);

/// Answers with what stands in a table, which belongs to somebody else.
struct Table<'a>(&'a [(&'a str, u32)]);

impl Table<'_> {
    fn look_up(&self, question: &str) -> u32 {
        self.0.iter().find(|(known, _)| *known == question).map_or(0, |(_, answer)| *answer)
    }
}

impl Source for Table<'_> {
    async fn answer(&self, question: &str) -> u32 {
        sleep(ANSWER).await;
        self.look_up(question)
    }
}

/// A table that keeps everybody waiting until so many are waiting.
struct InStep<'a>(Table<'a>, smol::lock::Barrier);

impl Source for InStep<'_> {
    async fn answer(&self, question: &str) -> u32 {
        self.1.wait().await;
        self.0.look_up(question)
    }
}

/// A table that computes: a thread that is looking something up waits until another one is, too.
struct TwoByTwo<'a>(Table<'a>, Barrier);

impl Source for TwoByTwo<'_> {
    async fn answer(&self, question: &str) -> u32 {
        self.1.wait();
        self.0.look_up(question)
    }
}

/// Notes the threads that it is asked on. All wait for each other, so that all are asked.
#[derive(Debug)]
struct Where(Mutex<HashSet<ThreadId>>, smol::lock::Barrier);

impl Source for Where {
    async fn answer(&self, _question: &str) -> u32 {
        self.0.lock().unwrap().insert(thread::current().id());
        self.1.wait().await;
        0
    }
}

#[interleave::test]
async fn answers_come_in_the_order_of_the_questions() {
    let known = [("tea", 3), ("salt", 4), ("rice", 5)].to_vec();
    let answers = ask_all(&Table(&known), &["rice", " Tea ", "SALT"]).await;
    assert_eq!(answers, [5, 3, 4], "rice is 5, tea is 3, salt is 4");
}

#[interleave::test]
async fn three_answers_take_as_long_as_one() {
    let start = Instant::now();
    ask_all(&Table(&[]), &["tea", "salt", "rice"]).await;
    assert_eq!(
        start.elapsed(),
        ANSWER,
        "three questions that do not depend on each other took longer than one: each waited for the one before",
    );
}

#[interleave::test]
async fn no_question_is_no_mistake() {
    assert_eq!(ask_all(&Table(&[]), &[]).await, [0; 0], "nothing was asked");
}

#[interleave::test]
fn nothing_goes_on_when_the_caller_gives_up() {
    let source = InStep(Table(&[]), smol::lock::Barrier::new(3));
    let task = CountingWaker::new();
    {
        let mut asking = pin!(ask_all(&source, &["tea", "salt"]));
        assert_eq!(task.poll(asking.as_mut()), Poll::Pending, "two wait at the barrier, and the third never comes");
        // Here a timeout strikes.
    }
    assert_eq!(task.kept(), 0, "the caller has given up, and somebody still keeps so many (left) of its wakers");
}

#[interleave::test]
fn two_threads_give_the_same_answers() {
    let known = [("tea", 3), ("salt", 4), ("rice", 5)].to_vec();
    let source = InStep(Table(&known), smol::lock::Barrier::new(3));
    let answers = ask_all_on_two_threads(&source, &["rice", " Tea ", "SALT"]);
    assert_eq!(answers, [5, 3, 4], "rice is 5, tea is 3, salt is 4");
}

/// The source answers when all of eight questions have been asked. Two threads that ask in turn wait for ever.
#[interleave::test]
fn a_thread_does_not_wait_with_a_question() {
    let source = InStep(Table(&[]), smol::lock::Barrier::new(8));
    let answers = ask_all_on_two_threads(&source, &["a", "b", "c", "d", "e", "f", "g", "h"]);
    assert_eq!(answers, [0; 8], "the table is empty");
}

/// Each of two computations waits until the other has begun. On one thread they wait for ever.
#[interleave::test]
fn two_questions_are_computed_at_the_same_time() {
    let known = [("tea", 3), ("salt", 4)].to_vec();
    let source = TwoByTwo(Table(&known), Barrier::new(2));
    let answers = ask_all_on_two_threads(&source, &["tea", "salt"]);
    assert_eq!(answers, [3, 4], "tea is 3, salt is 4");
}

#[interleave::test]
fn two_threads_are_enough_for_any_number() {
    let source = Where(Mutex::default(), smol::lock::Barrier::new(20));
    ask_all_on_two_threads(&source, &["?"; 20]);
    let threads = source.0.into_inner().unwrap().len();
    assert!(threads <= 2, "20 questions were asked on {threads} threads, and two were to share them");
}
