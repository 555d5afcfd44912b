//! verdict: deadlock logs_are_searched_at_the_same_time
//! A channel for each machine, read one after the other: while the first log is slow, the other ones wait for room.
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
    let mut logs = Vec::new();
    for mut machine in machines {
        let (found, lines) = bounded(1);
        let text = text.to_owned();
        task::spawn(async move {
            while let Some(line) = machine.next(&text).await {
                if found.send(line).await.is_err() {
                    return;
                }
            }
        });
        logs.push(lines);
    }
    let mut all = Vec::new();
    for lines in logs {
        while let Ok(line) = lines.recv().await {
            all.push(line);
        }
    }
    all
}
