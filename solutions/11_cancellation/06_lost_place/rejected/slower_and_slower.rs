//! verdict: failing-test a_user_is_told_again_and_again_that_the_line_is_taken
//! Tells the user less often each time.
//!
//! A line to a printer that several clients share. A client that waits for it tells its user so.

use std::pin::pin;
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
    let mut turn = pin!(line.lock());
    let mut patience = PATIENCE;
    loop {
        tokio::select! {
            biased;
            mut sent = &mut turn => {
                sent.push(text.to_owned());
                return;
            }
            () = sleep(patience) => {
                still_waiting();
                patience *= 2;
            },
        }
    }
}
