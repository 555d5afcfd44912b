//! Tells a listener how far an exploration is.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// Called with how many schedules were run, and how many there will be, if that is known.
pub type Listener = fn(u32, Option<u32>);

/// How often the listener is called at most.
const EVERY: Duration = Duration::from_millis(100);

pub(super) struct Progress {
    listener: Option<Listener>,
    runs: Cell<u32>,
    of: Cell<Option<u32>>,
    told: Cell<Instant>,
}

impl Progress {
    pub(super) fn new(listener: Option<Listener>) -> Progress {
        Progress { listener, runs: Cell::new(0), of: Cell::new(None), told: Cell::new(Instant::now()) }
    }

    /// From now on, this many schedules will be run.
    pub(super) fn expect(&self, schedules: u32) {
        self.runs.set(0);
        self.of.set(Some(schedules));
    }

    /// A schedule was run.
    pub(super) fn advance(&self) {
        let Some(listener) = self.listener else { return };
        self.runs.set(self.runs.get().saturating_add(1));
        if self.told.get().elapsed() >= EVERY {
            listener(self.runs.get(), self.of.get());
            self.told.set(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::thread;

    use super::*;

    static HEARD: Mutex<Vec<(u32, Option<u32>)>> = Mutex::new(Vec::new());

    /// Would catch: a listener that is called for every schedule, or never.
    #[test]
    fn the_listener_is_called_now_and_then() {
        let progress = Progress::new(Some(|runs, of| HEARD.lock().unwrap().push((runs, of))));
        for n in 0..9_u32 {
            if n == 6 {
                progress.expect(1_000);
            }
            if n % 3 == 2 {
                thread::sleep(EVERY);
            }
            progress.advance();
        }
        assert_eq!(*HEARD.lock().unwrap(), [(3, None), (6, None), (3, Some(1_000))]);
    }
}
