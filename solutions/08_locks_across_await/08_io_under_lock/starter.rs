//! Readings of sensors that answer over a slow line.

use std::collections::HashMap;

use tokio::sync::Mutex;

/// A line to the sensors. A query takes as long as the line takes.
pub trait Line {
    fn query(&self, sensor: u32) -> impl Future<Output = i64> + Send;
}

/// The latest reading of each sensor, for tasks on several threads.
pub struct Registry<L> {
    line: L,
    readings: Mutex<HashMap<u32, i64>>,
}

impl<L: Line> Registry<L> {
    pub fn new(line: L) -> Self {
        Self { line, readings: Mutex::default() }
    }

    /// Queries `sensor` and returns when its answer is stored.
    pub async fn refresh(&self, sensor: u32) {
        let mut readings = self.readings.lock().await;
        // TODO: the lock is held for as long as the line takes.
        let reading = self.line.query(sensor).await;
        readings.insert(sensor, reading);
    }

    /// The last reading stored for `sensor`, at once.
    pub async fn latest(&self, sensor: u32) -> Option<i64> {
        self.readings.lock().await.get(&sensor).copied()
    }
}
