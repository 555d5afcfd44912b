//! A lane of a toll station: its camera reads number plates, and each passage is to be billed.

use async_std::channel::{Receiver, Sender, bounded};
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
    requests: Sender<()>,
    answers: Receiver<Result<(), Stopped>>,
    asked: bool,
}

impl Lane {
    pub fn new(camera: Receiver<Passage>, billing: Sender<Passage>) -> Self {
        let (requests, requested) = bounded(1);
        let (answer, answers) = bounded(1);
        task::spawn(async move {
            while requested.recv().await.is_ok() {
                let done = match camera.recv().await {
                    Ok(passage) => billing.send(passage).await.map_err(|_| Stopped::NobodyBills),
                    Err(_) => Err(Stopped::NoMoreCars),
                };
                if answer.send(done).await.is_err() {
                    return;
                }
            }
        });
        Self { requests, answers, asked: false }
    }

    /// Waits for the next passage, then for room in the channel to billing, and passes this one passage on. Passages
    /// keep their order, and each is passed on once. While one waits for room, no other is taken from the camera. A
    /// future that is dropped loses nothing: the next call passes on what this one has taken. Nor does it hold up other
    /// lanes: they get the room that it waited for. May be awaited in any task.
    pub async fn pass_on(&mut self) -> Result<(), Stopped> {
        if !self.asked {
            // There is room for it: there is one request at a time.
            let _ = self.requests.send(()).await;
            self.asked = true;
        }
        let answer = self.answers.recv().await;
        self.asked = false;
        match answer {
            Ok(answer) => answer,
            Err(_) => Err(Stopped::NoMoreCars),
        }
    }
}
