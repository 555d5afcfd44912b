//! What the running schedule tells the detector of data races.

use std::sync::atomic::Ordering;

use super::choice::Access;
use super::races::{Orders, Races, VectorClock};
use super::search::Key;
use super::session::{Phase, Recording, Session, is_watching, with};

impl Session {
    /// Begins to look for data races.
    #[must_use]
    pub(crate) fn watch_cells(mut self) -> Self {
        self.races = Some(Box::new(Races::new(self.recording == Recording::Steps)));
        self
    }

    /// What tracks data races, and the running thread, unless none are looked for.
    #[inline]
    pub(crate) fn racing(&mut self) -> Option<(&mut Races, usize)> {
        match &mut self.races {
            Some(races) if self.phase == Phase::Running => Some((races, self.current)),
            _ => None,
        }
    }

    /// Records that the running step touches the object `id`.
    pub(crate) fn touch_object(&mut self, id: usize, access: Access) {
        self.touch(id as Key, access);
        if self.races.is_some()
            && self.objects.get(id).is_some_and(|object| object.orders == Orders::Steps)
            && let Some((races, thread)) = self.racing()
        {
            races.step(thread, id);
        }
    }
}

/// The end of a thread, for others to wait for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mark {
    step: Option<usize>,
    known: Option<VectorClock>,
}

/// Returns a mark for the running step, for [`follow`].
pub(crate) fn mark() -> Mark {
    let mark = with(|session| Mark {
        step: session.source.search().and_then(|search| search.mark()),
        known: session.racing().map(|(races, thread)| races.publish(thread)),
    });
    mark.unwrap_or_default()
}

/// Records that the running step had to come after the step `mark`, such as a join after the end of the joined thread.
pub(crate) fn follow(mark: &Mark) {
    with(|session| {
        if let Some(step) = mark.step
            && let Some(search) = session.source.search()
        {
            search.follow(step);
        }
        if let Some(known) = &mark.known
            && let Some((races, thread)) = session.racing()
        {
            races.learn(thread, known);
        }
    });
}

/// Calls `f` with what tracks data races, and the running thread.
#[inline]
pub(crate) fn with_races(f: impl FnOnce(&mut Races, usize)) {
    if !is_watching() {
        return;
    }
    with(|session| {
        if let Some((races, thread)) = session.racing() {
            f(races, thread);
        }
    });
}

/// A fence of the running thread.
pub fn fence(order: Ordering) {
    with_races(|races, thread| races.fence(thread, order));
}
