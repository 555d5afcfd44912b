//! verdict: failing-test a_dropped_planner_hands_out_nothing_more
//! A detached task hands out the backlog. If the planner is dropped, that task goes on.
//!
//! The planner of a build system. It and the compiler are tasks that send each other messages.

use std::collections::HashSet;

use tokio::sync::mpsc::{self, Receiver, Sender};

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
    let (backlog, mut next) = mpsc::unbounded_channel();
    let (mut found, mut known) = (vec![first], HashSet::from([first]));
    let mut compiled = 0;
    tokio::spawn(async move {
        while let Some(file) = next.recv().await {
            if files.send(file).await.is_err() {
                return;
            }
        }
    });
    backlog.send(first).map_err(|_| Gone)?;
    while compiled < found.len() {
        match reports.recv().await.ok_or(Gone)? {
            Report::Includes(file) => {
                if known.insert(file) {
                    found.push(file);
                    backlog.send(file).map_err(|_| Gone)?;
                }
            }
            Report::Done => compiled += 1,
        }
    }
    Ok(found)
}
