//! verdict: failing-test a_dropped_planner_hands_out_nothing_more
//! A task for each `send`: the tasks wait for room and send in any order, and go on if the planner is dropped.
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
    let mut compiled = 0;
    files.send(first).await.map_err(|_| Gone)?;
    while compiled < found.len() {
        match reports.recv().await.ok_or(Gone)? {
            Report::Includes(file) => {
                if known.insert(file) {
                    found.push(file);
                    let files = files.clone();
                    tokio::spawn(async move { files.send(file).await });
                }
            }
            Report::Done => compiled += 1,
        }
    }
    Ok(found)
}
