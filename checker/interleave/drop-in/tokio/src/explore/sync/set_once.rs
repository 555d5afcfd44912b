//! `tokio::sync::SetOnce`.

use std::fmt;
use std::panic::Location;

use interleave::engine::{Access, scheduler};
use interleave::model::acquire::listen_free;
use interleave::model::end::look;
use interleave::model::{EachSchedule, Object};
use real::sync::{self, SetOnceError};

/// See [`sync::SetOnce`].
pub struct SetOnce<T> {
    object: Object,
    /// In a `static`, it is empty again in each schedule.
    cell: EachSchedule<sync::SetOnce<T>>,
}

impl<T> SetOnce<T> {
    /// A cell without a value. In a `static`, it has none again at the start of each schedule.
    #[track_caller]
    pub fn new() -> Self {
        SetOnce::const_new()
    }

    /// As [`SetOnce::new`], for a `static`.
    #[track_caller]
    pub const fn const_new() -> Self {
        SetOnce {
            object: Object::new("SetOnce"),
            cell: EachSchedule::new(sync::SetOnce::const_new(), |_| sync::SetOnce::const_new()),
        }
    }

    /// A cell with this value, if it is one.
    #[track_caller]
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(SetOnce::new, SetOnce::const_new_with)
    }

    /// A cell with this value, for a `static`.
    #[track_caller]
    pub const fn const_new_with(value: T) -> Self {
        SetOnce { object: Object::new("SetOnce"), cell: EachSchedule::shared(sync::SetOnce::const_new_with(value)) }
    }

    /// Whether there is a value. The answer may be outdated by the next scheduling point.
    #[track_caller]
    pub fn initialized(&self) -> bool {
        look(&self.object, || self.cell.get().initialized())
    }

    /// The value, if there is one.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        if self.initialized() { self.cell.get().get() } else { None }
    }

    /// # Errors
    ///
    /// `value`, if there is one already.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), SetOnceError<T>> {
        self.object.point(Access::Write);
        let result = self.cell.get().set(value);
        match &result {
            Ok(()) => self.object.signals(Location::caller()),
            Err(_) => scheduler::yield_now(),
        }
        result
    }

    /// Waits until the value is set.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = &T> {
        let place = Location::caller();
        async move { listen_free(&self.object, place, self.cell.get().wait()).await }
    }

    /// The value, if there is one; consumes the cell.
    pub fn into_inner(self) -> Option<T> {
        self.cell.into_inner().into_inner()
    }
}

impl<T> Default for SetOnce<T> {
    #[track_caller]
    fn default() -> Self {
        SetOnce::new()
    }
}

impl<T> From<T> for SetOnce<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        SetOnce::const_new_with(value)
    }
}

impl<T: Clone> Clone for SetOnce<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        SetOnce::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for SetOnce<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for SetOnce<T> {}

impl<T: fmt::Debug> fmt::Debug for SetOnce<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cell.get().fmt(f)
    }
}
