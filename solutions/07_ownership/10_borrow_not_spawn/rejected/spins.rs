//! verdict: livelock
//! Two threads poll the executor in a loop, and keep two cores busy while all questions wait.
//!
//! Many questions to one source at the same time: on one task, and on two threads.

use std::sync::atomic::{AtomicBool, Ordering};

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
    futures::future::join_all(questions.iter().map(|question| source.answer(question))).await
}

/// The same from plain code, on two threads that share the work. While no question can go on, they sleep.
pub fn ask_all_on_two_threads(source: &impl Source, questions: &[&str]) -> Vec<u32> {
    let questions = tidy(questions);
    let executor = smol::Executor::new();
    let tasks: Vec<_> = questions.iter().map(|question| executor.spawn(source.answer(question))).collect();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    if !executor.try_tick() {
                        std::thread::yield_now();
                    }
                }
            });
        }
        let answers = smol::block_on(futures::future::join_all(tasks));
        done.store(true, Ordering::SeqCst);
        answers
    })
}
