//! Waking threads of the schedule, from inside and outside it.

use std::task::Wake;

use super::super::choice::Access;
use super::super::search::{Key, MOST_OBJECTS};
use super::super::session::{self, Session, ThreadState};
use super::super::watching;

/// Wakes a thread of the running schedule.
pub(crate) fn unblock(id: usize) {
    // Which thread wakes it first makes no difference, so this is a read.
    session::touch(thread_key(id), Access::Read);
    enable(id);
}

/// Like [`unblock`], for a thread that waits in [`block_until_enabled`] for the end of the caller.
pub(crate) fn enable(id: usize) {
    watching::with_races(|races, by| races.wake(id, by));
    session::with(|session| match session.threads[id].state {
        ThreadState::Blocked => {
            session.make_runnable(id);
            session.threads.iter_mut().for_each(|thread| thread.yields = 0);
            if let Some(search) = session.source.search() {
                search.enable(id + 1);
            }
        }
        ThreadState::Runnable | ThreadState::Settling => session.threads[id].token = true,
        ThreadState::Ended => {}
    });
}

/// The object key that represents a thread's sleep.
pub(crate) fn thread_key(id: usize) -> Key {
    MOST_OBJECTS | id as Key
}

/// The waker that a thread passes to the future it polls; it wakes that thread.
pub(crate) struct ThreadWaker {
    pub(crate) id: usize,
    pub(crate) epoch: u64,
    pub(crate) foreign: Foreign,
}

impl Wake for ThreadWaker {
    fn wake(self: std::sync::Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &std::sync::Arc<Self>) {
        if self.foreign.is_known(self.epoch) {
            unblock(self.id);
        }
    }
}

/// Detects that an object of a schedule is used from an OS thread that the scheduler does not know.
#[derive(Clone, Debug)]
pub(crate) struct Foreign {
    os_thread: std::thread::ThreadId,
    seen: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Foreign {
    pub(crate) fn of(session: &Session) -> Self {
        Foreign { os_thread: session.os_thread, seen: std::sync::Arc::clone(&session.foreign) }
    }

    /// Whether the caller belongs to the schedule `epoch` and that schedule is running. Records a foreign caller.
    pub(crate) fn is_known(&self, epoch: u64) -> bool {
        if session::with(|session| session.epoch == epoch).unwrap_or(false) {
            return true;
        }
        if std::thread::current().id() != self.os_thread {
            self.seen.store(true, std::sync::atomic::Ordering::Release);
        }
        false
    }
}
