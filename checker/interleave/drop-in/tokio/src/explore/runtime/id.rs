//! `tokio::runtime::Id`.

use std::cell::Cell;
use std::fmt;
use std::num::NonZeroU64;

use interleave::engine::scheduler;

/// See [`real::runtime::Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id(NonZeroU64);

impl Id {
    /// An id that no other runtime or `LocalSet` of the schedule has.
    pub(in crate::explore) fn next() -> Self {
        static COUNTER: u8 = 0;

        let count = || {
            let counter = interleave::model::global((&raw const COUNTER).addr(), || Cell::new(NonZeroU64::MIN));
            counter.replace(counter.get().saturating_add(1))
        };
        Id(scheduler::epoch().map_or(NonZeroU64::MAX, |_| count()))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
