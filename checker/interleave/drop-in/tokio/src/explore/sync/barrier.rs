//! `tokio::sync::Barrier`.

use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

use interleave::engine::Access;
use interleave::model::Object;
use interleave::model::acquire::listen;
use real::sync::Notify;

/// See [`real::sync::Barrier`]. Not built on the real one, which waits on a `watch` channel that picks its queues at
/// random: a schedule could not be repeated.
#[derive(Debug)]
pub struct Barrier {
    object: Object,
    size: usize,
    state: Mutex<State>,
    opened: Notify,
}

#[derive(Debug)]
struct State {
    arrived: usize,
    /// How often the barrier has opened.
    generation: usize,
}

/// See [`real::sync::BarrierWaitResult`].
#[derive(Debug, Clone)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Whether this arrival opened the barrier: true for one of the tasks that were let through.
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl Barrier {
    /// A barrier for `n` tasks; 0 counts as 1.
    #[track_caller]
    pub fn new(n: usize) -> Self {
        Barrier {
            object: Object::new("Barrier"),
            size: n.max(1),
            state: Mutex::new(State { arrived: 0, generation: 0 }),
            opened: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a task, which stays counted even if it stops waiting. Returns `None` for the last one, otherwise the
    /// generation in which it waits.
    fn arrive(&self) -> Option<usize> {
        let mut state = self.state();
        state.arrived += 1;
        if state.arrived < self.size {
            return Some(state.generation);
        }
        *state = State { arrived: 0, generation: state.generation + 1 };
        None
    }

    /// Arrives when it is first polled, and waits until as many tasks as the barrier is for have arrived.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = BarrierWaitResult> {
        let place = Location::caller();
        async move {
            self.object.point(Access::Write);
            let Some(generation) = self.arrive() else {
                self.opened.notify_waiters();
                self.object.signals(place);
                return BarrierWaitResult(true);
            };
            let opens = async {
                loop {
                    let opened = self.opened.notified();
                    if self.state().generation > generation {
                        break;
                    }
                    opened.await;
                }
            };
            listen(&self.object, place, opens).await;
            BarrierWaitResult(false)
        }
    }
}
