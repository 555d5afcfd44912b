//! verdict: compile-error
//! std's guard is not `Send`, so the future is not either. A guard that is held across an await needs an async mutex.
//!
//! The pumps of a greenhouse.

use std::sync::Mutex;
use std::time::Duration;

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
        let mut valve = self.valve.lock().unwrap();
        valve.open();
        smol::Timer::after(duration).await;
        valve.close();
    }
}
