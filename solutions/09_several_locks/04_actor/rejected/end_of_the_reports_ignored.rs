//! verdict: failing-test the_planner_notices_that_the_compiler_is_gone
//! `Some(report) =` switches the branch off when no report can come: with a full inbox, it waits for room forever.

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
    let (mut compiled, mut handed_out) = (0, 0);
    while compiled < found.len() {
        tokio::select! {
            room = files.reserve(), if handed_out < found.len() => {
                room.map_err(|_| Gone)?.send(found[handed_out]);
                handed_out += 1;
            }
            Some(report) = reports.recv() => match report {
                Report::Includes(file) => {
                    if known.insert(file) {
                        found.push(file);
                    }
                }
                Report::Done => compiled += 1,
            },
            else => return Err(Gone),
        }
    }
    Ok(found)
}
