//! verdict: failing-test a_queue_of_events_delays_a_heartbeat_by_one_report_at_most
//! If both are ready, it has taken the event and drops it.
//!
//! The panel of a burglar alarm, and its line to the control room.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use async_std::channel::{Receiver, RecvError};
use async_std::task;

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
    enum Turn {
        Heartbeat,
        Event(Result<String, RecvError>),
    }
    let mut due = pin!(task::sleep(PERIOD));
    loop {
        let turn = {
            let mut next = pin!(events.recv());
            poll_fn(|context| match (next.as_mut().poll(context), due.as_mut().poll(context)) {
                (_, Poll::Ready(())) => Poll::Ready(Turn::Heartbeat),
                (Poll::Ready(event), Poll::Pending) => Poll::Ready(Turn::Event(event)),
                (Poll::Pending, Poll::Pending) => Poll::Pending,
            })
            .await
        };
        match turn {
            Turn::Heartbeat => {
                line.heartbeat();
                due.set(task::sleep(PERIOD));
            }
            Turn::Event(Ok(event)) => line.report(event).await,
            Turn::Event(Err(_)) => return,
        }
    }
}
