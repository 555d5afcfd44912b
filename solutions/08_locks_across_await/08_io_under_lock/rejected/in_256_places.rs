//! verdict: failing-test every_answer_is_stored
//! An array in place of the map: sensors whose numbers differ by 256 share an entry.
//!
//! Readings of sensors that answer over a slow line.

use std::sync::Mutex;

/// A line to the sensors. A query takes as long as the line takes.
pub trait Line {
    fn query(&self, sensor: u32) -> impl Future<Output = i64> + Send;
}

/// The latest reading of each sensor, for tasks on several threads.
pub struct Registry<L> {
    line: L,
    readings: Mutex<[Option<i64>; 256]>,
}

impl<L: Line> Registry<L> {
    pub fn new(line: L) -> Self {
        Self { line, readings: Mutex::new([None; 256]) }
    }

    /// Queries `sensor` and returns when its answer is stored.
    pub async fn refresh(&self, sensor: u32) {
        let reading = self.line.query(sensor).await;
        self.readings.lock().unwrap()[sensor as usize % 256] = Some(reading);
    }

    /// The last reading stored for `sensor`, at once.
    pub async fn latest(&self, sensor: u32) -> Option<i64> {
        self.readings.lock().unwrap()[sensor as usize % 256]
    }
}
