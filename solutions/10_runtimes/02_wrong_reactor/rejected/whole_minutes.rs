//! verdict: failing-test smol_the_valve_is_open_for_the_whole_time
//! Counts minutes; what is left of the last one is lost.
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
        for _ in 0..duration.as_secs() / 60 {
            smol::Timer::after(Duration::from_secs(60)).await;
        }
        valve.close();
    }
}
