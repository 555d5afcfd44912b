//! Limits that a process sets on itself before it becomes a test.
//!
//! They cannot be set from outside without `unsafe`, so the checker starts itself as `checker __exec …`, which sets
//! them and then replaces itself with the actual program. That costs about a millisecond. Which limits exist depends on
//! the system.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::Command;

use super::{group, sys};
use crate::system::sandbox::Jail;

/// The first argument of a checker that replaces itself with another program.
pub const EXEC: &str = "__exec";

/// What a process may use. `None` means as much as the checker itself.
#[derive(Clone, Debug, Default)]
pub struct Confinement {
    /// Bytes of address space.
    pub memory: Option<u64>,
    /// Bytes in one file.
    pub file: Option<u64>,
    /// Seconds of processor time of all threads together.
    pub cpu: Option<u64>,
    pub priority: Priority,
    /// For the code of strangers.
    pub jail: Option<Jail>,
}

/// The scheduling priority of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    #[default]
    Normal,
    /// Runs only when no other process needs the processor.
    Lowest,
}

const NORMAL: &str = "normal";
const LOWEST: &str = "lowest";

impl Confinement {
    /// Returns `command` with these limits. Its process is killed when the checker dies.
    pub fn apply(self, command: &Command) -> io::Result<Command> {
        let mut confined = sys::own_command()?;
        confined.arg(EXEC).arg(std::process::id().to_string());
        for limit in [self.memory, self.file, self.cpu] {
            confined.arg(limit.unwrap_or(0).to_string());
        }
        confined.arg(if self.priority == Priority::Lowest { LOWEST } else { NORMAL });
        confined.args(Jail::to_arguments(self.jail.as_ref()));
        if let Some(jail) = self.jail {
            confined.env_clear().envs(jail.environment);
        }
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

/// The beginning of the line that is printed if a program could not be started.
pub const NOT_STARTED: &str = "checker: not started: ";

/// Performs the work that [`Confinement::apply`] set up. Returns an error message, and only if it failed.
pub fn exec(arguments: &[OsString]) -> String {
    let [parent, memory, file, cpu, priority, rest @ ..] = arguments else {
        return format!("{NOT_STARTED}too few arguments");
    };
    let Some((jail, [program, arguments @ ..])) = Jail::from_arguments(rest) else {
        return format!("{NOT_STARTED}its jail is not understood");
    };
    let number = |text: &OsStr| text.to_str().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    let limit = |text: &OsStr| Some(number(text)).filter(|limit| *limit > 0);
    let priority = if priority == LOWEST { Priority::Lowest } else { Priority::Normal };
    let limits = Confinement { memory: limit(memory), file: limit(file), cpu: limit(cpu), priority, jail };
    let mut command = Command::new(program);
    command.args(arguments);
    let error = group::turn_into(command, u32::try_from(number(parent)).unwrap_or(0), limits);
    format!("{NOT_STARTED}{}: {error}", Path::new(program).display())
}
