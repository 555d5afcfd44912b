//! verdict: deadlock
//! `select!` drops the `send` that lost, and with it the file that it was to send.
//!
//! The planner of a build system. It and the compiler are tasks that send each other messages.

use std::collections::{HashSet, VecDeque};

use tokio::sync::mpsc::{Receiver, Sender};

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
    let mut backlog = VecDeque::from([first]);
    let mut compiled = 0;
    while compiled < found.len() {
        let next = backlog.pop_front();
        tokio::select! {
            sent = files.send(next.unwrap_or_default()), if next.is_some() => sent.map_err(|_| Gone)?,
            report = reports.recv() => match report.ok_or(Gone)? {
                Report::Includes(file) => {
                    if known.insert(file) {
                        found.push(file);
                        backlog.push_back(file);
                    }
                }
                Report::Done => compiled += 1,
            },
        }
    }
    Ok(found)
}
