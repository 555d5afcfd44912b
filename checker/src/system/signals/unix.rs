//! Handles Unix signals.

use std::io;
use std::sync::atomic::Ordering;
use std::thread;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGSTOP, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator;

use super::Signals;
use crate::system::process::Stop;

/// Handles them on a thread of its own.
pub fn hear(signals: &Signals, stop: Stop) -> io::Result<()> {
    let mut incoming = iterator::Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    let shared = signals.clone();
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in incoming.forever() {
            let of_the_terminal = matches!(signal, SIGINT | SIGQUIT);
            match signal {
                SIGWINCH => shared.perform(|hooks| &hooks.on_resize),
                SIGTSTP => suspend(&shared, &stop),
                SIGCONT => shared.perform(|hooks| &hooks.on_resume),
                _ if of_the_terminal && shared.lent.load(Ordering::SeqCst) => {}
                _ => shared.end(signal, &stop),
            }
        }
    })?;
    Ok(())
}

fn suspend(signals: &Signals, stop: &Stop) {
    signals.perform(|hooks| &hooks.on_suspend);
    stop.pause();
    // To this thread: if it were sent to the process, another thread might receive it while this one continues.
    let _ = signal_hook::low_level::raise(SIGSTOP);
    // SIGCONT has arrived. In the background, the next line waits for the foreground.
    signals.perform(|hooks| &hooks.on_resume);
    stop.resume();
}
