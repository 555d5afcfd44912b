//! Many questions to one source at the same time: on one task, and on two threads.

/// Answers questions. It may take its time, and compute for a while.
pub trait Source: Sync {
    fn answer(&self, question: &str) -> impl Future<Output = u32> + Send;
}

/// Questions are asked in lower case, without space around them.
fn tidy(questions: &[&str]) -> Vec<String> {
    questions.iter().map(|question| question.trim().to_lowercase()).collect()
}

/// Asks all `questions` at the same time and returns the answers in their order.
pub async fn ask_all(source: &impl Source, questions: &[&str]) -> Vec<u32> {
    let questions = tidy(questions);
    // TODO: a spawned task must not borrow, and here everything is borrowed.
    let tasks: Vec<_> =
        questions.iter().map(|question| tokio::spawn(async move { source.answer(question).await })).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("a question panicked"));
    }
    answers
}

/// The same from plain code, with two threads that share the work.
pub fn ask_all_on_two_threads(source: &impl Source, questions: &[&str]) -> Vec<u32> {
    let questions = tidy(questions);
    // TODO: smol's global executor lives for ever, and so must its tasks.
    let tasks: Vec<_> =
        questions.iter().map(|question| smol::spawn(async move { source.answer(question).await })).collect();
    smol::block_on(async {
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await);
        }
        answers
    })
}
