//! What the other threads of this process do, for a clock that must not jump while one of them works.

use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

#[cfg_attr(target_os = "linux", path = "others/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "others/fallback.rs")]
mod system;

/// What the busiest of them does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Others {
    /// Each waits, and somebody has to wake it.
    Wait,
    /// One sleeps for a time on the real clock and then goes on by itself.
    Sleep,
    Work,
}

/// In all, so long is waited for threads that sleep. Who polls with `thread::sleep` would sleep for ever.
const PATIENCE: Duration = Duration::from_secs(1);

/// Microseconds.
static WAITED_FOR_SLEEPERS: AtomicU64 = AtomicU64::new(0);

/// The threads that watch the others, for each runtime whose tasks all sleep. They do not count.
static WATCHERS: Mutex<Vec<OsString>> = Mutex::new(Vec::new());

/// Keeps the paused clock of one runtime from jumping while another thread of the process works.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Watch {
    is_kept: Arc<AtomicBool>,
    /// How many threads there were before the test began. They are not the test's.
    threads_before: Option<usize>,
}

impl Watch {
    /// A watch for a test that is about to begin on this thread.
    pub fn begin() -> Self {
        Watch { is_kept: Arc::default(), threads_before: system::count() }
    }

    /// Called when the runtime has nothing to do and would let time pass. If another thread works, `run` gets what is to be
    /// run in a way that keeps the clock from jumping. That ends when no thread works any more.
    pub fn before_time_passes(&self, run: impl FnOnce(Box<dyn FnOnce() + Send>)) {
        // To look at each thread takes half a millisecond, and the clock of a test may move thousands of times.
        let has_threads = self.threads_before.is_none_or(|before| system::count().is_none_or(|now| now > before));
        if has_threads && !self.is_kept.load(SeqCst) && is_worth_waiting(others()) {
            self.is_kept.store(true, SeqCst);
            let is_kept = Arc::clone(&self.is_kept);
            run(Box::new(move || {
                wait_for_others();
                is_kept.store(false, SeqCst);
            }));
        }
    }
}

fn others() -> Others {
    system::others(&watchers())
}

fn watchers() -> MutexGuard<'static, Vec<OsString>> {
    WATCHERS.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_worth_waiting(others: Others) -> bool {
    match others {
        Others::Wait => false,
        Others::Sleep => u128::from(WAITED_FOR_SLEEPERS.load(SeqCst)) < PATIENCE.as_micros(),
        Others::Work => true,
    }
}

fn wait_for_others() {
    let own = system::own_id();
    watchers().extend(own.clone());
    loop {
        let others = others();
        if !is_worth_waiting(others) {
            break;
        }
        let since = Instant::now();
        thread::sleep(Duration::from_micros(200));
        if others == Others::Sleep {
            WAITED_FOR_SLEEPERS.fetch_add(since.elapsed().as_micros() as u64, SeqCst);
        }
    }
    watchers().retain(|id| Some(id) != own.as_ref());
}
