//! `async_lock::OnceCell`.

use std::convert::Infallible;
use std::fmt;
use std::panic::Location;

use interleave::engine::threads::block_on;
use interleave::engine::{Access, scheduler};
use interleave::model::once::OnceValue;
use interleave::model::{Event, Object, PerSchedule};

/// A value that is created once. In a `static`, it is created anew in each schedule, as in each process.
pub struct OnceCell<T> {
    object: Object,
    value: OnceValue<T>,
    /// Whether a task or thread is creating the value.
    is_initializing: PerSchedule<bool>,
    /// Callers that would create the value if the current attempt fails.
    active: Event,
    /// Callers that only wait for it.
    passive: Event,
}

impl<T> OnceCell<T> {
    /// A cell without a value.
    #[track_caller]
    pub const fn new() -> Self {
        OnceCell {
            object: Object::new("OnceCell"),
            value: OnceValue::new("OnceCell"),
            is_initializing: PerSchedule::new(false),
            active: Event::new(),
            passive: Event::new(),
        }
    }

    /// Whether there is a value. The answer may be outdated by the next scheduling point.
    pub fn is_initialized(&self) -> bool {
        self.get().is_some()
    }

    /// The value, if there is one. Does not wait while another task creates it.
    pub fn get(&self) -> Option<&T> {
        self.object.point(Access::Read);
        self.value.peek()
    }

    /// The value, for the only owner of the cell.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Takes the value out, and leaves the cell without one.
    pub fn take(&mut self) -> Option<T> {
        self.value.take()
    }

    /// The value, if there is one; consumes the cell.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// A future that waits until somebody has created the value. It does not create it.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = &T> {
        let place = Location::caller();
        async move {
            while self.get().is_none() {
                self.passive.listen(&self.object, place).await;
            }
            self.made()
        }
    }

    /// Blocks the calling thread until somebody has created the value.
    #[track_caller]
    pub fn wait_blocking(&self) -> &T {
        block_on(self.wait())
    }

    /// Waits for the value, or creates it with `closure` if no other task does. If `closure` fails or is dropped, the
    /// next waiter tries with its own closure.
    #[track_caller]
    pub fn get_or_try_init<E, Fut: Future<Output = Result<T, E>>>(
        &self,
        closure: impl FnOnce() -> Fut,
    ) -> impl Future<Output = Result<&T, E>> {
        self.make(closure, Location::caller())
    }

    async fn make<E, Fut: Future<Output = Result<T, E>>>(
        &self,
        closure: impl FnOnce() -> Fut,
        place: &'static Location<'static>,
    ) -> Result<&T, E> {
        while self.get().is_none() {
            if !self.is_initializing.with(|is_initializing| std::mem::replace(is_initializing, true)) {
                let initializing = Initializing(self, place);
                let value = closure().await?;
                self.object.point(Access::Write);
                initializing.end_with(value);
                break;
            }
            self.active.listen(&self.object, place).await;
        }
        Ok(self.made())
    }

    /// As [`OnceCell::get_or_try_init`], but blocks the calling thread while another one creates the value.
    #[track_caller]
    pub fn get_or_try_init_blocking<E>(&self, closure: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        block_on(self.get_or_try_init(move || std::future::ready(closure())))
    }

    /// As [`OnceCell::get_or_try_init`], with a closure that cannot fail.
    #[track_caller]
    pub fn get_or_init<Fut: Future<Output = T>>(&self, closure: impl FnOnce() -> Fut) -> impl Future<Output = &T> {
        let place = Location::caller();
        async move {
            let made: Result<&T, Infallible> = self.make(async || Ok(closure().await), place).await;
            match made {
                Ok(value) => value,
            }
        }
    }

    /// As [`OnceCell::get_or_init`], but blocks the calling thread while another one creates the value.
    #[track_caller]
    pub fn get_or_init_blocking(&self, closure: impl FnOnce() -> T + Unpin) -> &T {
        block_on(self.get_or_init(move || std::future::ready(closure())))
    }

    /// Makes `value` the value. If there is one already, or once another task has created one, gives `value` back.
    #[track_caller]
    pub fn set(&self, value: T) -> impl Future<Output = Result<&T, T>> {
        let place = Location::caller();
        async move {
            let mut value = Some(value);
            let init = async || Ok(value.take().expect("called once"));
            let made: Result<&T, Infallible> = self.make(init, place).await;
            match (value, made) {
                (Some(value), _) => Err(value),
                (None, Ok(made)) => Ok(made),
            }
        }
    }

    /// As [`OnceCell::set`], but blocks the calling thread while another one creates a value.
    #[track_caller]
    pub fn set_blocking(&self, value: T) -> Result<&T, T> {
        block_on(self.set(value))
    }

    /// Makes `value` the value, and never waits: it gives `value` back if there is one already, and also while another
    /// task creates one.
    #[track_caller]
    pub fn try_set(&self, value: T) -> Result<(), T> {
        if self.is_initialized() || self.is_initializing.with(|is_initializing| *is_initializing) {
            scheduler::yield_now();
            return Err(value);
        }
        self.is_initializing.with(|is_initializing| *is_initializing = true);
        Initializing(self, Location::caller()).end_with(value);
        Ok(())
    }

    fn made(&self) -> &T {
        self.value.peek().expect("it was just made")
    }

    /// See `async_lock::OnceCell::get_unchecked`.
    ///
    /// # Safety
    ///
    /// No requirement here: without a value, this panics.
    #[allow(unsafe_code, reason = "the real one is unsafe")]
    pub unsafe fn get_unchecked(&self) -> &T {
        self.get().expect("`get_unchecked` was called before there is a value")
    }
}

/// Held while the value is created. Dropping it lets the next caller try.
struct Initializing<'a, T>(&'a OnceCell<T>, &'static Location<'static>);

impl<T> Initializing<'_, T> {
    fn end_with(self, value: T) {
        let Initializing(cell, place) = self;
        std::mem::forget(self);
        cell.value.put(value);
        cell.is_initializing.with(|is_initializing| *is_initializing = false);
        cell.active.notify_additional(usize::MAX);
        cell.passive.notify_additional(usize::MAX);
        cell.object.signals(place);
    }
}

impl<T> Drop for Initializing<'_, T> {
    fn drop(&mut self) {
        self.0.object.point(Access::Write);
        self.0.is_initializing.with(|is_initializing| *is_initializing = false);
        self.0.active.notify(1);
        self.0.object.signals(self.1);
    }
}

impl<T> From<T> for OnceCell<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        let cell = OnceCell::new();
        cell.value.put(value);
        cell
    }
}

impl<T> Default for OnceCell<T> {
    #[track_caller]
    fn default() -> Self {
        OnceCell::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("OnceCell");
        match self.get() {
            Some(value) => tuple.field(value),
            None if self.is_initializing.with(|is_initializing| *is_initializing) => {
                tuple.field(&format_args!("<initializing>"))
            }
            None => tuple.field(&format_args!("<uninitialized>")),
        };
        tuple.finish()
    }
}
