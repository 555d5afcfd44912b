use std::collections::HashSet;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Barrier, Mutex};
use std::task::Poll;
use std::thread::{self, ThreadId};
use std::time::Duration;

use borrow_not_spawn::{Source, ask_all, ask_all_on_two_threads};
use interleave::CountingWaker;
use smol::channel::{Receiver, Sender, bounded};
use tokio::time::{Instant, sleep};

const ANSWER: Duration = Duration::from_millis(100);

/// A table of answers, borrowed from the test.
struct Table<'a>(&'a [(&'a str, u32)]);

impl Table<'_> {
    fn look_up(&self, question: &str) -> u32 {
        self.0.iter().find(|(known, _)| *known == question).map_or(0, |(_, answer)| *answer)
    }
}

/// Answers after `ANSWER`.
impl Source for Table<'_> {
    async fn answer(&self, question: &str) -> u32 {
        sleep(ANSWER).await;
        self.look_up(question)
    }
}

/// A table that answers when so many questions wait. It remembers the threads that asked.
struct InStep<'a> {
    table: Table<'a>,
    all: smol::lock::Barrier,
    threads: Mutex<HashSet<ThreadId>>,
}

impl<'a> InStep<'a> {
    fn new(known: &'a [(&'a str, u32)], all: usize) -> Self {
        Self { table: Table(known), all: smol::lock::Barrier::new(all), threads: Mutex::default() }
    }

    /// On how many threads it was asked.
    fn threads(&self) -> usize {
        self.threads.lock().unwrap().len()
    }
}

impl Source for InStep<'_> {
    async fn answer(&self, question: &str) -> u32 {
        self.threads.lock().unwrap().insert(thread::current().id());
        self.all.wait().await;
        self.table.look_up(question)
    }
}

/// A table that answers "rice" when "tea" has been answered.
struct TeaFirst<'a>(Table<'a>, Sender<()>, Receiver<()>);

impl<'a> TeaFirst<'a> {
    fn new(known: &'a [(&'a str, u32)]) -> Self {
        let (answered, is_answered) = bounded(1);
        Self(Table(known), answered, is_answered)
    }
}

impl Source for TeaFirst<'_> {
    async fn answer(&self, question: &str) -> u32 {
        if question == "rice" {
            let _ = self.2.recv().await;
        } else {
            let _ = self.1.try_send(());
        }
        self.0.look_up(question)
    }
}

/// Each answer is another number, and takes `ANSWER`.
#[derive(Default)]
struct Numbers(AtomicU32);

impl Source for Numbers {
    async fn answer(&self, _question: &str) -> u32 {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        sleep(ANSWER).await;
        number
    }
}

/// A table that computes: the thread that asks first cannot go on until another one asks the third question.
struct FirstWaitsForThird<'a>(Table<'a>, AtomicU32, Barrier);

impl Source for FirstWaitsForThird<'_> {
    async fn answer(&self, question: &str) -> u32 {
        let before = self.1.fetch_add(1, Ordering::SeqCst);
        if before != 1 {
            self.2.wait();
        }
        self.0.look_up(question)
    }
}

fn known() -> Vec<(&'static str, u32)> {
    [("tea", 3), ("salt", 4), ("rice", 5)].to_vec()
}

#[interleave::test]
async fn answers_come_in_the_order_of_the_questions() {
    let known = known();
    let answers = ask_all(&TeaFirst::new(&known), &["rice", " Tea ", "SALT", "tea"]).await;
    assert_eq!(answers, [5, 3, 4, 3], "rice is 5, tea is 3, salt is 4, and `tea` was answered before `rice`");
}

#[interleave::test(real_only)]
async fn a_thousand_answers_take_as_long_as_one() {
    let start = Instant::now();
    let answers = ask_all(&Table(&[("tea", 3)]), &["tea"; 1_000]).await;
    assert_eq!(
        start.elapsed(),
        ANSWER,
        "1,000 questions that do not depend on each other took longer than one: some waited for others",
    );
    assert_eq!(answers, [3; 1_000], "1,000 questions were asked");
}

#[interleave::test]
async fn each_of_equal_questions_is_asked() {
    let mut answers = ask_all(&Numbers::default(), &["tea", "tea"]).await;
    answers.sort();
    assert_eq!(answers, [0, 1], "two equal questions have two answers; left: the answers, sorted");
}

#[interleave::test]
async fn no_questions_have_no_answers() {
    assert_eq!(ask_all(&Table(&[]), &[]).await, [0; 0], "nothing was asked");
}

#[interleave::test]
fn a_caller_is_not_blocked_and_may_give_up() {
    let source = InStep::new(&[], 3);
    let task = CountingWaker::new();
    {
        let mut asking = pin!(ask_all(&source, &["tea", "salt"]));
        assert_eq!(task.poll(asking.as_mut()), Poll::Pending, "two questions wait for a third one, which never comes");
        // Here the caller drops `ask_all`, as a timeout does.
    }
    assert_eq!(task.kept(), 0, "the caller has dropped `ask_all`; left: how many of its wakers are still kept");
}

#[interleave::test]
fn on_two_threads_answers_come_in_the_order_of_the_questions() {
    let known = known();
    let answers = ask_all_on_two_threads(&TeaFirst::new(&known), &["rice", " TEA "]);
    assert_eq!(answers, [5, 3], "rice is 5, tea is 3, and `tea` was answered before `rice`");
}

#[interleave::test]
fn on_two_threads_no_questions_have_no_answers() {
    let answers = ask_all_on_two_threads(&InStep::new(&[], 1), &[]);
    assert_eq!(answers, [0; 0], "nothing was asked");
}

/// The source answers when all of three questions have been asked. Two threads that ask in turn wait forever.
#[interleave::test]
fn two_threads_ask() {
    let known = known();
    let source = InStep::new(&known, 3);
    let answers = ask_all_on_two_threads(&source, &["tea", "salt", "rice"]);
    assert_eq!(answers, [3, 4, 5], "tea is 3, salt is 4, rice is 5");
    let threads = source.threads();
    assert!(threads <= 2, "three questions were asked on {threads} threads instead of two");
}

/// One question computes until the last one is asked. Another thread has to ask that one.
#[interleave::test]
fn a_thread_that_computes_leaves_the_other_questions_to_the_other_thread() {
    let known = known();
    let source = FirstWaitsForThird(Table(&known), AtomicU32::new(0), Barrier::new(2));
    let answers = ask_all_on_two_threads(&source, &["tea", "salt", "rice"]);
    assert_eq!(answers, [3, 4, 5], "tea is 3, salt is 4, rice is 5");
}

#[interleave::test]
fn threads_sleep_while_no_question_can_go_on() {
    let known = known();
    let source = InStep::new(&known, 2);
    thread::scope(|scope| {
        let asking = scope.spawn(|| ask_all_on_two_threads(&source, &["tea"]));
        interleave::settle();
        smol::block_on(source.all.wait());
        assert_eq!(asking.join().unwrap(), [3], "tea is 3");
    });
}

#[interleave::test(real_only)]
fn two_threads_are_enough_for_a_thousand_questions() {
    let source = InStep::new(&[("?", 1)], 1_000);
    let answers = ask_all_on_two_threads(&source, &["?"; 1_000]);
    assert_eq!(answers, [1; 1_000], "1,000 questions were asked");
    let threads = source.threads();
    assert!(threads <= 2, "1,000 questions were asked on {threads} threads instead of two");
}
