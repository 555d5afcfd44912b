use std::collections::HashSet;
use std::pin::pin;
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

/// A table that answers when so many questions wait.
struct InStep<'a>(Table<'a>, smol::lock::Barrier);

impl Source for InStep<'_> {
    async fn answer(&self, question: &str) -> u32 {
        self.1.wait().await;
        self.0.look_up(question)
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

/// A table that computes: a thread that looks something up waits until another thread does, too.
struct TwoByTwo<'a>(Table<'a>, Barrier);

impl Source for TwoByTwo<'_> {
    async fn answer(&self, question: &str) -> u32 {
        self.1.wait();
        self.0.look_up(question)
    }
}

/// Remembers the threads that ask. It answers when all questions wait.
struct Where(Mutex<HashSet<ThreadId>>, smol::lock::Barrier);

impl Source for Where {
    async fn answer(&self, _question: &str) -> u32 {
        self.0.lock().unwrap().insert(thread::current().id());
        self.1.wait().await;
        0
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
async fn two_hundred_answers_take_as_long_as_one() {
    let start = Instant::now();
    let answers = ask_all(&Table(&[("tea", 3)]), &["tea"; 200]).await;
    assert_eq!(
        start.elapsed(),
        ANSWER,
        "200 questions that do not depend on each other took longer than one: some waited for others",
    );
    assert_eq!(answers, [3; 200], "200 questions were asked");
}

#[interleave::test]
async fn no_questions_have_no_answers() {
    assert_eq!(ask_all(&Table(&[]), &[]).await, [0; 0], "nothing was asked");
}

#[interleave::test]
fn a_caller_is_not_blocked_and_may_give_up() {
    let source = InStep(Table(&[]), smol::lock::Barrier::new(3));
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
    let answers = ask_all_on_two_threads(&InStep(Table(&[]), smol::lock::Barrier::new(1)), &[]);
    assert_eq!(answers, [0; 0], "nothing was asked");
}

/// The source answers when all of three questions have been asked. Two threads that ask in turn wait forever.
#[interleave::test]
fn a_thread_asks_while_other_questions_wait() {
    let known = known();
    let source = InStep(Table(&known), smol::lock::Barrier::new(3));
    let answers = ask_all_on_two_threads(&source, &["tea", "salt", "rice"]);
    assert_eq!(answers, [3, 4, 5], "tea is 3, salt is 4, rice is 5");
}

/// Each of two computations waits until the other has begun. On one thread they wait forever.
#[interleave::test]
fn two_questions_are_computed_at_the_same_time() {
    let known = known();
    let source = TwoByTwo(Table(&known), Barrier::new(2));
    let answers = ask_all_on_two_threads(&source, &["tea", "salt"]);
    assert_eq!(answers, [3, 4], "tea is 3, salt is 4");
}

#[interleave::test(real_only)]
fn two_threads_are_enough_for_two_hundred_questions() {
    let source = Where(Mutex::default(), smol::lock::Barrier::new(200));
    let answers = ask_all_on_two_threads(&source, &["?"; 200]);
    assert_eq!(answers, [0; 200], "200 questions were asked");
    let threads = source.0.into_inner().unwrap().len();
    assert!(threads <= 2, "200 questions were asked on {threads} threads instead of two");
}
