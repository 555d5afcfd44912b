//! verdict: failing-test smol_two_pumps_water_at_once
//! `thread::sleep` needs no reactor. But it blocks the thread, and with it all other tasks.
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
        std::thread::sleep(duration);
        valve.close();
    }
}
