//! verdict: failing-test a_machine_that_panics_ends_only_its_own_search
//! No channel: each task returns its lines. Awaiting a task that has panicked panics.
//!
//! A search through the logs of several machines.

use async_std::task;

/// A machine with a log. Reading a log may take long, and may panic.
pub trait Machine: Send + 'static {
    /// The next line that contains `text`. `None` at the end of the log.
    fn next(&mut self, text: &str) -> impl Future<Output = Option<String>> + Send;
}

/// All lines that contain `text`. The logs are searched at the same time, each by a task of its own. If a log cannot be
/// read to its end, because its machine panics, the lines found so far remain. If the caller gives up, each task ends
/// as soon as it finds another line.
pub async fn search<M: Machine>(machines: Vec<M>, text: &str) -> Vec<String> {
    let tasks: Vec<_> = machines
        .into_iter()
        .map(|mut machine| {
            let text = text.to_owned();
            task::spawn(async move {
                let mut lines = Vec::new();
                while let Some(line) = machine.next(&text).await {
                    lines.push(line);
                }
                lines
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.append(&mut task.await);
    }
    all
}
