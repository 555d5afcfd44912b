//! One attempt to enter a lock.

use super::*;

/// An attempt of a thread or a future to enter a lock. It joins the queue when it has to wait.
///
/// The owner of a `Taking` calls [`cancel`](Self::cancel) when it is dropped.
#[derive(Debug)]
pub struct Taking {
    mode: Mode,
    place: &'static Location<'static>,
    ticket: Option<u64>,
    is_asleep: bool,
    upgrade: Upgrade,
}

/// The right that was given up in order to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Upgrade {
    Nothing,
    /// An upgradable read. It is lost if the upgrade is cancelled.
    Upgradable,
    /// An upgradable read that is restored if the upgrade is cancelled.
    UpgradableForNow,
}

impl Taking {
    /// Creates an attempt to enter in `mode`.
    pub const fn new(mode: Mode, place: &'static Location<'static>) -> Self {
        Taking { mode, place, ticket: None, is_asleep: false, upgrade: Upgrade::Nothing }
    }

    pub(super) fn upgrade(ticket: u64, place: &'static Location<'static>) -> Self {
        Taking { ticket: Some(ticket), upgrade: Upgrade::Upgradable, ..Taking::new(Mode::Write, place) }
    }

    /// Creates an attempt that already has a place in the queue.
    pub(crate) fn with_ticket(ticket: u64, mode: Mode, place: &'static Location<'static>) -> Self {
        Taking { ticket: Some(ticket), ..Taking::new(mode, place) }
    }

    /// Restores the upgradable read if the upgrade is cancelled.
    pub(super) fn restore_upgradable(&mut self) {
        self.upgrade = Upgrade::UpgradableForNow;
    }

    /// Where in the source the lock is acquired.
    pub fn place(&self) -> &'static Location<'static> {
        self.place
    }

    /// A scheduling point, followed by [`poll`](Self::poll): the `poll` of a future.
    pub fn poll_at_point(&mut self, lock: &Lock, waker: &Waker) -> Poll<()> {
        lock.object.point(Access::Write);
        self.poll(lock, waker)
    }

    /// Enters if possible, otherwise waits in the queue.
    pub(crate) fn poll(&mut self, lock: &Lock, waker: &Waker) -> Poll<()> {
        // Cloned and dropped while the state is not locked: both may run foreign code.
        let waker = Arc::new(waker.clone());
        let mut state = lock.state();
        if state.try_enter(lock.queue, self.mode, self.ticket) {
            let left = self.ticket.take().and_then(|ticket| state.leave_queue(ticket, Granted::Kept));
            drop(state);
            match self.upgrade {
                Upgrade::Nothing => lock.enter(self.mode),
                Upgrade::Upgradable | Upgrade::UpgradableForNow => lock.finish_upgrade(),
            }
            let wakes_the_next = left.is_some() && self.mode == Mode::Read;
            drop(left);
            if wakes_the_next {
                lock.change(|_| ());
            }
            lock.object.acquires(self.mode, self.place);
            return Poll::Ready(());
        }
        let (old, ticket) = state.wait(lock.queue, self.mode, self.ticket, waker);
        drop(state);
        drop(old);
        self.ticket = Some(ticket);
        if !std::mem::replace(&mut self.is_asleep, true) {
            lock.object.waits(self.mode, self.place);
        }
        Poll::Pending
    }

    /// Leaves the queue, if it waits there. Waiters behind it may continue.
    pub fn cancel(&mut self, lock: &Lock) {
        let Some(ticket) = self.ticket.take() else { return };
        lock.object.point(Access::Write);
        // When the waiter unwinds, its owner can no longer use the upgradable read.
        let restore = self.upgrade == Upgrade::UpgradableForNow && !std::thread::panicking();
        if self.upgrade != Upgrade::Nothing && !restore {
            lock.exclusion.leave(Mode::Upgradable);
        }
        let left = lock.change(|state| match self.upgrade {
            Upgrade::Nothing => state.leave_queue(ticket, Granted::GivenBack),
            Upgrade::Upgradable | Upgrade::UpgradableForNow => {
                state.end_upgrade(ticket, if restore { Granted::Kept } else { Granted::GivenBack })
            }
        });
        drop(left);
        if self.is_asleep {
            lock.object.gives_up(self.place);
        }
    }
}
