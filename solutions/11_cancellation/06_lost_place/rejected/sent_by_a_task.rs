//! verdict: failing-test a_client_that_gives_up_sends_nothing
//! The task keeps the place even after the caller has given up, and then sends a text that nobody wants any more.
//!
//! A line to a printer that several clients share. A client that waits for it tells its user so.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::sleep;

/// How often a user is told that the line is still taken.
pub const PATIENCE: Duration = Duration::from_millis(10);

/// What was sent over the line, in this order.
pub type Line = Arc<Mutex<Vec<String>>>;

/// Waits for its turn on `line`, then sends `text`. Calls `still_waiting` every `PATIENCE` until its turn comes. May be
/// awaited in any task. A future that is dropped leaves the queue and sends nothing.
pub async fn send(line: &Line, text: &str, mut still_waiting: impl FnMut()) {
    let (queue, own) = (Arc::clone(line), text.to_owned());
    let mut sending = tokio::spawn(async move { queue.lock().await.push(own) });
    loop {
        tokio::select! {
            biased;
            sent = &mut sending => return sent.expect("pushing does not panic"),
            () = sleep(PATIENCE) => still_waiting(),
        }
    }
}
