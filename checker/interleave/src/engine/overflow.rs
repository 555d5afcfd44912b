//! Reports a stack overflow, which the operating system signals as an invalid memory access.
//!
//! The standard library does this for the stacks of its own threads. Our stacks also end in a guard page, so a signal
//! handler checks whether the address is in the guard page of the running coroutine.

use std::cell::Cell;

thread_local! {
    /// The address of the running coroutine's guard page; 0 if none runs.
    static GUARD: Cell<usize> = const { Cell::new(0) };
}

/// Sets the guard page of the coroutine that runs from now on; 0 for none. Returns the previous one.
pub(crate) fn set_guard(guard: usize) -> usize {
    GUARD.replace(guard)
}

#[cfg(not(unix))]
pub(crate) fn install() {}

#[cfg(unix)]
pub(crate) use unix::install;

#[cfg(unix)]
mod unix {
    #![allow(unsafe_code, reason = "signal handlers have no safe interface that tells the address")]

    use std::ffi::CString;
    use std::mem::MaybeUninit;
    use std::sync::{Once, OnceLock};

    use trace::{Failure, FailureKind, Report};

    use super::GUARD;
    use crate::report;

    /// The report file and its content, prepared because a signal handler must not compute them.
    static PREPARED: OnceLock<Option<(CString, String)>> = OnceLock::new();
    static PAGE: OnceLock<usize> = OnceLock::new();
    static BEFORE: OnceLock<[libc::sigaction; 2]> = OnceLock::new();

    const SIGNALS: [libc::c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];

    const MESSAGE: &str = "the stack of a thread overflowed; it has 2 MiB, as a thread of the standard library has. Is there a \
        recursion that does not end?";

    /// Installs the handler, once per process.
    pub(crate) fn install() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let failure = Failure { kind: FailureKind::Panic, message: MESSAGE.to_owned(), place: None, trace: None };
            let text = trace::wire::write(&Report { failure: Some(failure), ..Report::default() });
            let path = report::path().and_then(|path| CString::new(path).ok());
            PREPARED.get_or_init(|| path.map(|path| (path, text)));
            // SAFETY: queries a constant of the system.
            PAGE.get_or_init(|| usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096));
            BEFORE.get_or_init(|| SIGNALS.map(replace_handler));
        });
    }

    fn replace_handler(signal: libc::c_int) -> libc::sigaction {
        let mut before = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: all-zero is a valid `sigaction`; the handler has the signature that SA_SIGINFO requires and calls
        // only async-signal-safe functions. It runs on the alternate stack that the standard library gives each thread.
        unsafe {
            let mut ours = MaybeUninit::<libc::sigaction>::zeroed().assume_init();
            ours.sa_sigaction = handle as extern "C" fn(_, _, _) as usize;
            ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut ours.sa_mask);
            libc::sigaction(signal, &raw const ours, before.as_mut_ptr());
            before.assume_init()
        }
    }

    extern "C" fn handle(signal: libc::c_int, info: *mut libc::siginfo_t, _context: *mut libc::c_void) {
        // SAFETY: the kernel passes a valid `siginfo_t`.
        let address = unsafe { (*info).si_addr() } as usize;
        let guard = GUARD.get();
        let page = PAGE.get().copied().unwrap_or(4096);
        if guard != 0 && (guard..guard + page).contains(&address) {
            write_all(libc::STDERR_FILENO, b"\ninterleave: ");
            write_all(libc::STDERR_FILENO, MESSAGE.as_bytes());
            write_all(libc::STDERR_FILENO, b"\n");
            if let Some(Some((path, text))) = PREPARED.get() {
                let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC;
                // SAFETY: `path` ends with a zero byte. `open` and `_exit` are async-signal-safe.
                let file = unsafe { libc::open(path.as_ptr(), flags, 0o644) };
                write_all(file, text.as_bytes());
            }
            // SAFETY: as above.
            unsafe { libc::_exit(101) }
        }
        // Not our guard page: restore the previous handler and let the access fault again.
        if let Some(before) = BEFORE.get()
            && let Some(at) = SIGNALS.iter().position(|other| *other == signal)
        {
            // SAFETY: `before` was returned by `sigaction`.
            unsafe { libc::sigaction(signal, &raw const before[at], std::ptr::null_mut()) };
        }
    }

    fn write_all(file: libc::c_int, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // SAFETY: the bytes are valid for reading, and `write` is async-signal-safe.
            let written = unsafe { libc::write(file, bytes.as_ptr().cast(), bytes.len()) };
            match usize::try_from(written) {
                Ok(written) if written > 0 => bytes = &bytes[written..],
                _ => return,
            }
        }
    }
}
