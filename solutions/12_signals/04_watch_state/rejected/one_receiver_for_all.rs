//! verdict: failing-test two_pagers_wait_for_two_stages
//! All pagers share one receiver, and wait for each other.
//!
//! Meals of a takeaway. A guest gets a pager, which says how far the kitchen is.

use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::sync::watch::{Receiver, Sender, channel};

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
    shared: Arc<Mutex<Receiver<Stage>>>,
}

impl Meal {
    /// A meal that was just ordered.
    pub fn ordered() -> Self {
        let (stage, receiver) = channel(Stage::Ordered);
        Self { stage, shared: Arc::new(Mutex::new(receiver)) }
    }

    /// The meal is at `stage` now, whether or not a guest has a pager. The kitchen may skip stages, but never
    /// goes back.
    pub fn set(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    /// A pager for this meal. A guest may come for it at any time.
    pub fn pager(&self) -> Pager {
        Pager { stage: Arc::clone(&self.shared), seen: self.stage.subscribe() }
    }
}

/// A pager, on the side of the guest.
pub struct Pager {
    stage: Arc<Mutex<Receiver<Stage>>>,
    seen: Receiver<Stage>,
}

impl Pager {
    /// How far the meal is now. If the kitchen has dropped it: how far it came.
    pub fn stage(&self) -> Stage {
        *self.seen.borrow()
    }

    /// Waits until the meal is at `stage` or further, and returns `true`. Returns `false` if the kitchen drops the meal
    /// before.
    pub async fn reached(&mut self, stage: Stage) -> bool {
        self.stage.lock().await.wait_for(|now| *now >= stage).await.is_ok()
    }
}
