//! The state of a lock: its holders, its queue, and which waiter enters next.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Waker;

use trace::Mode;

/// The next place in a queue. All locks share one sequence, because a condition variable moves its waiters into the
/// queue of a lock that it does not know.
static NEXT_PLACE: AtomicU64 = AtomicU64::new(1);

/// A place in the queue of a lock that only counts once it has begun.
#[derive(Clone, Debug, Default)]
pub(crate) struct LaterPlace(Arc<AtomicU64>);

impl LaterPlace {
    /// Makes the place count from now on, behind all current waiters.
    pub(crate) fn begin(&self) {
        self.0.store(NEXT_PLACE.fetch_add(1, Relaxed), Relaxed);
    }

    fn place(&self) -> Option<u64> {
        Some(self.0.load(Relaxed)).filter(|place| *place > 0)
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.place().is_some()
    }
}

/// How a lock treats its waiters. Newcomers may overtake them while the lock is free: no package promises otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// The package does not specify who is next, so the scheduler chooses. A waiting writer keeps new readers out.
    Any,
    /// parking_lot: the writer that has waited longest is next. It keeps readers out once only readers are inside.
    Parked,
    /// Like `Parked`, but readers may still join other readers.
    ParkedRecursive,
    /// async-lock: like `Parked`, but readers enter one after another, because each wakes the next.
    Listening,
    /// dashmap: nothing but a writer inside keeps a reader out, and the scheduler chooses who is next.
    ReadersFirst,
}

impl Queue {
    /// Whether those who wait enter in the order in which they came.
    fn is_in_order(self) -> bool {
        !matches!(self, Queue::Any | Queue::ReadersFirst)
    }
}

#[derive(Debug)]
pub(super) struct State {
    readers: usize,
    upgradable: bool,
    writer: bool,
    /// The next waiting writer: it only waits for readers to leave, and no other waiter or newcomer may enter first.
    claim: Option<u64>,
    waiters: Vec<Waiter>,
}

#[derive(Debug)]
pub(super) struct Waiter {
    ticket: u64,
    mode: Mode,
    /// In an `Arc`, because cloning a waker may run foreign code, and the state is locked meanwhile.
    waker: Arc<Waker>,
    /// The lock was handed to this waiter, which has not noticed yet.
    granted: bool,
    /// It waits on a condition variable, which may move it into this queue.
    later: Option<LaterPlace>,
}

impl Waiter {
    /// Its place in the queue, if that counts already.
    fn place(&self) -> Option<u64> {
        self.later.as_ref().map_or(Some(self.ticket), LaterPlace::place)
    }
}

/// Whether a waiter keeps a lock that was handed to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Granted {
    Kept,
    GivenBack,
}

impl State {
    pub(super) const fn new() -> Self {
        State { readers: 0, upgradable: false, writer: false, claim: None, waiters: Vec::new() }
    }

    pub(super) fn is_locked(&self) -> bool {
        self.writer || self.upgradable || self.readers > 0
    }

    pub(super) fn is_locked_exclusive(&self) -> bool {
        self.writer
    }

    pub(super) fn readers(&self) -> usize {
        self.readers
    }

    pub(super) fn has_waiters(&self) -> bool {
        self.waiters.iter().any(|waiter| waiter.place().is_some())
    }

    pub(super) fn has_claim(&self) -> bool {
        self.claim.is_some()
    }

    /// Whether the waiter with `ticket`, or else a newcomer, can enter in `mode` now.
    fn may_enter(&self, queue: Queue, mode: Mode, ticket: Option<u64>) -> bool {
        match mode {
            Mode::Lock | Mode::Write => {
                let is_free = !self.writer && !self.upgradable && self.readers == 0;
                let is_next = match self.claim {
                    Some(claim) => Some(claim) == ticket,
                    None => self.is_first(queue, is_exclusive, ticket),
                };
                is_free && is_next
            }
            Mode::Read => {
                let kept_out = match queue {
                    Queue::Any => self.waiters.iter().any(|waiter| waiter.mode == Mode::Write),
                    Queue::Parked | Queue::Listening => self.has_claim(),
                    Queue::ParkedRecursive => self.has_claim() && self.readers == 0,
                    Queue::ReadersFirst => false,
                };
                let is_next = queue != Queue::Listening || self.is_first(queue, is_reader, ticket);
                !self.writer && !kept_out && is_next
            }
            Mode::Upgradable => {
                !self.writer && !self.upgradable && !self.has_claim() && self.is_first(queue, is_exclusive, ticket)
            }
            Mode::Permit => unreachable!("a permit is not a lock"),
        }
    }

