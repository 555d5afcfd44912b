//! verdict: livelock smol_waterings_of_one_pump_take_turns
//! Asks for the time in a loop. `yield_now` lets other tasks run, but the processor never rests.
//!
//! The pumps of a greenhouse.

use std::time::Duration;

use tokio::sync::Mutex;

/// What a pump opens and closes. Neither takes any time.
pub trait Valve: Send {
    fn open(&mut self);
    fn close(&mut self);
}

/// A pump with one valve.
pub struct Pump<V> {
    valve: Mutex<V>,
}

impl<V: Valve> Pump<V> {
    pub fn new(valve: V) -> Self {
        Self { valve: Mutex::new(valve) }
    }

    /// Opens the valve for `duration`. Waterings of one pump take turns. May be awaited in any task, on any runtime.
    pub async fn water(&self, duration: Duration) {
        let mut valve = self.valve.lock().await;
        valve.open();
        let start = std::time::Instant::now();
        while start.elapsed() < duration {
            smol::future::yield_now().await;
        }
        valve.close();
    }
}
