//! verdict: failing-test a_reader_does_not_wait_for_the_line
//! A lock for each sensor: refreshes of different sensors do not wait for each other, but a reader waits for the query.
//!
//! Readings of sensors that answer over a slow line.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;

/// A line to the sensors. A query takes as long as the line takes.
pub trait Line {
    fn query(&self, sensor: u32) -> impl Future<Output = i64> + Send;
}

/// The latest reading of each sensor, for tasks on several threads.
pub struct Registry<L> {
    line: L,
    readings: Mutex<HashMap<u32, Arc<Mutex<Option<i64>>>>>,
}

impl<L: Line> Registry<L> {
    pub fn new(line: L) -> Self {
        Self { line, readings: Mutex::default() }
    }

    /// Queries `sensor` and returns when its answer is stored.
    pub async fn refresh(&self, sensor: u32) {
        let reading = Arc::clone(self.readings.lock().await.entry(sensor).or_default());
        let mut reading = reading.lock().await;
        *reading = Some(self.line.query(sensor).await);
    }

    /// The last reading stored for `sensor`, at once.
    pub async fn latest(&self, sensor: u32) -> Option<i64> {
        let reading = Arc::clone(self.readings.lock().await.get(&sensor)?);
        *reading.lock().await
    }
}
