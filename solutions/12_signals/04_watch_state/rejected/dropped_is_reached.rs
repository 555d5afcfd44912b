//! verdict: failing-test a_dropped_meal_has_come_as_far_as_it_has
//! Ignores the error that says that the kitchen has dropped the meal.
//!
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
        self.stage.send_replace(stage);
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
        let _ = self.stage.wait_for(|now| *now >= stage).await;
        true
    }
}
