//! verdict: compile-error
//! Keeps the passage in an `Rc`, so no executor of several threads takes the future.
//!
//! A lane of a toll station: its camera reads number plates, and each passage is to be billed.

use std::cell::RefCell;
use std::rc::Rc;

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
    /// Taken from the camera, and not passed on yet.
    next: Rc<RefCell<Option<Passage>>>,
}

impl Lane {
    pub fn new(camera: Receiver<Passage>, billing: Sender<Passage>) -> Self {
        Self { camera, billing, next: Rc::default() }
    }

    /// Waits for the next passage, then for room in the channel to billing, and passes this one passage on. Passages
    /// keep their order, and each is passed on once. While one waits for room, no other is taken from the camera. A
    /// future that is dropped loses nothing: the next call passes on what this one has taken. Nor does it hold up other
    /// lanes: they get the room that it waited for. May be awaited in any task.
    pub async fn pass_on(&mut self) -> Result<(), Stopped> {
        if self.next.borrow().is_none() {
            let passage = self.camera.recv().await.map_err(|_| Stopped::NoMoreCars)?;
            self.next.replace(Some(passage));
        }
        let next = self.next.borrow().clone();
        if let Some(copy) = next {
            self.billing.send(copy).await.map_err(|_| Stopped::NobodyBills)?;
            self.next.replace(None);
        }
        Ok(())
    }
}
