//! verdict: panic tokio_two_pumps_water_at_once
//! A tokio runtime for each watering. Its `block_on` blocks the thread, and on tokio it panics.
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
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(tokio::time::sleep(duration));
        valve.close();
    }
}
