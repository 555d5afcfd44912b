//! A search through the logs of several machines.

use async_std::channel::{Sender, unbounded};
use async_std::task;

/// A machine with a log. Reading a log may take long, and may panic.
pub trait Machine: Send + 'static {
    /// The next line that contains `text`. `None` at the end of the log.
    fn next(&mut self, text: &str) -> impl Future<Output = Option<String>> + Send;
}

/// Says that a log was searched, even if its machine panicked.
struct End(Sender<Option<String>>);

impl Drop for End {
    fn drop(&mut self) {
        let _ = self.0.try_send(None);
    }
}

/// All lines that contain `text`. The logs are searched at the same time, each by a task of its own. If a log cannot be
/// read to its end, because its machine panics, the lines found so far remain. If the caller gives up, each task ends
/// as soon as it finds another line.
pub async fn search<M: Machine>(machines: Vec<M>, text: &str) -> Vec<String> {
    let (found, lines) = unbounded();
    let mut searched = machines.len();
    for mut machine in machines {
        let (end, text) = (End(found.clone()), text.to_owned());
        task::spawn(async move {
            while let Some(line) = machine.next(&text).await {
                if end.0.send(Some(line)).await.is_err() {
                    return;
                }
            }
        });
    }
    let mut all = Vec::new();
    while searched > 0 {
        match lines.recv().await {
            Ok(Some(line)) => all.push(line),
            Ok(None) => searched -= 1,
            Err(_) => break,
        }
    }
    all
}
