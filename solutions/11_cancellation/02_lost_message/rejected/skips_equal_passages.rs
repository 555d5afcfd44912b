//! verdict: failing-test every_passage_is_billed_once_and_in_order
//! A car that passes twice in a row is billed once.
//!
//! A lane of a toll station: its camera reads number plates, and each passage is to be billed.

use async_std::channel::{Receiver, Sender};

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
    next: Option<Passage>,
    billed: Option<Passage>,
}

impl Lane {
    pub fn new(camera: Receiver<Passage>, billing: Sender<Passage>) -> Self {
        Self { camera, billing, next: None, billed: None }
    }

    /// Waits for the next passage, then for room in the channel to billing, and passes this one passage on. Passages
    /// keep their order, and each is passed on once. While one waits for room, no other is taken from the camera. A
    /// future that is dropped loses nothing: the next call passes on what this one has taken. Nor does it hold up other
    /// lanes: they get the room that it waited for. May be awaited in any task.
    pub async fn pass_on(&mut self) -> Result<(), Stopped> {
        if self.next.is_none() {
            self.next = Some(self.camera.recv().await.map_err(|_| Stopped::NoMoreCars)?);
        }
        if let Some(passage) = self.next.clone() {
            // A copy that has been billed must not be billed again.
            if self.billed.as_ref() != Some(&passage) {
                self.billing.send(passage.clone()).await.map_err(|_| Stopped::NobodyBills)?;
            }
            self.billed = Some(passage);
        }
        self.next = None;
        Ok(())
    }
}
