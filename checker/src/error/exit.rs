//! The exit code of the checker, by its meaning.

use std::io;
use std::process::{ExitCode, Termination};

/// How a command ended. The README documents the codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: the command did what it was asked to do; the checked code passes.
    Done,
    /// 1: the check found a fault: the learner's code does not pass, or `dev verify` objects to something.
    NotYet,
    /// 2: the checker could not do its work, because of the environment, wrong usage or a bug of its own.
    Failed,
    /// 130: the command was stopped before it had a result. Signals have codes of their own, so this is the code only
    /// if no signal was received.
    Interrupted,
    /// 128 and the number of the signal that ended the checker, as shells report it.
    Signalled(i32),
}

impl Exit {
    /// The exit of a check that came to its end.
    pub fn passes_if(passed: bool) -> Exit {
        if passed { Exit::Done } else { Exit::NotYet }
    }

    /// The exit of a command that failed with `error`. If only nobody reads the output any more, the command is done.
    pub fn of_error(error: &anyhow::Error) -> Exit {
        if is_broken_pipe(error) { Exit::Done } else { Exit::Failed }
    }

    /// What the parent process gets.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::NotYet => 1,
            Exit::Failed => 2,
            Exit::Interrupted => 130,
            Exit::Signalled(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
        }
    }
}

/// Whether `error` only means that our output is no longer read, as in `checker list | head -1`.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn a_broken_pipe_is_found_under_context() {
        let pipe = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Exit::of_error(&Err::<(), _>(pipe).context("printing").unwrap_err()), Exit::Done);
        assert_eq!(Exit::of_error(&anyhow::anyhow!("other")), Exit::Failed);
    }
}
