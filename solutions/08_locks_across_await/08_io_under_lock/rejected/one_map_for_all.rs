//! verdict: failing-test two_registries_share_nothing
//! A `static` map: a registry returns readings that other registries stored.
//!
//! Readings of sensors that answer over a slow line.

use std::collections::BTreeMap;

use tokio::sync::Mutex;

static READINGS: Mutex<BTreeMap<u32, i64>> = Mutex::const_new(BTreeMap::new());

/// A line to the sensors. A query takes as long as the line takes.
pub trait Line {
    fn query(&self, sensor: u32) -> impl Future<Output = i64> + Send;
}

/// The latest reading of each sensor, for tasks on several threads.
pub struct Registry<L> {
    line: L,
}

impl<L: Line> Registry<L> {
    pub fn new(line: L) -> Self {
        Self { line }
    }

    /// Queries `sensor` and returns when its answer is stored.
    pub async fn refresh(&self, sensor: u32) {
        let reading = self.line.query(sensor).await;
        READINGS.lock().await.insert(sensor, reading);
    }

    /// The last reading stored for `sensor`, at once.
    pub async fn latest(&self, sensor: u32) -> Option<i64> {
        READINGS.lock().await.get(&sensor).copied()
    }
}
