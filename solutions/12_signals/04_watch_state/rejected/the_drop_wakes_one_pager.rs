//! verdict: failing-test a_dropped_meal_wakes_every_guest
//! A meal that is dropped wakes one of the guests who wait.
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

/// How far a meal is, and whether the kitchen has dropped it.
struct State {
    stage: Stage,
    is_dropped: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

/// A meal, on the side of the kitchen.
pub struct Meal {
    meal: Arc<Shared>,
}

impl Meal {
    /// A meal that was just ordered.
    pub fn ordered() -> Self {
        let state = Mutex::new(State { stage: Stage::Ordered, is_dropped: false });
        Self { meal: Arc::new(Shared { state, changed: Notify::new() }) }
    }

    /// The meal is at `stage` now, whether or not a guest has a pager. The kitchen may skip stages, but never
    /// goes back.
    pub fn set(&self, stage: Stage) {
        self.meal.state.lock().unwrap().stage = stage;
        self.meal.changed.notify_waiters();
    }

    /// A pager for this meal. A guest may come for it at any time.
    pub fn pager(&self) -> Pager {
        Pager { meal: Arc::clone(&self.meal) }
    }
}

impl Drop for Meal {
    fn drop(&mut self) {
        self.meal.state.lock().unwrap().is_dropped = true;
        self.meal.changed.notify_one();
    }
}

/// A pager, on the side of the guest.
pub struct Pager {
    meal: Arc<Shared>,
}

impl Pager {
    /// How far the meal is now. If the kitchen has dropped it: how far it came.
    pub fn stage(&self) -> Stage {
        self.meal.state.lock().unwrap().stage
    }

    /// Waits until the meal is at `stage` or further, and returns `true`. Returns `false` if the kitchen drops the meal
    /// before.
    pub async fn reached(&mut self, stage: Stage) -> bool {
        let meal = &self.meal;
        loop {
            let changed = meal.changed.notified();
            {
                let state = meal.state.lock().unwrap();
                if state.stage >= stage {
                    return true;
                }
                if state.is_dropped {
                    return false;
                }
            }
            changed.await;
        }
    }
}
