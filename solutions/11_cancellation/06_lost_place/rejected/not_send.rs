//! verdict: compile-error cannot be sent between threads safely
//! Keeps an `Rc` across the await: only a task that stays on its thread can await this.
//!
//! A line to a printer that several clients share. A client that waits for it tells its user so.

use std::pin::pin;
use std::rc::Rc;
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
    let text: Rc<str> = Rc::from(text);
    loop {
        tokio::select! {
            biased;
            mut sent = &mut turn => {
                sent.push(text.to_string());
                return;
            }
            () = sleep(PATIENCE) => still_waiting(),
        }
    }
}
