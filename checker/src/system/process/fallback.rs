//! For systems other than Linux: nothing is known about a process except how it ended, and callers say so.

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::{Activity, Usage};

pub fn adopt_orphans() {}

/// Starts the checker's own program.
pub fn own_command() -> io::Result<Command> {
    std::env::current_exe().map(Command::new)
}

/// It is unknown whether a process that is over its limit waits or computes.
pub fn activity(_id: u32) -> Activity {
    Activity::Unknown
}

/// No process is found to stand still here.
pub fn rouse(_id: u32) {}

/// Never detects a standstill, so each process runs until its limit.
#[derive(Debug, Default)]
pub struct StandstillDetector(());

impl StandstillDetector {
    pub fn observe(&mut self, _id: u32) -> bool {
        false
    }
}

/// Does nothing: what threads do is not shown.
pub fn ask_threads(_id: u32, _answers: &Path) {}

pub fn processor_time(_id: u32) -> Option<Duration> {
    None
}

pub fn machine_memory() -> Option<u64> {
    None
}

pub fn usage(_id: u32) -> Option<Usage> {
    None
}

#[cfg(unix)]
pub fn confine(_parent: u32, _memory: Option<u64>) -> io::Result<()> {
    Ok(())
}

/// Does nothing: a process that left its group cannot be found.
pub fn kill_escaped(_mark: &str) {}
