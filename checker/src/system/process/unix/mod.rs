//! Processes on Unix: groups, signals and resource limits.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, WaitOptions, WaitStatus, getrlimit, kill_process_group,
    setpriority_process, setrlimit, waitid, waitpgid,
};
use signal_hook::consts::{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGKILL, SIGSEGV, SIGTERM, SIGTRAP, SIGXCPU, SIGXFSZ};

use super::{Confinement, How, Priority, sys};
use crate::system::sandbox;

/// A process that leads its own group.
///
/// Its id is not reused before [`Leader::reap`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader(Pid);

impl Leader {
    pub fn start(command: &mut Command) -> io::Result<Leader> {
        let child = command.stdin(Stdio::null()).process_group(0).spawn()?;
        Ok(Leader(Pid::from_child(&child)))
    }

    pub fn id(&self) -> u32 {
        self.0.as_raw_nonzero().get().cast_unsigned()
    }

    /// Kills the whole group.
    pub fn kill(&self) {
        let _ = kill_process_group(self.0, Signal::KILL);
    }

    pub fn pause(&self) {
        let _ = kill_process_group(self.0, Signal::STOP);
    }

    pub fn resume(&self) {
        let _ = kill_process_group(self.0, Signal::CONT);
    }

    /// Waits for the process to end, without reaping it.
    pub fn wait(&self) {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Ok(None) | Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(self.0), options) {}
    }

    /// Reaps the process and the orphans of its group, all of which have been killed.
    ///
    /// The status comes from here because on macOS, the one of `waitid` lacks the signal.
    pub fn reap(&self) -> Option<How> {
        let give_up = Instant::now() + Duration::from_secs(2);
        let mut how = None;
        loop {
            match waitpgid(self.0, WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == self.0 => how = Some(how_it_ended(status)),
                Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
                Ok(None) if Instant::now() < give_up => thread::sleep(Duration::from_millis(1)),
                Ok(None) | Err(_) => return how,
            }
        }
    }
}

fn how_it_ended(status: WaitStatus) -> How {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => How::Exited(code),
        (None, signal) => How::Signalled(signal.unwrap_or(0)),
    }
}

/// Replaces this process with `command`, within the limits. Returns only if that failed.
pub fn turn_into(mut command: Command, parent: u32, limits: Confinement) -> io::Error {
    match confine(parent, limits) {
        Ok(()) => command.exec(),
        Err(error) => error,
    }
}

/// Replaces this process with `command`. Returns only if that failed.
pub fn hand_over(command: &mut Command) -> io::Error {
    command.exec()
}

fn confine(parent: u32, limits: Confinement) -> io::Result<()> {
    sys::confine(parent, limits.memory)?;
    lower(Resource::Core, Some(0), 0)?;
    lower(Resource::Fsize, limits.file, 0)?;
    // The hard limit is above the soft one, so the signal shows which limit was reached.
    lower(Resource::Cpu, limits.cpu, 5)?;
    if limits.priority == Priority::Lowest {
        // If this fails, the process keeps the normal priority.
        let _ = setpriority_process(None, 19);
    }
    // Last, because it forbids most of what came before.
    limits.jail.as_ref().map_or(Ok(()), sandbox::enter)
}

pub fn lower(resource: Resource, limit: Option<u64>, grace: u64) -> io::Result<()> {
    let Some(limit) = limit else { return Ok(()) };
    let old = getrlimit(resource);
    let below = |old: Option<u64>, new: u64| Some(old.map_or(new, |old| old.min(new)));
    let new = Rlimit { current: below(old.current, limit), maximum: below(old.maximum, limit + grace) };
    Ok(setrlimit(resource, new)?)
}

/// How a process died, in words. Signal numbers differ between systems.
pub fn death(signal: i32) -> String {
    let name = match signal {
        SIGILL => "illegal instruction, SIGILL",
        // A failed check of the compiler or the library, on some processors.
        SIGTRAP => "trap, SIGTRAP",
        SIGABRT => "aborted, SIGABRT",
        SIGBUS => "bus error, SIGBUS",
        SIGFPE => "arithmetic error, SIGFPE",
        SIGKILL => "killed, SIGKILL; perhaps the memory was used up",
        SIGSEGV => "invalid memory access, SIGSEGV",
        SIGTERM => "terminated, SIGTERM",
        SIGXCPU => "too much processor time, SIGXCPU",
        SIGXFSZ => "a file became too large, SIGXFSZ",
        _ => return format!("the process was ended by signal {signal}"),
    };
    format!("the process was ended by a signal ({name})")
}

#[cfg(test)]
mod tests;
