//! A search through the logs of several machines.

use std::sync::Arc;

use async_std::channel::{Sender, bounded};
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
    let searching = Arc::new(Searching(found.clone()));
    for mut machine in machines {
        let (searching, text) = (Arc::clone(&searching), text.to_owned());
        task::spawn(async move {
            while let Some(line) = machine.next(&text).await {
                if searching.0.send(line).await.is_err() {
                    return;
                }
            }
        });
    }
    drop(searching);
    let mut all = Vec::new();
    while let Ok(line) = lines.recv().await {
        all.push(line);
    }
    all
}

/// Closes the channel when the last task has ended, whoever else has a sender.
struct Searching(Sender<String>);

impl Drop for Searching {
    fn drop(&mut self) {
        self.0.close();
    }
}
