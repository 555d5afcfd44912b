//! Ctrl-C and its relatives: whatever the checker does, it ends, and nothing that it started goes on.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator;

use crate::process::Stop;

/// The signals that end the checker.
#[derive(Clone, Default)]
pub struct Signals {
    received: Arc<AtomicI32>,
    /// Who else wants to know at once.
    on_signal: Arc<Mutex<Option<Work>>>,
    /// What has to be done even if the rest of the program does not come to its end.
    at_exit: Arc<Mutex<Option<Work>>>,
}

type Work = Box<dyn Fn() + Send>;

impl Signals {
    /// From now on a signal stops what runs under `stop`, and then the program.
    pub fn install(stop: Stop) -> io::Result<Signals> {
        let signals = Signals::default();
        let mut incoming = iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        let shared = signals.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            if let Some(signal) = incoming.forever().next() {
                shared.received.store(signal, Ordering::SeqCst);
                stop.stop();
                perform(&shared.on_signal);
                stop.wait_until_idle(Duration::from_secs(1));
                // The main thread ends by itself, and cleans up, unless it is blocked, for instance by reading.
                thread::sleep(Duration::from_millis(200));
                perform(&shared.at_exit);
                std::process::exit(128 + signal);
            }
        })?;
        Ok(signals)
    }

    /// The exit code by which others see that a signal ended us.
    pub fn exit_code(&self) -> Option<u8> {
        match self.received.load(Ordering::SeqCst) {
            0 => None,
            signal => u8::try_from(128 + signal).ok(),
        }
    }

    /// Has `work` done as soon as a signal has come.
    pub fn on_signal(&self, work: impl Fn() + Send + 'static) {
        *self.on_signal.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(work));
    }

    /// Has `work` done before the program is ended by force.
    pub fn at_exit(&self, work: impl Fn() + Send + 'static) {
        *self.at_exit.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(work));
    }
}

fn perform(work: &Mutex<Option<Work>>) {
    if let Some(work) = work.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
        work();
    }
}
