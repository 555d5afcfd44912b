//! The signal reaches one thread, which passes it on to the others.
//!
//! A thread's line is known only to the debug information, so its handler does what a signal handler must not: it
//! allocates, and reads files. A thread that was interrupted during an allocation may hang or crash in it. That loses
//! nothing but the answer, because the checker has decided to end the process and does so a moment later.

#![allow(unsafe_code, reason = "a handler that allocates can be installed by no safe interface")]

use std::fs;
use std::io::Write as _;
use std::mem::MaybeUninit;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use trace::Standing;
use trace::protocol::{ASK_SIGNAL, standing_path};

use crate::{report, stack};

/// Installs the handler, once per process, if the checker reads a report of this test.
pub(crate) fn answer_when_asked() {
    static ONCE: Once = Once::new();
    if report::is_asked_for() {
        ONCE.call_once(|| {
            let mut action = MaybeUninit::<libc::sigaction>::zeroed();
            // SAFETY: all-zero is a valid `sigaction`, and the handler has the signature of one without SA_SIGINFO. What
            // it does beyond the functions allowed in a handler is discussed above.
            unsafe {
                (*action.as_mut_ptr()).sa_sigaction = answer as extern "C" fn(_) as usize;
                (*action.as_mut_ptr()).sa_flags = libc::SA_RESTART;
                libc::sigaction(ASK_SIGNAL, action.as_ptr(), std::ptr::null_mut());
            }
        });
    }
}

extern "C" fn answer(_signal: libc::c_int) {
    static IS_PASSED_ON: AtomicBool = AtomicBool::new(false);
    if !IS_PASSED_ON.swap(true, Ordering::SeqCst) {
        pass_on();
    }
    let Some(path) = report::path() else { return };
    let thread = thread::current().name().unwrap_or_default().to_owned();
    // The main thread runs the test harness, which waits for the test.
    // SAFETY: these system calls have no requirements.
    let is_main = unsafe { libc::gettid() == libc::getpid() };
    let line = if is_main { None } else { stack::innermost_line() };
    let (place, call) = line.map_or((None, None), |line| (Some(line.place), line.call));
    let text = trace::wire::write_standing(&Standing { thread, place, call });
    if let Ok(mut file) = fs::OpenOptions::new().create(true).append(true).open(standing_path(&path)) {
        // In one call, so that the lines of threads do not mix.
        let _ = file.write_all(text.as_bytes());
    }
}

/// Sends the signal to all other threads.
fn pass_on() {
    let Ok(threads) = fs::read_dir("/proc/self/task") else { return };
    let ids = threads.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<libc::pid_t>().ok());
    // SAFETY: these system calls have no requirements; a thread that has ended gets no signal.
    unsafe {
        let (process, own) = (libc::getpid(), libc::gettid());
        for id in ids.filter(|id| *id != own) {
            libc::syscall(libc::SYS_tgkill, process, id, ASK_SIGNAL);
        }
    }
}
