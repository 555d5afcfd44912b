//! verdict: failing-test two_flushes_keep_what_each_of_them_was_refused
//! Copies the refused ones out, adds one and writes them back. Another flush may add one in between.
//!
//! Measurements of a service, sent to a collector in the background.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

/// Where measurements are stored. Storing one may take a while.
pub trait Collector: Send + Sync + 'static {
    /// Returns whether the collector took the measurement.
    fn store(&self, measurement: u64) -> impl Future<Output = bool> + Send;
}

#[derive(Default)]
struct State {
    waiting: VecDeque<u64>,
    refused: Vec<u64>,
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
        self.state.lock().unwrap().waiting.push_back(measurement);
    }

    /// How many measurements have not been sent yet.
    pub fn waiting(&self) -> usize {
        self.state.lock().unwrap().waiting.len()
    }

    /// The measurements that the collector refused.
    pub fn refused(&self) -> Vec<u64> {
        self.state.lock().unwrap().refused.clone()
    }

    /// Spawns a task that sends the measurements, the oldest first and one at a time, until none is waiting.
    pub fn flush<C: Collector>(&self, collector: Arc<C>) -> JoinHandle<()> {
        let telemetry = self.clone();
        tokio::spawn(async move {
            loop {
                let Some(measurement) = telemetry.state.lock().unwrap().waiting.pop_front() else {
                    break;
                };
                if !collector.store(measurement).await {
                    let mut refused = telemetry.refused();
                    refused.push(measurement);
                    telemetry.state.lock().unwrap().refused = refused;
                }
            }
        })
    }
}
