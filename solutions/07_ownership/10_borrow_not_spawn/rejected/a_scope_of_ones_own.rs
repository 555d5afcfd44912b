//! verdict: lint unsafe_code
//! Makes each future `'static` with `unsafe` and waits for all. If the wait is cancelled, the tasks go on with freed data.
//!
//! Many questions to one source at the same time: on one task, and on two threads.

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
    // We wait for all tasks below, so nothing is used for longer than it lives.
    let tasks = questions.iter().map(|question| tokio::spawn(for_ever(source.answer(question))));
    let tasks: Vec<_> = tasks.collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("a question panicked"));
    }
    answers
}

/// The same from plain code, on two threads that share the work. While no question can go on, they sleep.
pub fn ask_all_on_two_threads(source: &impl Source, questions: &[&str]) -> Vec<u32> {
    let questions = tidy(questions);
    let executor = Executor::new();
    let tasks: Vec<_> = questions.iter().map(|question| executor.spawn(source.answer(question))).collect();
    let (done, is_done) = channel::bounded::<()>(1);
    thread::scope(|scope| {
        for _ in 0..2 {
            // Runs tasks until the channel is closed.
            scope.spawn(|| block_on(executor.run(is_done.recv())));
        }
        let answers = block_on(join_all(tasks));
        drop(done);
        answers
    })
}

type Boxed<'a> = std::pin::Pin<Box<dyn Future<Output = u32> + Send + 'a>>;

fn for_ever<'a>(future: impl Future<Output = u32> + Send + 'a) -> Boxed<'static> {
    unsafe { std::mem::transmute::<Boxed<'a>, Boxed<'static>>(Box::pin(future)) }
}
