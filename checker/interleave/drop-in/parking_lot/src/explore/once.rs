//! One-time initialization, once per schedule.

use std::fmt;
use std::panic::Location;

use interleave::engine::Access;
use interleave::model::{Object, Order, PerSchedule, Signal};

#[doc(no_inline)]
pub use real::OnceState;

/// See [`real::Once`]. In a `static`, it starts anew in each schedule, as in a new process.
pub struct Once {
    object: Object,
    signal: Signal,
    state: PerSchedule<OnceState>,
}

/// How a call treats a poisoned [`Once`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Poison {
    Refused,
    Ignored,
}

impl Once {
    /// A `Once` whose closure has not run.
    #[track_caller]
    pub const fn new() -> Once {
        Once::in_state(OnceState::New)
    }

    /// A `Once` that counts as completed from the start, so that no closure runs.
    #[track_caller]
    pub const fn new_completed() -> Once {
        Once::in_state(OnceState::Done)
    }

    #[track_caller]
    const fn in_state(at_first: OnceState) -> Self {
        Once {
            object: Object::new("Once"),
            signal: Signal::new("Once", Order::Fifo),
            state: PerSchedule::new(at_first),
        }
    }

    /// The current state, after a scheduling point.
    pub fn state(&self) -> OnceState {
        self.object.point(Access::Read);
        self.state.with(|state| *state)
    }

    /// Whether a closure has run to its end.
    pub fn is_completed(&self) -> bool {
        self.state().is_completed()
    }

    /// Runs `f` unless a closure has run before, and waits if one is running. Panics if one has panicked.
    #[track_caller]
    pub fn call_once<F: FnOnce()>(&self, f: F) {
        self.call(Poison::Refused, Location::caller(), |_| f());
    }

    /// As [`Once::call_once`], but runs `f` also after a closure has panicked.
    #[track_caller]
    pub fn call_once_force<F: FnOnce(OnceState)>(&self, f: F) {
        self.call(Poison::Ignored, Location::caller(), f);
    }

    /// Waits until a closure has run to its end. Panics if one has panicked.
    #[track_caller]
    pub fn wait(&self) {
        self.wait_for(Poison::Refused, Location::caller());
    }

    /// Waits until a closure has run to its end, also if others panic before.
    #[track_caller]
    pub fn wait_force(&self) {
        self.wait_for(Poison::Ignored, Location::caller());
    }

    #[track_caller]
    fn call(&self, poison: Poison, place: &'static Location<'static>, f: impl FnOnce(OnceState)) {
        /// Poisons the `Once` if the call panics.
        struct End<'a>(&'a Once, OnceState, &'static Location<'static>);

        impl Drop for End<'_> {
            fn drop(&mut self) {
                self.0.object.point(Access::Write);
                self.0.state.with(|state| *state = self.1);
                self.0.signal.notify_all_at_once(self.2);
            }
        }

        loop {
            match self.state() {
                OnceState::Done => return,
                OnceState::Poisoned if poison == Poison::Refused => panic!("{POISONED}"),
                before @ (OnceState::Poisoned | OnceState::New) => {
                    self.object.touch(Access::Write);
                    self.state.with(|state| *state = OnceState::InProgress);
                    let mut end = End(self, OnceState::Poisoned, place);
                    f(before);
                    end.1 = OnceState::Done;
                    return;
                }
                OnceState::InProgress => self.sleep(place),
            }
        }
    }

    #[track_caller]
    fn wait_for(&self, poison: Poison, place: &'static Location<'static>) {
        loop {
            match self.state() {
                OnceState::Done => return,
                OnceState::Poisoned if poison == Poison::Refused => panic!("{POISONED}"),
                OnceState::Poisoned | OnceState::New | OnceState::InProgress => self.sleep(place),
            }
        }
    }

    /// Waits until a call has ended. The caller has just read the state.
    fn sleep(&self, place: &'static Location<'static>) {
        let ticket = self.signal.enlist_at_once();
        self.signal.wait(ticket, None, place);
    }
}

const POISONED: &str = "Once instance has previously been poisoned";

impl Default for Once {
    #[track_caller]
    fn default() -> Self {
        Once::new()
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").field("state", &self.state()).finish()
    }
}