    /// Whether `ticket` is the first among the waiters accepted by `kind`. True for newcomers.
    fn is_first(&self, queue: Queue, kind: fn(&Waiter) -> bool, ticket: Option<u64>) -> bool {
        let first = || {
            let waiting = self.waiters.iter().filter(|waiter| kind(waiter) && !waiter.granted);
            let (_, first) = waiting.filter_map(|waiter| Some((waiter.place()?, waiter.ticket))).min()?;
            Some(first)
        };
        !queue.is_in_order() || ticket.is_none() || first() == ticket
    }

    /// Enters in `mode` if possible. `ticket` is that of the caller, if it waits already.
    pub(super) fn try_enter(&mut self, queue: Queue, mode: Mode, ticket: Option<u64>) -> bool {
        if ticket.is_some() && self.waiters.iter().any(|waiter| Some(waiter.ticket) == ticket && waiter.granted) {
            return true;
        }
        let enters = self.may_enter(queue, mode, ticket);
        if enters {
            self.add(mode);
        }
        enters
    }

    fn add(&mut self, mode: Mode) {
        match mode {
            Mode::Lock | Mode::Write => (self.writer, self.claim) = (true, None),
            Mode::Read => self.readers += 1,
            Mode::Upgradable => self.upgradable = true,
            Mode::Permit => unreachable!("a permit is not a lock"),
        }
    }

    /// Undoes [`try_enter`](Self::try_enter). Does nothing if the lock was acquired in an earlier schedule.
    pub(super) fn leave(&mut self, mode: Mode) {
        match mode {
            Mode::Lock | Mode::Write => self.writer = false,
            Mode::Read => self.readers = self.readers.saturating_sub(1),
            Mode::Upgradable => self.upgradable = false,
            Mode::Permit => unreachable!("a permit is not a lock"),
        }
    }

    /// Downgrades to a weaker mode.
    pub(super) fn downgrade(&mut self, from: Mode, to: Mode) {
        self.leave(from);
        self.add(to);
    }

    /// Upgrades an upgradable read to a write if there is no reader.
    pub(super) fn try_upgrade(&mut self) -> bool {
        let is_alone = self.readers == 0;
        if is_alone {
            self.upgradable = false;
            self.add(Mode::Write);
        }
        is_alone
    }

    /// Joins the end of the queue, or replaces the waiter's waker. Returns the old waker, and the ticket.
    pub(super) fn wait(
        &mut self,
        queue: Queue,
        mode: Mode,
        ticket: Option<u64>,
        waker: Arc<Waker>,
    ) -> (Option<Arc<Waker>>, u64) {
        let claims = self.may_claim(queue, mode, ticket);
        let (old, ticket) = match self.waiters.iter_mut().find(|waiter| Some(waiter.ticket) == ticket) {
            Some(waiter) => (Some(std::mem::replace(&mut waiter.waker, waker)), waiter.ticket),
            None => (None, self.enqueue(mode, waker, None)),
        };
        if claims {
            self.claim = Some(ticket);
        }
        (old, ticket)
    }

    /// Whether a waiting writer is next, because only readers are inside.
    fn may_claim(&self, queue: Queue, mode: Mode, ticket: Option<u64>) -> bool {
        mode == Mode::Write
            && queue.is_in_order()
            && !self.writer
            && !self.upgradable
            && !self.has_claim()
            && self.is_first(queue, is_exclusive, ticket)
    }

    /// Joins the end of the queue, now or `later`.
    pub(super) fn enqueue(&mut self, mode: Mode, waker: Arc<Waker>, later: Option<LaterPlace>) -> u64 {
        let ticket = NEXT_PLACE.fetch_add(1, Relaxed);
        self.waiters.push(Waiter { ticket, mode, waker, granted: false, later });
        ticket
    }

    /// Gives up an upgradable read for a place in the queue before which no one else may enter.
    pub(super) fn begin_upgrade(&mut self, waker: Arc<Waker>) -> u64 {
        let ticket = self.enqueue(Mode::Write, waker, None);
        self.upgradable = false;
        self.claim = Some(ticket);
        ticket
    }

    /// Leaves the queue. If the lock has been handed to the waiter, keeps or releases it.
    pub(super) fn leave_queue(&mut self, ticket: u64, granted: Granted) -> Option<Waiter> {
        let at = self.waiters.iter().position(|waiter| waiter.ticket == ticket)?;
        let left = self.waiters.remove(at);
        if self.claim == Some(ticket) {
            self.claim = None;
        }
        if left.granted && granted == Granted::GivenBack {
            self.leave(left.mode);
        }
        Some(left)
    }

