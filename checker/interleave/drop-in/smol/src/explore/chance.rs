//! The random choices that smol makes.

use interleave::engine::scheduler;
use interleave::model;

/// Makes the chance of the real packages repeat with the schedule. They all use the generator of the OS thread.
pub(super) fn begin() {
    static SEEDED: u8 = 0;

    if scheduler::epoch().is_some() {
        model::global((&raw const SEEDED).addr(), || fastrand::seed(0));
    }
}

/// Which of two futures or streams is polled first.
#[derive(Clone, Debug)]
pub(super) enum Chance {
    /// A choice of the scheduler.
    Explored,
    /// As the test asks for.
    Seeded(fastrand::Rng),
}

impl Chance {
    pub(super) fn is_first_first(&mut self) -> bool {
        match self {
            Chance::Explored => scheduler::choose(2) == 0,
            Chance::Seeded(random) => random.bool(),
        }
    }
}
