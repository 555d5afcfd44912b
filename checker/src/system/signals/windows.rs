//! Handles events of the Windows console: Ctrl-C, Ctrl-Break, and the closing of its window.

use std::io;
use std::sync::atomic::Ordering;

use super::Signals;
use crate::system::process::Stop;

/// The signal number of Ctrl-C on other systems, so that the exit code is the same.
const SIGINT: i32 = 2;

/// Handles them on a thread of its own.
pub fn hear(signals: &Signals, stop: Stop) -> io::Result<()> {
    let shared = signals.clone();
    let heard = move || {
        if !shared.lent.load(Ordering::SeqCst) {
            shared.end(SIGINT, &stop);
        }
    };
    ctrlc::set_handler(heard).map_err(io::Error::other)
}
