use ::std::fmt;
use ::std::panic::{Location, RefUnwindSafe, UnwindSafe};
use ::std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use interleave::model::once::OnceValue;

/// A call that is made once in each schedule.
pub struct Once {
    done: OnceValue<()>,
    poisoned: AtomicBool,
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
    #[track_caller]
    pub const fn new() -> Self {
        Once { done: OnceValue::new("Once"), poisoned: AtomicBool::new(false) }
    }

    #[track_caller]
    pub fn call_once(&self, f: impl FnOnce()) {
        self.call(Location::caller(), |poisoned| {
            assert!(!poisoned, "Once instance has previously been poisoned");
            f();
        });
    }

    #[track_caller]
    pub fn call_once_force(&self, f: impl FnOnce(&OnceState)) {
        self.call(Location::caller(), |poisoned| f(&OnceState { poisoned }));
    }

    #[track_caller]
    fn call(&self, place: &'static Location<'static>, f: impl FnOnce(bool)) {
        self.done.get_or_init(
            || {
                /// A call that panics poisons.
                struct Poison<'a>(&'a AtomicBool);

                impl Drop for Poison<'_> {
                    fn drop(&mut self) {
                        self.0.store(true, Relaxed);
                    }
                }

                let poisoned = self.poisoned.load(Relaxed);
                let poison = Poison(&self.poisoned);
                f(poisoned);
                ::std::mem::forget(poison);
                self.poisoned.store(false, Relaxed);
            },
            place,
        );
    }

    pub fn is_completed(&self) -> bool {
        self.done.get().is_some()
    }

    #[track_caller]
    pub fn wait(&self) {
        self.done.wait(Location::caller());
    }

    #[track_caller]
    pub fn wait_force(&self) {
        self.done.wait(Location::caller());
    }
}
