//! Measurements of a service, sent to a collector in the background.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

/// Where measurements are stored. Storing one may take a while.
pub trait Collector: Send + Sync + 'static {
    /// Returns whether the collector took the measurement.
    fn store(&self, measurement: u64) -> impl Future<Output = bool> + Send;
}

struct Shared {
    waiting: Mutex<Receiver<u64>>,
    count: AtomicUsize,
    refused: Mutex<Vec<u64>>,
}

/// The measurements that wait for the collector, and those that it refused. Clones share them.
#[derive(Clone)]
pub struct Telemetry {
    recorder: Sender<u64>,
    shared: Arc<Shared>,
}

impl Telemetry {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let (recorder, waiting) = channel();
        let shared =
            Shared { waiting: Mutex::new(waiting), count: AtomicUsize::new(0), refused: Mutex::new(Vec::new()) };
        Self { recorder, shared: Arc::new(shared) }
    }

    /// Adds a measurement to those that wait.
    pub fn record(&self, measurement: u64) {
        self.shared.count.fetch_add(1, SeqCst);
        self.recorder.send(measurement).expect("the receiver is in `shared`");
    }

    /// How many measurements have not been sent yet.
    pub fn waiting(&self) -> usize {
        self.shared.count.load(SeqCst)
    }

    /// The measurements that the collector refused.
    pub fn refused(&self) -> Vec<u64> {
        self.shared.refused.lock().unwrap().clone()
    }

    fn next(&self) -> Option<u64> {
        let next = self.shared.waiting.lock().unwrap().try_recv().ok()?;
        self.shared.count.fetch_sub(1, SeqCst);
        Some(next)
    }

    /// Spawns a task that sends the measurements, the oldest first and one at a time, until none is waiting.
    pub fn flush<C: Collector>(&self, collector: Arc<C>) -> JoinHandle<()> {
        let telemetry = self.clone();
        tokio::spawn(async move {
            while let Some(measurement) = telemetry.next() {
                if !collector.store(measurement).await {
                    telemetry.shared.refused.lock().unwrap().push(measurement);
                }
            }
        })
    }
}
