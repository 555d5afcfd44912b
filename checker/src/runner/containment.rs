//! How a check differs if the code is a stranger's: it is compiled and run in jails, into a build folder of its own, and
//! whatever happens meanwhile is the code's doing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::system::process::{self, Confinement, Spec, Stop};
use crate::system::sandbox::{Access, Jail};
use crate::verdict::{Diagnostic, Level};

/// How long one call of cargo may take, on however busy a machine.
const LONGEST: Duration = Duration::from_secs(300);
/// Seconds of processor time for one process of the compiler.
const CPU: u64 = 30;
/// The largest file that the compiler may write.
const FILE: u64 = 512 << 20;
/// How many bytes cargo and the compiler may print. Longer messages would fill the checker's own memory.
pub const MOST_PRINTED: usize = 32 << 20;

#[derive(Clone, Debug)]
pub struct Containment {
    /// Cargo's build folder for this check.
    pub target: PathBuf,
    pub code: Code,
    /// `None` if nothing is to be contained.
    pub jails: Option<Jails>,
}

/// What is compiled, and so, whose fault it is if that fails in an unusual way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The course's own: its packages, before anything of the stranger is there.
    Course,
    Stranger,
}

#[derive(Clone, Debug)]
pub struct Jails {
    /// Of cargo, the compiler and the linker.
    pub compiler: Jail,
    /// Of a test. What belongs to a single test is added to it.
    pub test: Jail,
}

impl Containment {
    /// The call of cargo within these limits.
    pub fn compiler<'a>(&self, mut command: Command, stop: &'a Stop) -> Spec<'a> {
        command.arg("--offline").env("CARGO_TARGET_DIR", &self.target);
        // Each source is compiled only once.
        command.env("CARGO_INCREMENTAL", "0");
        let limits = (self.code == Code::Stranger).then(|| Confinement {
            memory: Some(process::share_of_memory()),
            file: Some(FILE),
            cpu: Some(CPU),
            ..Confinement::default()
        });
        let jail = self.jails.as_ref().map(|jails| jails.compiler.clone());
        let spec = Spec::new(command, stop).confine(Confinement { jail, ..limits.clone().unwrap_or_default() });
        if limits.is_some() { spec.limit(LONGEST) } else { spec }
    }

    /// The jail of a test: it may start `binary`, and fill the files that are there for its report.
    pub fn test(&self, binary: &Path, reports: &[&Path]) -> Option<Jail> {
        let jail = self.jails.as_ref()?.test.clone();
        Some(jail.and(Access::Run, [binary]).and(Access::Fill, reports.iter().copied()))
    }
}

/// The error in a stranger's code with which the compiler cannot deal. `said` is what cargo says about it.
pub fn gave_up(said: &str) -> Diagnostic {
    // Cargo knows no names for the first two.
    const SIGNS: [(&str, &str); 5] = [
        ("(signal: 24", "it took more processor time than compiling may take"),
        ("(signal: 25", "it wrote a file larger than a compiler may write"),
        ("memory allocation of", "it needed more memory than compiling may take"),
        ("SIGABRT", "it was aborted, which usually means that it needed more memory than compiling may take"),
        ("SIGSEGV", "it crashed"),
    ];
    let sign = SIGNS.iter().find(|(sign, _)| said.contains(sign)).map(|(_, meaning)| *meaning);
    let first = || said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("it does not say why");
    let why = sign.unwrap_or_else(|| first().trim_start_matches("error: "));
    let message = format!("the compiler gave up on this code: {why}");
    Diagnostic { level: Level::Error, code: None, place: None, rendered: format!("error: {message}\n"), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_that_gave_up_says_why() {
        let killed = "error: could not compile `abba` (lib)\n\nCaused by:\n  process didn't exit successfully: `rustc` \
                      (signal: 24)";
        assert!(gave_up(killed).message.ends_with("it took more processor time than compiling may take"));
        assert!(gave_up("\nerror: linking failed\nmore").message.ends_with("code: linking failed"));
        assert!(gave_up("").message.ends_with("it does not say why"));
    }
}
