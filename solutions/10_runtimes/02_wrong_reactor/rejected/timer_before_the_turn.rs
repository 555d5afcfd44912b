//! verdict: failing-test smol_waterings_of_one_pump_take_turns
//! The timer runs while the watering waits for its turn, so the valve is open for too short a time.

use std::time::Duration;

use smol::Timer;
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
        let timer = Timer::after(duration);
        let mut valve = self.valve.lock().await;
        valve.open();
        timer.await;
        valve.close();
    }
}
