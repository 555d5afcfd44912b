//! verdict: failing-test two_threads_are_enough_for_a_thousand_questions
//! Scoped threads may borrow, but this starts a thread for each question, and tasks are there to avoid that.
//!
//! Many questions to one source at the same time: on one task, and on two threads.

use std::thread;

use futures::future::join_all;
use smol::block_on;

/// Answers questions. An answer may take a while, and may compute.
pub trait Source: Sync {
    fn answer(&self, question: &str) -> impl Future<Output = u32> + Send;
}

/// Questions are asked in lower case, without spaces around them.
fn tidy(questions: &[&str]) -> Vec<String> {
    questions.iter().map(|question| question.trim().to_lowercase()).collect()
}

/// Asks all `questions` at the same time, equal ones too, and returns the answers in the order of the questions.
pub async fn ask_all(source: &impl Source, questions: &[&str]) -> Vec<u32> {
    let questions = tidy(questions);
    join_all(questions.iter().map(|question| source.answer(question))).await
}

/// The same from plain code, on two threads that share the work. While no question can go on, they sleep.
pub fn ask_all_on_two_threads(source: &impl Source, questions: &[&str]) -> Vec<u32> {
    let questions = tidy(questions);
    let ask = |question| move || block_on(source.answer(question));
    thread::scope(|scope| {
        let threads: Vec<_> = questions.iter().map(|question| scope.spawn(ask(question))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a question panicked")).collect()
    })
}
