//! smol's random choices.

use interleave::engine::scheduler;
use interleave::model;

/// Makes the random choices of the real packages repeatable. They all use the generator of the OS thread.
pub(super) fn begin() {
    static SEEDED: u8 = 0;

    if scheduler::epoch().is_some() {
        model::global((&raw const SEEDED).addr(), || fastrand::seed(0));
    }
}

/// Which of two futures or streams is polled first.
#[derive(Clone, Debug)]
pub(super) enum Chance {
    /// The scheduler chooses.
    Explored,
    /// The test supplies the seed.
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
