//! Processes on Windows, with a job object instead of a process group.
//!
//! The checker starts itself as `checker __exec …`. That process puts itself into a job, starts the program in the same
//! job and waits. It holds the only handle of the job, so when it ends, the system kills every process left in the job.
//! It ends with the program, or when the pipe to its standard input is closed. The checker kills it by closing the
//! pipe, which also happens when the checker itself dies.

use std::io::{self, Read as _};
use std::os::windows::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use win32job::{ExtendedLimitInfo, Job};

use super::{Confinement, How, Priority};
use crate::system::sandbox;

/// Keeps Ctrl-C away from the processes of the group.
const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
const IDLE_PRIORITY_CLASS: u32 = 0x40;

/// A `checker __exec` process and the job that it leads.
#[derive(Clone, Debug)]
pub struct Leader(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    id: u32,
    child: Mutex<Option<Child>>,
    /// Dropping it ends the leader.
    leash: Mutex<Option<ChildStdin>>,
    how: Mutex<Option<How>>,
}

impl PartialEq for Leader {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Leader {
    pub fn start(command: &mut Command) -> io::Result<Leader> {
        let mut child = command.stdin(Stdio::piped()).creation_flags(CREATE_NEW_PROCESS_GROUP).spawn()?;
        let leash = Mutex::new(child.stdin.take());
        Ok(Leader(Arc::new(Shared { id: child.id(), child: Mutex::new(Some(child)), leash, how: Mutex::default() })))
    }

    pub fn id(&self) -> u32 {
        self.0.id
    }

    /// Kills the whole job.
    pub fn kill(&self) {
        drop(lock(&self.0.leash).take());
    }

    /// Does nothing: Windows has no Ctrl-Z that would suspend a process.
    pub fn pause(&self) {}

    /// Waits for the leader to end.
    pub fn wait(&self) {
        let child = lock(&self.0.child).take();
        let status = child.and_then(|mut child| child.wait().ok());
        *lock(&self.0.how) = status.and_then(|status| status.code()).map(how_it_ended);
    }

    /// How the leader ended, if [`wait`](Self::wait) has returned.
    pub fn reap(&self) -> Option<How> {
        *lock(&self.0.how)
    }
}

/// If an exception ended the process, the exit code is the exception's code, which is negative.
fn how_it_ended(code: i32) -> How {
    if code < 0 { How::Signalled(code) } else { How::Exited(code) }
}

/// Runs `command` in its own job, and ends with its exit code. Returns only if that failed.
///
/// Its memory, files and processor time are not limited, because no safe interface sets these limits.
pub fn turn_into(mut command: Command, _parent: u32, limits: Confinement) -> io::Error {
    if let Some(Err(error)) = limits.jail.as_ref().map(sandbox::enter) {
        return error;
    }
    match run_in_job(&mut command, limits.priority) {
        Ok(code) => std::process::exit(code),
        Err(error) => error,
    }
}

/// Runs `command` and ends with its exit code. Returns only if that failed.
pub fn hand_over(command: &mut Command) -> io::Error {
    match command.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

fn run_in_job(command: &mut Command, priority: Priority) -> io::Result<i32> {
    let mut limits = ExtendedLimitInfo::new();
    let job = Job::create_with_limit_info(limits.limit_kill_on_job_close())?;
    job.assign_current_process()?;
    // Closing the handle would end this very process with a meaningless code, so it stays open until the system closes
    // it.
    let _never_closed_by_us = job.into_handle();
    if priority == Priority::Lowest {
        command.creation_flags(IDLE_PRIORITY_CLASS);
    }
    let mut child = command.stdin(Stdio::null()).spawn()?;
    thread::Builder::new().name("leash".to_owned()).spawn(|| {
        while io::stdin().read(&mut [0; 16]).is_ok_and(|count| count > 0) {}
        std::process::exit(1);
    })?;
    Ok(child.wait()?.code().unwrap_or(1))
}

/// How a process died, in words, derived from the code of the exception.
pub fn death(code: i32) -> String {
    let name = match code.cast_unsigned() {
        0xc000_0005 => "invalid memory access",
        0xc000_0017 => "the memory was used up",
        0xc000_001d => "illegal instruction",
        0xc000_0094 => "division by zero",
        0xc000_00fd => "stack overflow",
        0xc000_013a => "interrupted by Ctrl-C",
        0xc000_0374 => "damaged heap",
        // The code of `std::process::abort`.
        0xc000_0409 => "aborted",
        code => return format!("the process was ended by exception {code:#x}"),
    };
    format!("the process was ended by an exception ({name}, {:#x})", code.cast_unsigned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_is_distinguished_from_an_exit() {
        let overflow = 0xc000_00fd_u32.cast_signed();
        assert_eq!(how_it_ended(overflow), How::Signalled(overflow));
        assert_eq!(how_it_ended(101), How::Exited(101));
        assert_eq!(death(overflow), "the process was ended by an exception (stack overflow, 0xc00000fd)");
        assert_eq!(death(-1), "the process was ended by exception 0xffffffff");
    }
}
