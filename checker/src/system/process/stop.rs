//! A handle that ends processes from another thread.

use std::io;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::group::Leader;

/// Kills the processes that run under it and prevents new ones. Clones share their state.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Handle>);

#[derive(Debug, Default)]
struct Handle {
    state: Mutex<State>,
    /// How many processes run under all handles of the family.
    family: Arc<Family>,
}

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    groups: Vec<Leader>,
    children: Vec<Weak<Handle>>,
}

#[derive(Debug, Default)]
struct Family {
    running: Mutex<usize>,
    idle: Condvar,
    pause: Mutex<Pause>,
}

/// How long the whole family has been paused.
#[derive(Debug, Default)]
struct Pause {
    since: Option<Instant>,
    before: Duration,
}

impl Stop {
    pub fn new() -> Self {
        Self::default()
    }

    /// A handle that is stopped together with this one, or alone.
    pub fn child(&self) -> Stop {
        let mut state = lock(&self.0.state);
        let child = Arc::new(Handle {
            state: Mutex::new(State { stopped: state.stopped, ..State::default() }),
            family: Arc::clone(&self.0.family),
        });
        state.children.retain(|child| child.strong_count() > 0);
        state.children.push(Arc::downgrade(&child));
        Stop(child)
    }

    /// Kills the running processes. No process can be started under this handle from now on.
    pub fn stop(&self) {
        let children = {
            let mut state = lock(&self.0.state);
            state.stopped = true;
            for group in &state.groups {
                group.kill();
            }
            std::mem::take(&mut state.children)
        };
        for child in children.iter().filter_map(Weak::upgrade) {
            Stop(child).stop();
        }
    }

    /// How long the family has been paused in total.
    pub(super) fn paused(&self) -> Duration {
        let pause = lock(&self.0.family.pause);
        pause.before + pause.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    pub fn is_stopped(&self) -> bool {
        lock(&self.0.state).stopped
    }

    /// Waits until no process runs under any handle of the family, but no longer than `limit`.
    pub fn wait_until_idle(&self, limit: Duration) {
        let running = lock(&self.0.family.running);
        let _ = self.0.family.idle.wait_timeout_while(running, limit, |running| *running > 0);
    }

    /// Starts `command` as the leader of its own process group; `None` if this handle was stopped.
    ///
    /// Holds the lock, so that `stop` cannot miss a process that has just been started.
    pub(super) fn spawn(&self, command: &mut Command) -> io::Result<Option<Leader>> {
        let mut state = lock(&self.0.state);
        if state.stopped {
            return Ok(None);
        }
        let group = Leader::start(command)?;
        state.groups.push(group.clone());
        // The process may have started after the others were paused.
        if lock(&self.0.family.pause).since.is_some() {
            group.pause();
        }
        *lock(&self.0.family.running) += 1;
        Ok(Some(group))
    }

    /// Call this before the leader of `group` is reaped: after that, its id may belong to another process.
    pub(super) fn forget(&self, group: &Leader) {
        lock(&self.0.state).groups.retain(|known| known != group);
    }

    /// Call this when no process of a started group is left.
    pub(super) fn gone(&self) {
        *lock(&self.0.family.running) -= 1;
        self.0.family.idle.notify_all();
    }
}

/// Only Unix has Ctrl-Z.
#[cfg(unix)]
impl Stop {
    /// Pauses all processes of the family and their time limits until [`Stop::resume`]. Call it on the topmost handle.
    pub fn pause(&self) {
        lock(&self.0.family.pause).since.get_or_insert_with(Instant::now);
        self.each(&Leader::pause);
    }

    pub fn resume(&self) {
        let mut pause = lock(&self.0.family.pause);
        if let Some(since) = pause.since.take() {
            pause.before += since.elapsed();
        }
        drop(pause);
        self.each(&Leader::resume);
    }

    fn each(&self, act: &dyn Fn(&Leader)) {
        let children = {
            let state = lock(&self.0.state);
            state.groups.iter().for_each(act);
            state.children.clone()
        };
        for child in children.iter().filter_map(Weak::upgrade) {
            Stop(child).each(act);
        }
    }
}

/// A panic in another thread must not leave processes behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_stops_with_its_parent_or_alone() {
        let parent = Stop::new();
        let (a, b) = (parent.child(), parent.child());
        a.stop();
        assert!(a.is_stopped() && !b.is_stopped() && !parent.is_stopped());
        parent.stop();
        assert!(b.is_stopped() && parent.child().is_stopped());
    }
}
