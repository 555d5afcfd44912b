//! Detects a stalled exploration: the test blocks its OS thread in an operation that the scheduler does not know, or
//! runs without ever reaching a scheduling point.

use std::panic::Location;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use trace::{Failure, FailureKind, Place, Report};

use crate::report;

/// The interval between the sentinel's checks.
const PERIOD: Duration = Duration::from_millis(200);

/// How many checks in a row must find the thread asleep, with no decision in between.
const LOOKS_ASLEEP: u32 = 4;

/// The same for a running thread. The checker has limits of its own.
const LOOKS_BUSY: u32 = 50;

/// The state that the exploring thread shares with the sentinel.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    decisions: AtomicU64,
    /// The last line where the test was seen.
    seen: AtomicPtr<Location<'static>>,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Heartbeat { decisions: AtomicU64::new(0), seen: AtomicPtr::new(ptr::null_mut()) }
    }
}

impl Heartbeat {
    /// Counts a decision of the scheduler.
    pub(crate) fn beat(&self) {
        // Only the exploring thread writes.
        self.decisions.store(self.decisions.load(Relaxed) + 1, Relaxed);
    }

    /// Records that the test is at `place`.
    pub(crate) fn see(&self, place: &'static Location<'static>) {
        self.seen.store(ptr::from_ref(place).cast_mut(), Relaxed);
    }

    fn place(&self) -> Option<Place> {
        #[allow(unsafe_code)]
        // SAFETY: null, or from a `&'static Location` that is never written to.
        let place = unsafe { self.seen.load(Relaxed).as_ref() }?;
        Some(Place { file: place.file().to_owned(), line: place.line() })
    }
}

/// A thread that watches one exploration until this value is dropped.
pub(crate) struct Sentinel {
    _exploration_ended: mpsc::Sender<()>,
}

impl Sentinel {
    /// Starts to watch the calling thread.
    pub(crate) fn start(heartbeat: &Arc<Heartbeat>) -> Self {
        let (sender, receiver) = mpsc::channel();
        let heartbeat = Arc::clone(heartbeat);
        let watched = Watched::current();
        thread::spawn(move || watch(&heartbeat, &watched, &receiver));
        Sentinel { _exploration_ended: sender }
    }
}

fn watch(heartbeat: &Heartbeat, watched: &Watched, ended: &mpsc::Receiver<()>) {
    let (mut last, mut asleep, mut busy) = (0, 0, 0);
    while ended.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
        let decisions = heartbeat.decisions.load(Relaxed);
        if std::mem::replace(&mut last, decisions) != decisions {
            (asleep, busy) = (0, 0);
        } else if watched.is_asleep() == Some(true) {
            (asleep, busy) = (asleep + 1, 0);
        } else {
            (asleep, busy) = (0, busy + 1);
        }
        if asleep >= LOOKS_ASLEEP {
            give_up(heartbeat, FailureKind::Unsupported, BLOCKED);
        }
        if busy >= LOOKS_BUSY && !report::is_asked_for() {
            give_up(heartbeat, FailureKind::Livelock, ENDLESS);
        }
    }
}

const BLOCKED: &str = "the test waits in something that explore mode does not know, which stops all of its threads. Explore \
    mode knows std, parking_lot, tokio, smol, async-std, futures and dashmap; `#[interleave::test(real_only)]` leaves a \
    test out";

const ENDLESS: &str = "the test runs without reaching a lock, a channel, an atomic or any other scheduling point: is there \
    a loop that does not end?";

/// Ends the process: a stalled thread cannot be ended alone.
fn give_up(heartbeat: &Heartbeat, kind: FailureKind, message: &str) -> ! {
    let place = heartbeat.place();
    let at = place.as_ref().map(|place| format!(" It was last seen at {}:{}.", place.file, place.line));
    let text = format!("\ninterleave: {message}.{}\n", at.unwrap_or_default());
    // Not `eprintln`: the test harness would hold it back until the test ends, which never happens.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes());
    let failure = Failure { kind, message: message.to_owned(), place, trace: None };
    report::write(&Report { failure: Some(failure), ..Report::default() });
    std::process::exit(101);
}

/// An OS thread whose state can be queried, where the system supports that.
struct Watched {
    #[cfg(target_os = "linux")]
    stat: Option<std::path::PathBuf>,
}

#[cfg(target_os = "linux")]
impl Watched {
    fn current() -> Self {
        let thread = std::fs::read_link("/proc/thread-self").ok();
        Watched { stat: thread.map(|thread| std::path::Path::new("/proc").join(thread).join("stat")) }
    }

    /// Whether the thread is asleep in the kernel.
    fn is_asleep(&self) -> Option<bool> {
        let stat = std::fs::read_to_string(self.stat.as_ref()?).ok()?;
        // The name is in parentheses and may contain any character; the state follows it.
        let state = stat.rsplit_once(')')?.1.trim_start().chars().next()?;
        Some(state == 'S')
    }
}

#[cfg(not(target_os = "linux"))]
impl Watched {
    fn current() -> Self {
        Watched {}
    }

    /// Not supported on this system.
    fn is_asleep(&self) -> Option<bool> {
        None
    }
}
