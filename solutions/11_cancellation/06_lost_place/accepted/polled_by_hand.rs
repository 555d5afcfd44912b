//! A line to a printer that several clients share. A client that waits for it tells its user so.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
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
    let mut turn = pin!(line.lock());
    let mut pause = pin!(sleep(PATIENCE));
    poll_fn(|context| {
        if let Poll::Ready(mut sent) = turn.as_mut().poll(context) {
            sent.push(text.to_owned());
            return Poll::Ready(());
        }
        while pause.as_mut().poll(context).is_ready() {
            still_waiting();
            let next = pause.deadline() + PATIENCE;
            pause.as_mut().reset(next);
        }
        Poll::Pending
    })
    .await;
}
