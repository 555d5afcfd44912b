//! verdict: failing-test a_search_that_is_dropped_ends_its_tasks
//! The tasks write into a shared list, and cannot know that nobody waits for it.
//!
//! A search through the logs of several machines.

use std::sync::{Arc, Mutex};

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
    let all = Arc::new(Mutex::new(Vec::new()));
    let (ends, ended) = bounded::<()>(1);
    for mut machine in machines {
        let (all, ends, text) = (Arc::clone(&all), ends.clone(), text.to_owned());
        task::spawn(async move {
            while let Some(line) = machine.next(&text).await {
                all.lock().unwrap().push(line);
            }
            drop(ends);
        });
    }
    drop(ends);
    while ended.recv().await.is_ok() {}
    std::mem::take(&mut *all.lock().unwrap())
}
