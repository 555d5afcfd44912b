//! Many questions to one source at the same time: on one task, and on two threads.

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
    // TODO: a spawned task must not borrow, and here both the source and the questions are borrowed.
    let tasks: Vec<_> =
        questions.iter().map(|question| tokio::spawn(async move { source.answer(question).await })).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("a question panicked"));
    }
    answers
}

/// The same from plain code, on two threads that share the work. While no question can go on, they sleep.
pub fn ask_all_on_two_threads(source: &impl Source, questions: &[&str]) -> Vec<u32> {
    let questions = tidy(questions);
    // TODO: smol's global executor lives forever, and its tasks must not borrow from this function.
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
