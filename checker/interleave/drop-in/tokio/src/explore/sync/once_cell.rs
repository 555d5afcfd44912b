//! `tokio::sync::OnceCell`.

use std::fmt;
use std::panic::Location;

use interleave::engine::{Access, scheduler};
use interleave::model::{EachSchedule, Mode};
use real::sync::{self, SetError, TryAcquireError};

use super::hold::{Hold, Permits};

/// See [`sync::OnceCell`].
///
/// In a `static`, it is empty again in each schedule.
pub struct OnceCell<T>(EachSchedule<Inner<T>>);

struct Inner<T> {
    /// Its only permit is for the task that creates the value. Closed once there is a value.
    permits: Permits,
    cell: sync::OnceCell<T>,
}

impl<T> Inner<T> {
    fn again(&self) -> Self {
        Inner { permits: self.permits.again(), cell: sync::OnceCell::const_new() }
    }
}

impl<T> OnceCell<T> {
    /// A cell without a value. In a `static`, it has none again at the start of each schedule.
    #[track_caller]
    pub fn new() -> Self {
        OnceCell::const_new()
    }

    /// As [`OnceCell::new`], for a `static`.
    #[track_caller]
    pub const fn const_new() -> Self {
        let first = Inner { permits: Permits::const_new("OnceCell", 1), cell: sync::OnceCell::const_new() };
        OnceCell(EachSchedule::new(first, Inner::again))
    }

    /// A cell with this value, if it is one.
    #[track_caller]
    pub fn new_with(value: Option<T>) -> Self {
        value.map_or_else(OnceCell::new, OnceCell::const_new_with)
    }

    /// A cell with this value, for a `static`.
    #[track_caller]
    pub const fn const_new_with(value: T) -> Self {
        let permits = Permits::const_new("OnceCell", 1);
        OnceCell(EachSchedule::shared(Inner { permits, cell: sync::OnceCell::const_new_with(value) }))
    }

    /// Whether there is a value. The answer may be outdated by the next scheduling point.
    #[track_caller]
    pub fn initialized(&self) -> bool {
        self.0.get().permits.look(|_| self.0.get().cell.initialized())
    }

    /// The value, if there is one. Does not wait while another task creates it.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        self.initialized().then(|| self.made())
    }

    /// The value, for the only owner of the cell.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.0.get_mut().cell.get_mut()
    }

    /// # Errors
    ///
    /// If there is a value already, or another task is creating it.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        let place = Location::caller();
        self.0.get().permits.object.point(Access::Read);
        if self.0.get().cell.initialized() {
            scheduler::yield_now();
            return Err(SetError::AlreadyInitializedError(value));
        }
        match Hold::try_take(&self.0.get().permits, Mode::Lock, 1, place) {
            Ok(turn) => {
                self.put(value, turn, place);
                Ok(())
            }
            Err(TryAcquireError::NoPermits) => Err(SetError::InitializingError(value)),
            Err(TryAcquireError::Closed) => Err(SetError::AlreadyInitializedError(value)),
        }
    }

    /// The value. If there is none, `f` creates it, and other tasks wait; if that future is dropped, the next one
    /// starts over.
    #[track_caller]
    pub fn get_or_init<F, Fut>(&self, f: F) -> impl Future<Output = &T>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        let place = Location::caller();
        async move {
            match self.turn(place).await {
                Ok(turn) => {
                    let value = f().await;
                    self.put(value, turn, place)
                }
                Err(made) => made,
            }
        }
    }

    /// # Errors
    ///
    /// The error of `f`.
    #[track_caller]
    pub fn get_or_try_init<E, F, Fut>(&self, f: F) -> impl Future<Output = Result<&T, E>>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let place = Location::caller();
        async move {
            match self.turn(place).await {
                Ok(turn) => {
                    let value = f().await?;
                    Ok(self.put(value, turn, place))
                }
                Err(made) => Ok(made),
            }
        }
    }

    /// Waits for the permit to create the value, or else for the value.
    async fn turn(&self, place: &'static Location<'static>) -> Result<Hold<&Permits>, &T> {
        self.0.get().permits.object.point(Access::Read);
        if let Some(made) = self.0.get().cell.get() {
            return Err(made);
        }
        match Hold::take(&self.0.get().permits, Mode::Lock, 1, place).await {
            Ok(turn) => Ok(turn),
            Err(_) => Err(self.made()),
        }
    }

    /// Stores the value and closes the semaphore, which is no longer needed.
    fn put(&self, value: T, turn: Hold<&Permits>, place: &'static Location<'static>) -> &T {
        let semaphore = self.0.get().permits.change();
        let refused = self.0.get().cell.set(value).err();
        semaphore.close();
        self.0.get().permits.object.signals(place);
        drop((refused, turn));
        self.made()
    }

    fn made(&self) -> &T {
        self.0.get().cell.get().expect("the semaphore is closed when there is a value, and a value stays")
    }

    /// The value, if there is one; consumes the cell.
    pub fn into_inner(self) -> Option<T> {
        self.0.into_inner().cell.into_inner()
    }

    /// Takes the value out, and leaves the cell without one.
    #[track_caller]
    pub fn take(&mut self) -> Option<T> {
        std::mem::take(self).into_inner()
    }
}

impl<T> Default for OnceCell<T> {
    #[track_caller]
    fn default() -> Self {
        OnceCell::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        OnceCell::const_new_with(value)
    }
}

impl<T: Clone> Clone for OnceCell<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        OnceCell::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for OnceCell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.get().cell.fmt(f)
    }
}
