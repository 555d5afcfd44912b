//! verdict: failing-test a_thousand_answers_take_as_long_as_one
//! A stream that buffers 256 questions: the next one waits for an answer.
//!
//! Many questions to one source at the same time: on one task, and on two threads.

use futures::StreamExt;

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
    let asked: Vec<_> = questions.iter().map(|question| source.answer(question)).collect();
    futures::stream::iter(asked).buffered(256).collect().await
}

/// The same from plain code, on two threads that share the work. While no question can go on, they sleep.
pub fn ask_all_on_two_threads(source: &impl Source, questions: &[&str]) -> Vec<u32> {
    let questions = tidy(questions);
    let executor = smol::Executor::new();
    let tasks: Vec<_> = questions.iter().map(|question| executor.spawn(source.answer(question))).collect();
    let (done, is_done) = smol::channel::bounded::<()>(1);
    std::thread::scope(|scope| {
        scope.spawn(|| smol::block_on(executor.run(is_done.recv())));
        scope.spawn(|| smol::block_on(executor.run(is_done.recv())));
        let answers = smol::block_on(futures::future::join_all(tasks));
        drop(done);
        answers
    })
}
