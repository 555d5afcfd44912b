//! verdict: failing-test a_full_channel_makes_pass_on_wait
//! Puts passages into a queue of its own without a limit, and reports them as passed on.
//!
//! A lane of a toll station: its camera reads number plates, and each passage is to be billed.

use async_std::channel::{Receiver, Sender, unbounded};
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
    queue: Sender<Passage>,
}

impl Lane {
    pub fn new(camera: Receiver<Passage>, billing: Sender<Passage>) -> Self {
        let (queue, queued) = unbounded();
        task::spawn(async move {
            while let Ok(passage) = queued.recv().await {
                if billing.send(passage).await.is_err() {
                    return;
                }
            }
        });
        Self { camera, queue }
    }

    /// Waits for the next passage, then for room in the channel to billing, and passes this one passage on. Passages
    /// keep their order, and each is passed on once. While one waits for room, no other is taken from the camera. A
    /// future that is dropped loses nothing: the next call passes on what this one has taken. Nor does it hold up other
    /// lanes: they get the room that it waited for. May be awaited in any task.
    pub async fn pass_on(&mut self) -> Result<(), Stopped> {
        let passage = self.camera.recv().await.map_err(|_| Stopped::NoMoreCars)?;
        self.queue.try_send(passage).map_err(|_| Stopped::NobodyBills)
    }
}
