//! verdict: failing-test when_a_refresh_returns_an_answer_is_stored
//! Never asks a sensor twice at the same time: the second caller returns before there is an answer, and a cancelled refresh blocks its sensor forever.
//!
//! Readings of sensors that answer over a slow line.

use std::collections::{HashMap, HashSet};

use tokio::sync::Mutex;

/// A line to the sensors. A query takes as long as the line takes.
pub trait Line {
    fn query(&self, sensor: u32) -> impl Future<Output = i64> + Send;
}

/// The latest reading of each sensor, for tasks on several threads.
pub struct Registry<L> {
    line: L,
    readings: Mutex<HashMap<u32, i64>>,
    asked: Mutex<HashSet<u32>>,
}

impl<L: Line> Registry<L> {
    pub fn new(line: L) -> Self {
        Self { line, readings: Mutex::default(), asked: Mutex::default() }
    }

    /// Queries `sensor` and returns when its answer is stored.
    pub async fn refresh(&self, sensor: u32) {
        if !self.asked.lock().await.insert(sensor) {
            return;
        }
        let reading = self.line.query(sensor).await;
        self.readings.lock().await.insert(sensor, reading);
        self.asked.lock().await.remove(&sensor);
    }

    /// The last reading stored for `sensor`, at once.
    pub async fn latest(&self, sensor: u32) -> Option<i64> {
        self.readings.lock().await.get(&sensor).copied()
    }
}
