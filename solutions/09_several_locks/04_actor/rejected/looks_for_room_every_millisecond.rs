//! verdict: failing-test a_waiting_planner_sleeps
//! Does not wait for room, but looks for it every millisecond.

use std::collections::HashSet;

use std::time::Duration;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::time::sleep;

/// What the compiler reports. While the channel is full, the compiler waits and takes no further file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The file that the compiler is working on includes this one.
    Includes(u32),
    /// A file is compiled. The compiler takes the next one.
    Done,
}

/// The compiler closed a channel, and can no longer finish the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

/// Hands `first` and every file that the compiler reports to the compiler, each once, in the order in which they were
/// found. Returns them when all are compiled.
pub async fn plan(first: u32, files: Sender<u32>, mut reports: Receiver<Report>) -> Result<Vec<u32>, Gone> {
    let (mut found, mut known) = (vec![first], HashSet::from([first]));
    let (mut compiled, mut handed_out) = (0, 0);
    while compiled < found.len() {
        while let Some(&file) = found.get(handed_out) {
            match files.try_send(file) {
                Ok(()) => handed_out += 1,
                Err(TrySendError::Full(_)) => break,
                Err(TrySendError::Closed(_)) => return Err(Gone),
            }
        }
        tokio::select! {
            () = sleep(Duration::from_millis(1)), if handed_out < found.len() => {}
            report = reports.recv() => match report.ok_or(Gone)? {
                Report::Includes(file) => {
                    if known.insert(file) {
                        found.push(file);
                    }
                }
                Report::Done => compiled += 1,
            },
        }
    }
    Ok(found)
}
