//! The panel of a burglar alarm, and its line to the control room.

use std::pin::{Pin, pin};
use std::time::Duration;

use async_std::channel::Receiver;
use async_std::task;
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

/// Ticks once in every period. Its timer is a field, so it outlives the futures that wait for a tick.
struct Ticker(Pin<Box<dyn Future<Output = ()> + Send>>);

impl Ticker {
    fn new() -> Self {
        Self(Box::pin(task::sleep(PERIOD)))
    }

    /// Waits for the next tick. If this future is dropped, the next one waits for the same tick.
    async fn tick(&mut self) {
        self.0.as_mut().await;
        self.0 = Box::pin(task::sleep(PERIOD));
    }
}

/// Reports every event, each as soon as the line is free, in their order. Sends a heartbeat when `PERIOD` has passed
/// since the last one, or since the start. If an event is being reported at that time, the heartbeat follows right
/// after that report, before any other. Heartbeats missed meanwhile are not made up. Returns as soon as the channel is
/// closed and empty. May be awaited in any task. A future that is dropped sends nothing more.
pub async fn serve<L: Line>(events: Receiver<String>, mut line: L) {
    let mut ticker = Ticker::new();
    loop {
        let event = match select(pin!(ticker.tick()), pin!(events.recv())).await {
            Either::Left(_) => None,
            Either::Right((event, _)) => Some(event),
        };
        match event {
            Some(Ok(event)) => line.report(event).await,
            Some(Err(_)) => return,
            None => line.heartbeat(),
        }
    }
}
