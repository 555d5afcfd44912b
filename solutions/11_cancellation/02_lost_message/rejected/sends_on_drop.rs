//! verdict: failing-test a_call_that_is_dropped_while_billing_is_full_loses_no_passage
//! When it is dropped, it tries once more, and loses the passage if there still is no room.
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

struct LastChance<'a> {
    billing: &'a Sender<Passage>,
    passage: Option<Passage>,
}

impl Drop for LastChance<'_> {
    fn drop(&mut self) {
        if let Some(passage) = self.passage.take() {
            let _ = self.billing.try_send(passage);
        }
    }
}

/// A lane between its camera and the billing service. Several lanes may share one billing service.
pub struct Lane {
    camera: Receiver<Passage>,
    billing: Sender<Passage>,
    next: Option<Passage>,
}

impl Lane {
    pub fn new(camera: Receiver<Passage>, billing: Sender<Passage>) -> Self {
        Self { camera, billing, next: None }
    }

    /// Waits for the next passage, then for room in the channel to billing, and passes this one passage on. Passages
    /// keep their order, and each is passed on once. While one waits for room, no other is taken from the camera. A
    /// future that is dropped loses nothing: the next call passes on what this one has taken. Nor does it hold up other
    /// lanes: they get the room that it waited for. May be awaited in any task.
    pub async fn pass_on(&mut self) -> Result<(), Stopped> {
        let passage = match self.next.take() {
            Some(passage) => passage,
            None => self.camera.recv().await.map_err(|_| Stopped::NoMoreCars)?,
        };
        let mut last_chance = LastChance { billing: &self.billing, passage: Some(passage.clone()) };
        let sent = self.billing.send(passage).await;
        last_chance.passage = None;
        sent.map_err(|_| Stopped::NobodyBills)
    }
}
