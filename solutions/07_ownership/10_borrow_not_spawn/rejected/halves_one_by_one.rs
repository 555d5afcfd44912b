//! verdict: deadlock
//! Two threads, each of which asks its half in turn: while it waits for an answer it asks nobody else.
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
    let (left, right) = questions.split_at(questions.len() / 2);
    let ask = |questions: &[String]| -> Vec<u32> {
        questions.iter().map(|question| block_on(source.answer(question))).collect()
    };
    thread::scope(|scope| {
        let right = scope.spawn(|| ask(right));
        let mut answers = ask(left);
        answers.extend(right.join().expect("a question panicked"));
        answers
    })
}
