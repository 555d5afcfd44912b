//! Measurements of a service, sent to a collector in the background.

use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

/// Where measurements are stored. Storing one may take a while.
pub trait Collector: Send + Sync + 'static {
    /// Returns whether the collector took the measurement.
    fn store(&self, measurement: u64) -> impl Future<Output = bool> + Send;
}

/// A measurement, and whether the collector refused it.
type Entry = (u64, bool);

/// All measurements. Those from `next` on have not been sent.
#[derive(Default)]
struct State {
    all: Vec<Entry>,
    next: usize,
}

/// The measurements that wait for the collector, and those that it refused. Clones share them.
#[derive(Clone, Default)]
pub struct Telemetry {
    state: Arc<Mutex<State>>,
}

impl Telemetry {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a measurement to those that wait.
    pub fn record(&self, measurement: u64) {
        self.state.lock().unwrap().all.push((measurement, false));
    }

    /// How many measurements have not been sent yet.
    pub fn waiting(&self) -> usize {
        let state = self.state.lock().unwrap();
        state.all.len() - state.next
    }

    /// The measurements that the collector refused.
    pub fn refused(&self) -> Vec<u64> {
        self.state.lock().unwrap().all.iter().filter(|entry| entry.1).map(|entry| entry.0).collect()
    }

    /// Spawns a task that sends the measurements, the oldest first and one at a time, until none is waiting.
    pub fn flush<C: Collector>(&self, collector: Arc<C>) -> JoinHandle<()> {
        let telemetry = self.clone();
        tokio::spawn(async move {
            loop {
                let (place, measurement) = {
                    let mut state = telemetry.state.lock().unwrap();
                    let place = state.next;
                    let Some(&(measurement, _)) = state.all.get(place) else { return };
                    state.next += 1;
                    (place, measurement)
                };
                let taken = collector.store(measurement).await;
                telemetry.state.lock().unwrap().all[place].1 = !taken;
            }
        })
    }
}
