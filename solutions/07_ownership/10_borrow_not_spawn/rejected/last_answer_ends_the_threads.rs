//! verdict: deadlock
//! The task that answers last ends both threads. Without questions there is no last answer.
//!
//! Many questions to one source at the same time: on one task, and on two threads.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use futures::future::join_all;
use smol::{Executor, block_on, channel};

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
    let (done, is_done) = channel::bounded::<()>(1);
    let left = &AtomicUsize::new(questions.len());
    let done = &done;
    let executor = Executor::new();
    let ask = async move |question: &String| {
        let answer = source.answer(question).await;
        if left.fetch_sub(1, SeqCst) == 1 {
            done.close();
        }
        answer
    };
    let tasks: Vec<_> = questions.iter().map(|question| executor.spawn(ask(question))).collect();
    thread::scope(|scope| {
        for _ in 0..2 {
            // Runs tasks until the channel is closed.
            scope.spawn(|| block_on(executor.run(is_done.recv())));
        }
        block_on(join_all(tasks))
    })
}
