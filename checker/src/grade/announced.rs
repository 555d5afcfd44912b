//! How far grading is, on standard error.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::ui::text::style::Colour;

/// Without a terminal, a log gets a line this often.
const EVERY: Duration = Duration::from_secs(30);

/// Announces progress: on a terminal in one line that is overwritten.
pub struct Announced {
    of: usize,
    is_seen: bool,
    state: Mutex<State>,
}

struct State {
    done: usize,
    last: Instant,
}

impl Announced {
    /// For this many pieces of work.
    pub fn new(of: usize, colour: Colour) -> Announced {
        let is_seen = io::stderr().is_terminal() && colour == Colour::On;
        Announced { of, is_seen, state: Mutex::new(State { done: 0, last: Instant::now() }) }
    }

    /// One more is done.
    pub fn done(&self, what: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.done += 1;
        let (done, of) = (state.done, self.of);
        if self.is_seen {
            let _ = write!(io::stderr(), "\r\x1b[Kgraded {done} of {of} · {what}");
        } else if state.last.elapsed() >= EVERY {
            state.last = Instant::now();
            eprintln!("graded {done} of {of}");
        }
    }

    /// Removes the line.
    pub fn clear(&self) {
        if self.is_seen {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
