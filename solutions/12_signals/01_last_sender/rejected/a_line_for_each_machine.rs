//! verdict: failing-test a_search_ends_when_every_machine_has_been_searched
//! Expects one line of each machine.
//!
//! A search through the logs of several machines.

use async_std::channel::bounded;
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
    let (found, lines) = bounded(1);
    let count = machines.len();
    for mut machine in machines {
        let (found, text) = (found.clone(), text.to_owned());
        task::spawn(async move {
            while let Some(line) = machine.next(&text).await {
                if found.send(line).await.is_err() {
                    return;
                }
            }
        });
    }
    drop(found);
    let mut all = Vec::new();
    while all.len() < count {
        let Ok(line) = lines.recv().await else { break };
        all.push(line);
    }
    all
}
