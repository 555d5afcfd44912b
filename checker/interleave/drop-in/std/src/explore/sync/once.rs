//! `std::sync::Once`.

use ::std::fmt;
use ::std::panic::{Location, RefUnwindSafe, UnwindSafe};

use interleave::model::PerSchedule;
use interleave::model::once::OnceValue;

/// One-time initialization, once per schedule.
pub struct Once {
    done: OnceValue<()>,
    poisoned: PerSchedule<bool>,
}

/// See [`::std::sync::OnceState`].
pub struct OnceState {
    poisoned: bool,
}

/// See [`::std::sync::ONCE_INIT`].
#[deprecated(since = "1.38.0", note = "the `Once::new()` function is now preferred")]
#[allow(clippy::declare_interior_mutable_const, reason = "the standard library has it")]
pub const ONCE_INIT: Once = Once::new();

impl UnwindSafe for Once {}
impl RefUnwindSafe for Once {}

impl OnceState {
    /// Whether an earlier closure has panicked.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}

impl fmt::Debug for OnceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceState").field("poisoned", &self.poisoned).finish()
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

#[allow(clippy::new_without_default, reason = "the real one has no `Default` either")]
impl Once {
    /// A `Once` whose closure has not run. In a `static`, that holds again at the start of each schedule.
    #[track_caller]
    pub const fn new() -> Self {
        Once { done: OnceValue::new("Once"), poisoned: PerSchedule::new(false) }
    }

    /// Runs `f` unless a closure has run before, and waits if one is running. Panics if one has panicked.
    #[track_caller]
    pub fn call_once(&self, f: impl FnOnce()) {
        self.call(Location::caller(), |poisoned| {
            assert!(!poisoned, "Once instance has previously been poisoned");
            f();
        });
    }

    /// As [`Once::call_once`], but runs `f` also after a closure has panicked.
    #[track_caller]
    pub fn call_once_force(&self, f: impl FnOnce(&OnceState)) {
        self.call(Location::caller(), |poisoned| f(&OnceState { poisoned }));
    }

    #[track_caller]
    fn call(&self, place: &'static Location<'static>, f: impl FnOnce(bool)) {
        self.done.get_or_init(
            || {
                /// Poisons the `Once` if the call panics.
                struct Poison<'a>(&'a Once);

                impl Drop for Poison<'_> {
                    fn drop(&mut self) {
                        self.0.poisoned.with(|poisoned| *poisoned = true);
                        self.0.done.wake_waiting();
                    }
                }

                let poison = Poison(self);
                f(self.is_poisoned());
                ::std::mem::forget(poison);
                self.poisoned.with(|poisoned| *poisoned = false);
            },
            place,
        );
    }

    /// Whether a closure has run to its end.
    pub fn is_completed(&self) -> bool {
        self.done.get().is_some()
    }

    fn is_poisoned(&self) -> bool {
        self.poisoned.with(|poisoned| *poisoned)
    }

    /// Waits until a closure has run to its end. Panics if one has panicked.
    #[track_caller]
    pub fn wait(&self) {
        let is_done = self.done.wait_unless(|| self.is_poisoned(), Location::caller()).is_some();
        assert!(is_done, "Once instance has previously been poisoned");
    }

    /// Waits until a closure has run to its end, also if others panic before.
    #[track_caller]
    pub fn wait_force(&self) {
        self.done.wait(Location::caller());
    }
}
