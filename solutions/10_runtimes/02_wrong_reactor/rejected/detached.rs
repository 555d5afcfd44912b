//! verdict: failing-test smol_the_valve_is_open_for_the_whole_time
//! Waters in a task that nobody awaits, and returns before the valve is closed.
//!
//! The pumps of a greenhouse.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

/// What a pump opens and closes. Neither takes any time.
pub trait Valve: Send + 'static {
    fn open(&mut self);
    fn close(&mut self);
}

/// A pump with one valve.
pub struct Pump<V> {
    valve: Arc<Mutex<V>>,
}

impl<V: Valve> Pump<V> {
    pub fn new(valve: V) -> Self {
        Self { valve: Arc::new(Mutex::new(valve)) }
    }

    /// Opens the valve for `duration`. Waterings of one pump take turns. May be awaited in any task, on any runtime.
    pub async fn water(&self, duration: Duration) {
        let valve = Arc::clone(&self.valve);
        smol::spawn(async move {
            let mut valve = valve.lock().await;
            valve.open();
            smol::Timer::after(duration).await;
            valve.close();
        })
        .detach();
    }
}
