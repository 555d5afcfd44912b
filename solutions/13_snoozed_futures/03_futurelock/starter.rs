//! A weather station: it writes down what its sensor measures and sends it to a control room.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::sync::mpsc::Sender;
use tokio::time::sleep;

/// A note is made of what has not ended after this time.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// What is written down, and what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    Value(u32),
    /// Something takes longer than `PATIENCE`.
    Late,
}

/// Measures. A measurement takes its time and wears the sensor out.
pub trait Sensor: Send + Sync + 'static {
    fn measure(&self) -> impl Future<Output = u32> + Send;
}

/// A station with a log that others use as well. A clone shares sensor and log.
pub struct Station<S> {
    sensor: Arc<S>,
    log: Arc<Mutex<Vec<Entry>>>,
}

impl<S> Clone for Station<S> {
    fn clone(&self) -> Self {
        Self { sensor: Arc::clone(&self.sensor), log: Arc::clone(&self.log) }
    }
}

impl<S: Sensor> Station<S> {
    pub fn new(sensor: S) -> Self {
        Self { sensor: Arc::new(sensor), log: Arc::default() }
    }

    pub fn log(&self) -> Arc<Mutex<Vec<Entry>>> {
        Arc::clone(&self.log)
    }

    /// Measures once and writes the value into the log. If measuring and writing have not ended `PATIENCE` after the call,
    /// writes `Late`, once, as soon as the log is free.
    pub async fn record(&self) {
        let mut writing = pin!(async {
            let value = self.sensor.measure().await;
            self.write(Entry::Value(value)).await;
        });
        tokio::select! {
            biased;
            () = &mut writing => return,
            // TODO: what does `writing` wait for at this moment, and does anything poll it?
            () = sleep(PATIENCE) => self.write(Entry::Late).await,
        }
        writing.await;
    }

    /// Sends `value` to the control room, and `Late` behind it, once, if that has not ended after `PATIENCE`.
    pub async fn report(&self, room: &Sender<Entry>, value: u32) {
        let mut sending = pin!(self.send(room, Entry::Value(value)));
        tokio::select! {
            biased;
            () = &mut sending => return,
            // TODO: the same with a channel.
            () = sleep(PATIENCE) => self.send(room, Entry::Late).await,
        }
        sending.await;
    }

    async fn write(&self, entry: Entry) {
        self.log.lock().await.push(entry);
    }

    async fn send(&self, room: &Sender<Entry>, entry: Entry) {
        // An error means that nobody is in the control room.
        let _ = room.send(entry).await;
    }
}
