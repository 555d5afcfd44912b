//! Values that one thread creates, once per schedule: the model behind `Once`, `OnceLock` and `LazyLock`.

use std::marker::PhantomData;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::{Held, Lock, Mode, Object};
use crate::engine::{Access, scheduler, threads};

/// A cell for a value that is created once per schedule. A cell in a `static` is empty again in the next schedule, as
/// it would be in a new process.
#[derive(Debug)]
pub struct OnceValue<T> {
    /// Held by the thread that creates the value.
    lock: Lock,
    object: Object,
    state: Mutex<State<T>>,
    /// References to the value are handed out, so this is `Sync` only if the value is.
    value: PhantomData<T>,
}

#[derive(Debug)]
struct State<T> {
    epoch: u64,
    waiting: Vec<Waker>,
    /// The index of the running schedule's value, if there is one.
    current: Option<usize>,
    /// The values of all schedules so far. Boxed, and kept until the whole is dropped, because references are handed
    /// out.
    #[allow(clippy::vec_box, reason = "the addresses have to stay")]
    made: Vec<Box<T>>,
}

impl<T> OnceValue<T> {
    /// An empty cell of the type `type_name`.
    #[track_caller]
    pub const fn new(type_name: &'static str) -> Self {
        OnceValue {
            lock: Lock::new(type_name),
            object: Object::new(type_name),
            state: Mutex::new(State { epoch: 0, waiting: Vec::new(), current: None, made: Vec::new() }),
            value: PhantomData,
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(epoch) = scheduler::epoch()
            && state.epoch != epoch
        {
            let was_outside = std::mem::replace(&mut state.epoch, epoch) == 0;
            // A value created outside any schedule persists.
            if !was_outside {
                state.current = None;
            }
            let old = std::mem::take(&mut state.waiting);
            drop(state);
            drop(old);
            state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    /// The value, if there is one. Not a scheduling point.
    pub fn peek(&self) -> Option<&T> {
        let state = self.state();
        let value: *const T = &raw const *state.made[state.current?];
        #[allow(unsafe_code)]
        // SAFETY: boxes are only added to `made` while `self` is shared, and their contents do not move.
        Some(unsafe { &*value })
    }

    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        self.object.point(Access::Read);
        self.peek()
    }

    /// The value, if there is one.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        Some(&mut *state.made[state.current?])
    }

    /// Takes the value out.
    pub fn take(&mut self) -> Option<T> {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        Some(*state.made.remove(state.current.take()?))
    }

    /// Takes the value out.
    pub fn into_inner(mut self) -> Option<T> {
        self.take()
    }

    /// Stores `value`.
    ///
    /// # Errors
    ///
    /// `value`, if there is one already.
    pub fn set(&self, value: T, place: &'static Location<'static>) -> Result<(), T> {
        let mut value = Some(value);
        self.get_or_init(|| value.take().expect("called once"), place);
        value.map_or(Ok(()), Err)
    }

    /// The value. The first thread creates it while the others wait.
    pub fn get_or_init(&self, init: impl FnOnce() -> T, place: &'static Location<'static>) -> &T {
        let made: Result<&T, std::convert::Infallible> = self.get_or_try_init(|| Ok(init()), place);
        match made {
            Ok(value) => value,
        }
    }

    /// Like [`get_or_init`](Self::get_or_init), for an `init` that may fail.
    ///
    /// # Errors
    ///
    /// The error of `init`.
    pub fn get_or_try_init<E>(
        &self,
        init: impl FnOnce() -> Result<T, E>,
        place: &'static Location<'static>,
    ) -> Result<&T, E> {
        if let Some(value) = self.get() {
            return Ok(value);
        }
        let held = self.begin(place);
        if self.peek().is_none() {
            let value = init()?;
            self.put(value);
        }
        drop(held);
        Ok(self.peek().expect("it was just made"))
    }

    /// Waits until no other thread is creating the value.
    pub fn begin(&self, place: &'static Location<'static>) -> Held<&Lock> {
        self.lock.acquire(Mode::Lock, place)
    }

    /// Whether there is a value. Not a scheduling point.
    pub fn is_made(&self) -> bool {
        self.state().current.is_some()
    }

    /// Stores the value. Only for the thread that holds the result of [`begin`](Self::begin).
    pub fn put(&self, value: T) {
        self.object.touch(Access::Write);
        let waiting = {
            let mut state = self.state();
            state.made.push(Box::new(value));
            state.current = Some(state.made.len() - 1);
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Wakes all threads that wait for a value, because there may never be one.
    pub fn wake_waiting(&self) {
        self.object.touch(Access::Write);
        let waiting = std::mem::take(&mut self.state().waiting);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Waits until there is a value.
    pub fn wait(&self, place: &'static Location<'static>) -> &T {
        self.wait_unless(|| false, place).expect("it was waited for")
    }

    /// Waits until there is a value, or until `gives_up` returns true. It is called again after each
    /// [`wake_waiting`](Self::wake_waiting).
    pub fn wait_unless(&self, gives_up: impl Fn() -> bool, place: &'static Location<'static>) -> Option<&T> {
        self.object.point(Access::Write);
        let waker = threads::waker();
        let mut asleep = false;
        threads::wait_until(None, || {
            let waker = waker.clone();
            let mut state = self.state();
            let made = state.current.is_some() || gives_up();
            if !made {
                state.waiting.push(waker);
                drop(state);
                if !std::mem::replace(&mut asleep, true) {
                    self.object.listens(place);
                }
            }
            made
        });
        self.peek()
    }
}
