//! Whether the other threads of this process are working, for a clock that must not jump while one of them works.

use std::collections::HashSet;
use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

#[cfg_attr(target_os = "linux", path = "others/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "others/fallback.rs")]
mod system;

/// The state of the busiest of the other threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Others {
    /// Each of them waits until another thread wakes it.
    Wait,
    /// One of them sleeps on the real clock and will continue without a wake-up.
    Sleep,
    /// One of them is running.
    Work,
}

/// How long a process waits for sleeping threads in total. A thread that polls with `thread::sleep` may sleep forever.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long this process has waited for sleeping threads, in microseconds.
static WAITED_FOR_SLEEPERS: AtomicU64 = AtomicU64::new(0);

/// The threads that watch the others, one for each runtime whose tasks all sleep. They are not watched themselves.
static WATCHERS: Mutex<Vec<OsString>> = Mutex::new(Vec::new());

/// Keeps the paused clock of one runtime from jumping while another thread of the process works.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct Watch {
    is_kept: Arc<AtomicBool>,
    /// The threads that existed before the test began. They do not belong to the test. `None` if that is not known.
    threads_before: Arc<Option<HashSet<OsString>>>,
}

impl Watch {
    /// A watch for a test that is about to begin on this thread.
    pub fn begin() -> Self {
        Watch { is_kept: Arc::default(), threads_before: Arc::new(system::ids()) }
    }

    /// Called when the runtime has nothing to do and would advance the clock. If another thread is working, this calls
    /// `run` with a function that returns when no thread works any more. While it runs, the clock must not advance.
    pub fn before_time_passes(&self, run: impl FnOnce(Box<dyn FnOnce() + Send>)) {
        // Reading the state of all threads takes about half a millisecond, and a test may advance its clock thousands of
        // times.
        if self.has_threads() && !self.is_kept.load(SeqCst) && is_worth_waiting(others()) {
            self.is_kept.store(true, SeqCst);
            let is_kept = Arc::clone(&self.is_kept);
            run(Box::new(move || {
                wait_for_others();
                is_kept.store(false, SeqCst);
            }));
        }
    }
}

impl Watch {
    /// Whether a thread has started since the test began. Threads of other tests may have ended, so a number says nothing.
    fn has_threads(&self) -> bool {
        let (Some(before), Some(now)) = (&*self.threads_before, system::ids()) else { return true };
        now.iter().any(|id| !before.contains(id))
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
