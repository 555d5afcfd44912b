//! verdict: failing-test a_thousand_refreshes_take_as_long_as_one
//! A semaphore lets 256 sensors be asked at a time. One more has to wait.
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
    places: tokio::sync::Semaphore,
}

impl<L: Line> Registry<L> {
    pub fn new(line: L) -> Self {
        Self { line, readings: Mutex::default(), places: tokio::sync::Semaphore::new(256) }
    }

    /// Queries `sensor` and returns when its answer is stored.
    pub async fn refresh(&self, sensor: u32) {
        let _place = self.places.acquire().await.unwrap();
        let reading = self.line.query(sensor).await;
        self.readings.lock().unwrap().insert(sensor, reading);
    }

    /// The last reading stored for `sensor`, at once.
    pub async fn latest(&self, sensor: u32) -> Option<i64> {
        self.readings.lock().unwrap().get(&sensor).copied()
    }
}
