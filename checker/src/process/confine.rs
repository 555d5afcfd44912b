//! Limits that a process sets on itself before it becomes a test.
//!
//! They cannot be set from outside without `unsafe`, so the checker starts itself as `checker __exec …`, which
//! sets them and then turns into the program that is meant. That costs about a millisecond.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The first argument of a checker that is to turn into another program.
pub const EXEC: &str = "__exec";

/// What a process may use. `None` is as much as the checker itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Confinement {
    /// Bytes of address space.
    pub memory: Option<u64>,
    /// Bytes in one file.
    pub file: Option<u64>,
    /// Seconds on a processor, all threads together.
    pub cpu: Option<u64>,
    pub priority: Priority,
}

/// Who comes first when the processors are busy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    #[default]
    Normal,
    /// Only what nobody else wants.
    Lowest,
}

impl Confinement {
    /// `command`, but confined, and killed when the checker dies.
    pub fn apply(self, command: &Command) -> io::Result<Command> {
        let mut confined = Command::new(own_path()?);
        confined.arg0("checker").arg(EXEC).arg(std::process::id().to_string());
        for limit in [self.memory, self.file, self.cpu] {
            confined.arg(limit.unwrap_or(0).to_string());
        }
        confined.arg(if self.priority == Priority::Lowest { "19" } else { "0" });
        confined.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => confined.env(name, value),
                None => confined.env_remove(name),
            };
        }
        if let Some(dir) = command.get_current_dir() {
            confined.current_dir(dir);
        }
        Ok(confined)
    }
}

/// The path under which this very program can be started again, even if its file was replaced by a newer build.
fn own_path() -> io::Result<OsString> {
    if cfg!(target_os = "linux") {
        Ok(OsString::from("/proc/self/exe"))
    } else {
        std::env::current_exe().map(OsString::from)
    }
}

/// Does what [`Confinement::apply`] asked for. Returns only if it could not.
pub fn exec(arguments: &[OsString]) -> io::Error {
    let [parent, memory, file, cpu, nice, program, arguments @ ..] = arguments else {
        return io::Error::other("too few arguments");
    };
    let number = |text: &OsStr| text.to_str().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    if let Err(error) = confine_self(number(parent), number(memory), number(file), number(cpu)) {
        return error;
    }
    if number(nice) > 0 {
        // If it cannot be, it runs as anybody else.
        let _ = rustix::process::setpriority_process(None, number(nice) as i32);
    }
    Command::new(program).args(arguments).exec()
}

#[cfg(target_os = "linux")]
fn confine_self(parent: u64, memory: u64, file: u64, cpu: u64) -> io::Result<()> {
    use rustix::process::{Resource, Signal, getppid, set_parent_process_death_signal};

    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The parent may have died before that line.
    if getppid().is_none_or(|pid| u64::from(pid.as_raw_nonzero().get().unsigned_abs()) != parent) {
        return Err(io::Error::other("the checker is gone"));
    }
    rustix::thread::set_no_new_privs(true)?;
    lower(Resource::Core, Some(0), 0)?;
    let bound = |limit: u64| (limit > 0).then_some(limit);
    lower(Resource::As, bound(memory), 0)?;
    lower(Resource::Fsize, bound(file), 0)?;
    // With the hard limit above the soft one, the signal tells which limit it was.
    lower(Resource::Cpu, bound(cpu), 5)
}

#[cfg(target_os = "linux")]
fn lower(resource: rustix::process::Resource, limit: Option<u64>, grace: u64) -> io::Result<()> {
    use rustix::process::{Rlimit, getrlimit, setrlimit};

    let Some(limit) = limit else { return Ok(()) };
    let old = getrlimit(resource);
    let below = |old: Option<u64>, new: u64| Some(old.map_or(new, |old| old.min(new)));
    let new = Rlimit { current: below(old.current, limit), maximum: below(old.maximum, limit + grace) };
    Ok(setrlimit(resource, new)?)
}

#[cfg(not(target_os = "linux"))]
fn confine_self(_parent: u64, _memory: u64, _file: u64, _cpu: u64) -> io::Result<()> {
    Ok(())
}
