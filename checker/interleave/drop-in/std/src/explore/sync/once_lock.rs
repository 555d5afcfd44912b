//! `std::sync::OnceLock`.

use ::std::fmt;
use ::std::panic::{Location, RefUnwindSafe, UnwindSafe};

use interleave::model::once::OnceValue;

/// A value that is created once. In a `static`, it is created anew in each schedule, as in each process.
pub struct OnceLock<T>(OnceValue<T>);

impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceLock<T> {}
impl<T: UnwindSafe> UnwindSafe for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// A cell without a value. In a `static`, it has none again at the start of each schedule.
    #[track_caller]
    pub const fn new() -> Self {
        OnceLock(OnceValue::new("OnceLock"))
    }

    /// The value, if there is one. Does not wait while another thread creates it.
    pub fn get(&self) -> Option<&T> {
        self.0.get()
    }

    /// The value, for the only owner of the cell.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.0.get_mut()
    }

    /// Makes `value` the value, or gives it back if there is one already. Waits while another thread creates one.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        self.0.set(value, Location::caller())
    }

    /// The value. If there is none, `f` creates it, and other callers wait meanwhile.
    #[track_caller]
    pub fn get_or_init(&self, f: impl FnOnce() -> T) -> &T {
        self.0.get_or_init(f, Location::caller())
    }

    /// Waits until another thread has set the value.
    #[track_caller]
    pub fn wait(&self) -> &T {
        self.0.wait(Location::caller())
    }

    /// The value, if there is one; consumes the cell.
    pub fn into_inner(self) -> Option<T> {
        self.0.into_inner()
    }

    /// Takes the value out, and leaves the cell without one.
    pub fn take(&mut self) -> Option<T> {
        self.0.take()
    }
}

impl<T> Default for OnceLock<T> {
    #[track_caller]
    fn default() -> Self {
        OnceLock::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_tuple("OnceLock");
        match self.get() {
            Some(value) => d.field(value),
            None => d.field(&format_args!("<uninit>")),
        };
        d.finish()
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        match self.get() {
            Some(value) => OnceLock::from(value.clone()),
            None => OnceLock::new(),
        }
    }
}

impl<T> From<T> for OnceLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        let cell = OnceLock::new();
        cell.0.put(value);
        cell
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceLock<T> {}
