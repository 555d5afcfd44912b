//! verdict: deadlock a_stage_of_the_past_is_reached
//! Sends each stage as an event. A pager knows nothing of those before it was made.
//!
//! Meals of a takeaway. A guest gets a pager, which says how far the kitchen is.

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};

/// How far a meal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Ordered,
    Cooking,
    Ready,
    Served,
}

/// A meal, on the side of the kitchen.
pub struct Meal {
    stages: Sender<Stage>,
}

impl Meal {
    /// A meal that was just ordered.
    pub fn ordered() -> Self {
        Self { stages: Sender::new(8) }
    }

    /// The meal is at `stage` now, whether or not a guest has a pager. The kitchen may skip stages, but never
    /// goes back.
    pub fn set(&self, stage: Stage) {
        let _ = self.stages.send(stage);
    }

    /// A pager for this meal. A guest may come for it at any time.
    pub fn pager(&self) -> Pager {
        Pager { stages: self.stages.subscribe(), now: Stage::Ordered }
    }
}

/// A pager, on the side of the guest.
pub struct Pager {
    stages: Receiver<Stage>,
    now: Stage,
}

impl Pager {
    /// How far the meal is now. If the kitchen has dropped it: how far it came.
    pub fn stage(&self) -> Stage {
        self.now
    }

    /// Waits until the meal is at `stage` or further, and returns `true`. Returns `false` if the kitchen drops the meal
    /// before.
    pub async fn reached(&mut self, stage: Stage) -> bool {
        loop {
            if self.now >= stage {
                return true;
            }
            match self.stages.recv().await {
                Ok(stage) => self.now = stage,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return false,
            }
        }
    }
}
