//! verdict: livelock
//! Ignores that the compiler takes no more files, and finds room at once, again and again.
//!
//! The planner of a build system. It and the compiler are tasks that send each other messages.

use std::collections::HashSet;

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
    // How many of `found` have been handed out, and how many are compiled.
    let (mut handed_out, mut compiled) = (0, 0);
    while compiled < found.len() {
        tokio::select! {
            room = files.reserve(), if handed_out < found.len() => {
                if let Ok(room) = room {
                    room.send(found[handed_out]);
                    handed_out += 1;
                }
            }
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
