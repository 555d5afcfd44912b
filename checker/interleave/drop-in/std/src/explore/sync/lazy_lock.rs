//! `std::sync::LazyLock`.

use ::std::fmt;
use ::std::mem::{ManuallyDrop, needs_drop};
use ::std::ops::{Deref, DerefMut};
use ::std::panic::{Location, RefUnwindSafe, UnwindSafe};
use ::std::sync::{Mutex, PoisonError};

use interleave::model::PerSchedule;
use interleave::model::once::OnceValue;

/// A value that is created at its first use. In a `static`, it is created anew in each schedule, as in each process.
pub struct LazyLock<T, F = fn() -> T> {
    value: OnceValue<T>,
    /// `None` once it was called, if it can be called only once.
    init: Mutex<Option<ManuallyDrop<F>>>,
    poisoned: PerSchedule<bool>,
}

impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for LazyLock<T, F> {}
impl<T: UnwindSafe, F: UnwindSafe> UnwindSafe for LazyLock<T, F> {}

impl<T, F> LazyLock<T, F> {
    /// A value that `f` will create when it is first used.
    #[track_caller]
    pub const fn new(f: F) -> LazyLock<T, F>
    where
        F: FnOnce() -> T,
    {
        LazyLock {
            value: OnceValue::new("LazyLock"),
            init: Mutex::new(Some(ManuallyDrop::new(f))),
            poisoned: PerSchedule::new(false),
        }
    }
}

impl<T, F> LazyLock<T, F> {
    /// The value, if it has been created.
    pub fn get(this: &LazyLock<T, F>) -> Option<&T> {
        this.value.get()
    }

    /// The value, if it has been created.
    pub fn get_mut(this: &mut LazyLock<T, F>) -> Option<&mut T> {
        this.value.get_mut()
    }
}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// The value. The first call creates it, and all others wait meanwhile.
    #[track_caller]
    pub fn force(this: &LazyLock<T, F>) -> &T {
        this.value.get_or_init(|| this.make(), Location::caller())
    }

    /// The value, for the only owner; created if it is not yet.
    #[track_caller]
    pub fn force_mut(this: &mut LazyLock<T, F>) -> &mut T {
        LazyLock::force(this);
        this.value.get_mut().expect("it was just made")
    }

    fn make(&self) -> T {
        /// An initializer that panics poisons the value permanently.
        struct Poison<'a>(&'a PerSchedule<bool>);

        impl Drop for Poison<'_> {
            fn drop(&mut self) {
                self.0.with(|poisoned| *poisoned = true);
            }
        }

        assert!(!self.poisoned.with(|poisoned| *poisoned), "LazyLock instance has previously been poisoned");
        let poison = Poison(&self.poisoned);
        let value = self.take_init()();
        ::std::mem::forget(poison);
        value
    }

    /// The initializer. One that owns nothing, such as that of a `static`, is available again in the next schedule.
    fn take_init(&self) -> F {
        let mut init = self.init.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = init.take().expect("an initialiser that owns something is called once");
        if !needs_drop::<F>() {
            #[allow(unsafe_code)]
            // SAFETY: a value without drop glue may be copied, since dropping both copies does nothing. The copy is
            // called in a later schedule, when no call uses what it refers to mutably any more.
            let copy = unsafe { ::std::ptr::read(&raw const taken) };
            *init = Some(copy);
        }
        ManuallyDrop::into_inner(taken)
    }
}

impl<T, F> Drop for LazyLock<T, F> {
    fn drop(&mut self) {
        let init = self.init.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(init.take().map(ManuallyDrop::into_inner));
    }
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        LazyLock::force(self)
    }
}

impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        LazyLock::force_mut(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    #[track_caller]
    fn default() -> LazyLock<T> {
        LazyLock::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_tuple("LazyLock");
        match self.value.get() {
            Some(value) => d.field(value),
            None => d.field(&format_args!("<uninit>")),
        };
        d.finish()
    }
}
