//! The panel of a burglar alarm, and its line to the control room.

use std::pin::pin;
use std::time::Duration;

use async_std::channel::{Receiver, TryRecvError};
use async_std::task;
use futures::FutureExt;
use futures::future::{Either, select};

/// How much time passes between two heartbeats.
pub const PERIOD: Duration = Duration::from_secs(60);

/// The line to the control room.
pub trait Line: Send + 'static {
    /// Reports an event. This takes as long as the line takes. An event whose report is dropped has not been reported.
    fn report(&mut self, event: String) -> impl Future<Output = ()> + Send;

    /// Sends a heartbeat. This takes no time.
    fn heartbeat(&mut self);
}

/// Reports every event, each as soon as the line is free, in their order. Sends a heartbeat when `PERIOD` has passed
/// since the last one, or since the start. If an event is being reported at that time, the heartbeat follows right
/// after that report, before any other. Heartbeats missed meanwhile are not made up. Returns as soon as the channel is
/// closed and empty. May be awaited in any task. A future that is dropped sends nothing more.
pub async fn serve<L: Line>(events: Receiver<String>, mut line: L) {
    let mut due = pin!(task::sleep(PERIOD));
    loop {
        if due.as_mut().now_or_never().is_some() {
            line.heartbeat();
            due.set(task::sleep(PERIOD));
            continue;
        }
        let event = match events.try_recv() {
            Ok(event) => event,
            Err(TryRecvError::Closed) => return,
            Err(TryRecvError::Empty) => match select(due.as_mut(), pin!(events.recv())).await {
                Either::Left(_) => {
                    line.heartbeat();
                    due.set(task::sleep(PERIOD));
                    continue;
                }
                Either::Right((Ok(event), _)) => event,
                Either::Right((Err(_), _)) => return,
            },
        };
        line.report(event).await;
    }
}
