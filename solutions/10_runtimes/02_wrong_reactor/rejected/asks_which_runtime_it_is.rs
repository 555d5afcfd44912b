//! verdict: panic tokio_needs_no_timers_of_its_own
//! Takes tokio's timer where there is a tokio runtime. That runtime may have been built without timers.

use std::time::Duration;

use smol::Timer;
use tokio::runtime::Handle;
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
        if Handle::try_current().is_ok() {
            tokio::time::sleep(duration).await;
        } else {
            Timer::after(duration).await;
        }
        valve.close();
    }
}
