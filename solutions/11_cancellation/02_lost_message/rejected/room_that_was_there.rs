//! verdict: failing-test lanes_that_share_a_billing_service_lose_nothing
//! Makes sure that there is room before it takes a passage. Another lane fills it while this one waits for a car.
//!
//! A lane of a toll station: its camera reads number plates, and each passage is to be billed.

use std::time::Duration;

use async_std::channel::{Receiver, Sender, TrySendError};
use async_std::task;

/// A car that has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    pub plate: String,
}

/// Why there is nothing to pass on any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The camera is off, and everything that it has seen has been passed on.
    NoMoreCars,
    /// Nobody receives passages any more.
    NobodyBills,
}

/// A lane between its camera and the billing service. Several lanes may share one billing service.
pub struct Lane {
    camera: Receiver<Passage>,
    billing: Sender<Passage>,
}

impl Lane {
    pub fn new(camera: Receiver<Passage>, billing: Sender<Passage>) -> Self {
        Self { camera, billing }
    }

    /// Waits for the next passage, then for room in the channel to billing, and passes this one passage on. Passages
    /// keep their order, and each is passed on once. While one waits for room, no other is taken from the camera. A
    /// future that is dropped loses nothing: the next call passes on what this one has taken. Nor does it hold up other
    /// lanes: they get the room that it waited for. May be awaited in any task.
    pub async fn pass_on(&mut self) -> Result<(), Stopped> {
        while self.billing.is_full() {
            task::sleep(Duration::from_millis(10)).await;
        }
        let passage = self.camera.recv().await.map_err(|_| Stopped::NoMoreCars)?;
        match self.billing.try_send(passage) {
            Err(TrySendError::Closed(_)) => Err(Stopped::NobodyBills),
            // There was room a moment ago.
            _ => Ok(()),
        }
    }
}
