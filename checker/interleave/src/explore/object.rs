//! A thing that tasks share, as the trace knows it.

use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use trace::{Action, Mode};

use super::session::{self, ObjectOrigin, record};

/// The identity of a lock, a channel or a counter: created with it, named by where that was.
#[derive(Debug)]
pub struct Object {
    type_name: &'static str,
    created: Option<&'static Location<'static>>,
    /// The id in the running schedule, in the low half, below the epoch that it belongs to.
    id: AtomicU64,
}

/// Epoch 0 is never used by a schedule.
const NO_ID: u64 = 0;

impl Object {
    /// An object of the type `type_name`, created where the caller of the caller stands.
    #[track_caller]
    pub const fn new(type_name: &'static str) -> Self {
        Object { type_name, created: Some(Location::caller()), id: AtomicU64::new(NO_ID) }
    }

    /// An object that cannot know where it is created, as it is made from a constant of a trait. It is named by
    /// where it is used first.
    pub const fn of_unknown_origin(type_name: &'static str) -> Self {
        Object { type_name, created: None, id: AtomicU64::new(NO_ID) }
    }

    /// The id of this object in the running schedule; it gets one the first time it is asked for.
    fn id(&self, session: &mut session::Session, used: Option<&'static Location<'static>>) -> usize {
        let id = self.id.load(Relaxed);
        if id >> 32 == session.epoch {
            return (id & u64::from(u32::MAX)) as usize;
        }
        let id = session.objects.len();
        session.objects.push(ObjectOrigin { type_name: self.type_name, created: self.created, first_used: used });
        self.id.store(session.epoch << 32 | id as u64, Relaxed);
        id
    }

    fn step(&self, place: &'static Location<'static>, action: impl FnOnce(usize) -> Action) {
        record(place, |session| action(self.id(session, Some(place))));
    }

    /// Records that the running task goes to sleep until it can have this.
    pub fn waits(&self, mode: Mode, place: &'static Location<'static>) {
        self.step(place, |object| Action::Waits { object, mode });
    }

    /// Records that the running task waits no longer, without having got this.
    pub fn gives_up(&self, place: &'static Location<'static>) {
        self.step(place, |object| Action::GivesUp { object });
    }

    /// Records that the running task got this.
    pub fn acquires(&self, mode: Mode, place: &'static Location<'static>) {
        self.step(place, |object| Action::Acquires { object, mode });
    }

    /// Records that the running task gave this back.
    pub fn releases(&self, mode: Mode, place: &'static Location<'static>) {
        self.step(place, |object| Action::Releases { object, mode });
    }

    /// Records that the running task asked for this without waiting, and was refused.
    pub fn refused(&self, mode: Mode, place: &'static Location<'static>) {
        self.step(place, |object| Action::Refused { object, mode });
    }

    /// Records that the running task read a value without a lock.
    pub fn loads(&self, value: &dyn std::fmt::Debug, place: &'static Location<'static>) {
        self.step(place, |object| Action::Loads { object, value: format!("{value:?}") });
    }

    /// Records that the running task wrote a value without a lock.
    pub fn stores(&self, value: &dyn std::fmt::Debug, place: &'static Location<'static>) {
        self.step(place, |object| Action::Stores { object, value: format!("{value:?}") });
    }

    /// Records that the running task read and wrote a value in one step.
    pub fn updates(&self, old: &dyn std::fmt::Debug, new: &dyn std::fmt::Debug, place: &'static Location<'static>) {
        self.step(place, |object| Action::Updates { object, old: format!("{old:?}"), new: format!("{new:?}") });
    }

    /// Records that the running task woke others through this, or may have.
    pub fn signals(&self, place: &'static Location<'static>) {
        self.step(place, |object| Action::Signals { object });
    }

    /// Records that the running task sleeps until it is signalled through this.
    pub fn listens(&self, place: &'static Location<'static>) {
        self.step(place, |object| Action::Listens { object });
    }

    /// Records that the running task was signalled through this.
    pub fn hears(&self, place: &'static Location<'static>) {
        self.step(place, |object| Action::Hears { object });
    }
}
