//! Meals of a takeaway. A guest gets a pager, which says how far the kitchen is.

use tokio::sync::watch::{Receiver, Sender};

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
    stage: Sender<Stage>,
}

impl Meal {
    /// A meal that was just ordered.
    pub fn ordered() -> Self {
        Self { stage: Sender::new(Stage::Ordered) }
    }

    /// The meal is at `stage` now, whether or not a guest has a pager. The kitchen may skip stages, but never
    /// goes back.
    pub fn set(&self, stage: Stage) {
        // TODO: what becomes of the stage if nobody has a pager?
        let _ = self.stage.send(stage);
    }

    /// A pager for this meal. A guest may come for it at any time.
    pub fn pager(&self) -> Pager {
        Pager { stage: self.stage.subscribe() }
    }
}

/// A pager, on the side of the guest.
pub struct Pager {
    stage: Receiver<Stage>,
}

impl Pager {
    /// How far the meal is now. If the kitchen has dropped it: how far it came.
    pub fn stage(&self) -> Stage {
        *self.stage.borrow()
    }

    /// Waits until the meal is at `stage` or further, and returns `true`. Returns `false` if the kitchen drops the meal
    /// before.
    pub async fn reached(&mut self, stage: Stage) -> bool {
        // TODO: what if the meal is there already, and what if it skips this stage?
        while self.stage.changed().await.is_ok() {
            if *self.stage.borrow() == stage {
                return true;
            }
        }
        false
    }
}
