//! Signals. Ctrl-C and the other termination signals end the checker and every process it started, whatever it is
//! doing. Ctrl-Z suspends it, together with the processes and the time limits of its tests.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::error::Exit;
use crate::system::process::Stop;

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use self::unix as sys;
#[cfg(windows)]
use self::windows as sys;

/// Receives signals and calls the hooks.
#[derive(Clone, Default)]
pub struct Signals {
    received: Arc<AtomicI32>,
    /// Whether another program currently uses the terminal, so that the keys are for that program.
    lent: Arc<AtomicBool>,
    hooks: Arc<Mutex<Hooks>>,
}

type Work = Box<dyn Fn() + Send>;

/// What to do about signals, in addition to the default.
#[derive(Default)]
pub struct Hooks {
    /// A signal ends the program.
    pub on_end: Option<Work>,
    /// Cleanup that is needed even if the rest of the program does not finish.
    pub at_exit: Option<Work>,
    /// The program is about to be suspended.
    pub on_suspend: Option<Work>,
    /// The program continues.
    pub on_resume: Option<Work>,
    pub on_resize: Option<Work>,
}

impl Signals {
    /// From now on, a signal stops everything under `stop`, then the program.
    pub fn install(stop: Stop) -> io::Result<Signals> {
        let signals = Signals::default();
        sys::hear(&signals, stop)?;
        Ok(signals)
    }

    /// From now on, Ctrl-C is for another program, until [`Signals::take_back`].
    pub fn lend(&self) {
        self.lent.store(true, Ordering::SeqCst);
    }

    pub fn take_back(&self) {
        self.lent.store(false, Ordering::SeqCst);
    }

    /// The exit that shows which signal ended the program, if one did.
    pub fn exit(&self) -> Option<Exit> {
        match self.received.load(Ordering::SeqCst) {
            0 => None,
            signal => Some(Exit::Signalled(signal)),
        }
    }

    pub fn set(&self, hooks: Hooks) {
        *self.hooks.lock().unwrap_or_else(PoisonError::into_inner) = hooks;
    }

    fn end(&self, signal: i32, stop: &Stop) {
        self.received.store(signal, Ordering::SeqCst);
        stop.stop();
        self.perform(|hooks| &hooks.on_end);
        stop.wait_until_idle(Duration::from_secs(1));
        // The main thread ends by itself and cleans up, unless it is blocked, for example on reading.
        thread::sleep(Duration::from_millis(200));
        self.perform(|hooks| &hooks.at_exit);
        std::process::exit(Exit::Signalled(signal).code().into());
    }

    fn perform(&self, which: impl Fn(&Hooks) -> &Option<Work>) {
        if let Some(work) = which(&self.hooks.lock().unwrap_or_else(PoisonError::into_inner)) {
            work();
        }
    }
}
