//! verdict: failing-test two_pagers_wait_for_two_stages
//! Wakes one pager, and that may be one whose stage is not reached.
//!
//! Meals of a takeaway. A guest gets a pager, which says how far the kitchen is.

use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

/// How far a meal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Ordered,
    Cooking,
    Ready,
    Served,
}

/// A meal, on the side of the kitchen.
pub struct Meal(Arc<Shared>);

impl Meal {
    /// A meal that was just ordered.
    pub fn ordered() -> Self {
        Self(Arc::new(Shared { now: Mutex::new((Stage::Ordered, true)), moved: Notify::new() }))
    }

    /// The meal is at `stage` now, whether or not a guest has a pager. The kitchen may skip stages, but never
    /// goes back.
    pub fn set(&self, stage: Stage) {
        self.0.now.lock().unwrap().0 = stage;
        self.0.moved.notify_one();
    }

    /// A pager for this meal. A guest may come for it at any time.
    pub fn pager(&self) -> Pager {
        Pager(Arc::clone(&self.0))
    }
}

impl Drop for Meal {
    fn drop(&mut self) {
        self.0.now.lock().unwrap().1 = false;
        self.0.moved.notify_one();
    }
}

struct Shared {
    /// How far the meal is, and whether the kitchen still has it.
    now: Mutex<(Stage, bool)>,
    moved: Notify,
}

/// A pager, on the side of the guest.
pub struct Pager(Arc<Shared>);

impl Pager {
    /// How far the meal is now. If the kitchen has dropped it: how far it came.
    pub fn stage(&self) -> Stage {
        self.0.now.lock().unwrap().0
    }

    /// Waits until the meal is at `stage` or further, and returns `true`. Returns `false` if the kitchen drops the meal
    /// before.
    pub async fn reached(&mut self, stage: Stage) -> bool {
        loop {
            let moved = self.0.moved.notified();
            let (now, is_kept) = *self.0.now.lock().unwrap();
            if now >= stage || !is_kept {
                return now >= stage;
            }
            moved.await;
        }
    }
}
