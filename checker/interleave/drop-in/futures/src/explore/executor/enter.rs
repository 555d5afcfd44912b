//! Marks a thread that runs an executor.

use std::cell::Cell;
use std::error::Error;
use std::fmt;

use interleave::model::thread_local::LocalKey;

static ENTERED: LocalKey<Cell<bool>> = LocalKey::new(Cell::default);

/// See [`real::executor::Enter`].
pub struct Enter {
    _private: (),
}

/// See [`real::executor::EnterError`].
pub struct EnterError {
    _private: (),
}

/// See [`real::executor::enter`].
///
/// # Errors
///
/// Inside another executor.
pub fn enter() -> Result<Enter, EnterError> {
    match ENTERED.replace(true) {
        false => Ok(Enter { _private: () }),
        true => Err(EnterError { _private: () }),
    }
}

impl Drop for Enter {
    fn drop(&mut self) {
        // The mark of an ending thread has already been dropped.
        let _ = ENTERED.try_with(|entered| entered.set(false));
    }
}

impl fmt::Debug for Enter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Enter").finish()
    }
}

impl fmt::Debug for EnterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnterError").finish()
    }
}

impl fmt::Display for EnterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an execution scope has already been entered")
    }
}

impl Error for EnterError {}
