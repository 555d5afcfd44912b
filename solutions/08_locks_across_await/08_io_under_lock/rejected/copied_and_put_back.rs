//! verdict: failing-test answers_that_come_at_once_are_all_stored
//! Locks twice, briefly: it copies the map, changes the copy and puts it back. Answers stored in between are lost.
//!
//! Readings of sensors that answer over a slow line.

use std::collections::HashMap;

use std::sync::Mutex;

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
        let reading = self.line.query(sensor).await;
        let mut copy = self.readings.lock().unwrap().clone();
        copy.insert(sensor, reading);
        *self.readings.lock().unwrap() = copy;
    }

    /// The last reading stored for `sensor`, at once.
    pub async fn latest(&self, sensor: u32) -> Option<i64> {
        self.readings.lock().unwrap().get(&sensor).copied()
    }
}