    /// Cancels an upgrade, and keeps or releases the upgradable read.
    pub(super) fn end_upgrade(&mut self, ticket: u64, upgradable: Granted) -> Option<Waiter> {
        let left = self.leave_queue(ticket, Granted::GivenBack);
        self.upgradable |= upgradable == Granted::Kept;
        left
    }

    /// Hands over a lock that was released fairly to those who have waited longest: to a writer, or to readers and a
    /// waiter that may write after them.
    pub(super) fn hand_over(&mut self, queue: Queue) {
        let mut exclusive = self.writer || self.upgradable || self.has_claim();
        self.waiters.sort_by_key(Waiter::place);
        for waiter in self.waiters.iter_mut().filter(|waiter| !waiter.granted && waiter.place().is_some()) {
            if self.claim.is_some() && queue != Queue::ParkedRecursive {
                break;
            }
            match waiter.mode {
                Mode::Read => {
                    self.readers += 1;
                    waiter.granted = true;
                }
                _ if exclusive => {}
                Mode::Upgradable => (self.upgradable, waiter.granted, exclusive) = (true, true, true),
                _ => (self.claim, exclusive) = (Some(waiter.ticket), true),
            }
        }
        if let Some(claim) = self.claim
            && !self.is_locked()
            && let Some(waiter) = self.waiters.iter_mut().find(|waiter| waiter.ticket == claim)
        {
            waiter.granted = true;
            self.add(Mode::Write);
        }
    }

    /// The wakers of the waiters that can enter now, or can keep readers out from now on. They stay in the queue until
    /// they have entered.
    pub(super) fn wakers(&self, queue: Queue) -> Vec<Arc<Waker>> {
        let is_woken = |waiter: &&Waiter| {
            let (mode, ticket) = (waiter.mode, Some(waiter.ticket));
            let is_next = || self.may_enter(queue, mode, ticket) || self.may_claim(queue, mode, ticket);
            waiter.granted || (waiter.place().is_some() && is_next())
        };
        self.waiters.iter().filter(is_woken).map(|waiter| Arc::clone(&waiter.waker)).collect()
    }
}

fn is_reader(waiter: &Waiter) -> bool {
    waiter.mode == Mode::Read
}

fn is_exclusive(waiter: &Waiter) -> bool {
    !is_reader(waiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(state: &mut State, mode: Mode) -> u64 {
        assert!(!state.try_enter(Queue::Parked, mode, None));
        state.wait(Queue::Parked, mode, None, Arc::new(Waker::noop().clone())).1
    }

    #[test]
    fn a_waiter_that_leaves_releases_a_lock_that_was_handed_to_it() {
        let mut state = State::new();
        assert!(state.try_enter(Queue::Parked, Mode::Lock, None));
        let ticket = waits(&mut state, Mode::Lock);
        state.leave(Mode::Lock);
        state.hand_over(Queue::Parked);
        assert!(state.is_locked());
        state.leave_queue(ticket, Granted::GivenBack);
        assert!(!state.is_locked());
    }

    /// Would catch: a deadlock of a thread that calls `get` twice, which the real map does not have.
    #[test]
    fn a_waiting_writer_keeps_no_reader_of_a_shard_out() {
        let mut state = State::new();
        let queue = Queue::ReadersFirst;
        assert!(state.try_enter(queue, Mode::Read, None));
        assert!(!state.try_enter(queue, Mode::Write, None));
        state.wait(queue, Mode::Write, None, Arc::new(Waker::noop().clone()));
        assert!(state.try_enter(queue, Mode::Read, None), "another reader comes later");
        state.leave(Mode::Read);
        assert!(state.wakers(queue).is_empty(), "one reader is left inside");
        state.leave(Mode::Read);
        assert_eq!(state.wakers(queue).len(), 1);
    }

    #[test]
    fn a_writer_is_woken_to_keep_readers_out() {
        let mut state = State::new();
        assert!(state.try_enter(Queue::Parked, Mode::Read, None));
        assert!(state.try_enter(Queue::Parked, Mode::Upgradable, None));
        waits(&mut state, Mode::Write);
        assert!(!state.has_claim() && state.wakers(Queue::Parked).is_empty());
        state.leave(Mode::Upgradable);
        assert_eq!(state.wakers(Queue::Parked).len(), 1, "only readers are left inside");
    }
}
