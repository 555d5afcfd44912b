//! Queues of waiters that begin anew in each schedule.

use std::collections::VecDeque;

use super::reset_mutex::{ResetGuard, ResetMutex};

/// The waiters in order of arrival, each with a ticket.
#[derive(Debug)]
pub(super) struct Waiters<W> {
    queue: ResetMutex<Queue<W>>,
}

/// The waiters of the running schedule. Dropping a `W` may run foreign code, so it is moved out of the queue first.
#[derive(Debug)]
pub(super) struct Queue<W> {
    pub(super) waiters: VecDeque<(u64, W)>,
    next_ticket: u64,
}

impl<W> Waiters<W> {
    pub(super) const fn new() -> Self {
        Waiters { queue: ResetMutex::new(Queue::new(), Queue::new) }
    }

    /// The queue of the running schedule.
    pub(super) fn queue(&self) -> ResetGuard<'_, Queue<W>> {
        self.queue.lock()
    }

    /// Removes the waiter with this ticket, if it is still waiting.
    pub(super) fn leave(&self, ticket: u64) -> Option<W> {
        let mut queue = self.queue();
        let at = queue.waiters.iter().position(|(other, _)| *other == ticket)?;
        queue.waiters.remove(at).map(|(_, waiter)| waiter)
    }
}

impl<W> Queue<W> {
    const fn new() -> Self {
        Queue { waiters: VecDeque::new(), next_ticket: 0 }
    }

    /// Adds a waiter at the end, and returns its ticket.
    pub(super) fn join(&mut self, waiter: W) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiters.push_back((ticket, waiter));
        ticket
    }

    /// The waiter with this ticket, if it is still waiting.
    pub(super) fn get_mut(&mut self, ticket: u64) -> Option<&mut W> {
        self.waiters.iter_mut().find(|(other, _)| *other == ticket).map(|(_, waiter)| waiter)
    }
}
