//! The model of a condition variable that moves its waiters into the queue of their mutex, as parking_lot's does.

use std::collections::VecDeque;
use std::panic::Location;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use trace::Mode;

use super::Lock;
use super::lock::LaterPlace;
use crate::engine::object::Object;
use crate::engine::{Access, ending, scheduler, threads};

/// A condition variable whose waiters are woken, and lock the mutex, in the order of their arrival.
#[derive(Debug)]
pub struct Condition {
    object: Object,
    queue: Mutex<Queue>,
}

#[derive(Debug)]
struct Queue {
    /// The schedule of these waiters; a condition variable in a `static` outlives it.
    epoch: u64,
    /// The address of the lock that all waiters use.
    lock: usize,
    waiters: VecDeque<Waiter>,
    next_ticket: u64,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    place: LaterPlace,
    waker: Waker,
}

impl Queue {
    const fn new() -> Self {
        Queue { epoch: 0, lock: 0, waiters: VecDeque::new(), next_ticket: 0 }
    }
}

impl Condition {
    /// A condition variable that cannot know where it is created; see [`Object::of_unknown_origin`].
    pub const fn of_unknown_origin(type_name: &'static str) -> Self {
        Condition { object: Object::of_unknown_origin(type_name), queue: Mutex::new(Queue::new()) }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(epoch) = scheduler::epoch()
            && queue.epoch != epoch
        {
            // Waiters of an earlier schedule.
            let old = std::mem::replace(&mut *queue, Queue { epoch, ..Queue::new() });
            drop(queue);
            drop(old);
            queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        }
        queue
    }

    /// Releases `lock`, which the caller acquired at `taken`, waits for a notification or until `deadline`, and
    /// acquires the lock again at `place`. Returns whether it was notified.
    ///
    /// The lock is held again however the wait ends, even if the schedule ends during it.
    ///
    /// # Panics
    ///
    /// If others wait with another lock. Nothing has been changed then.
    #[track_caller]
    pub fn wait(
        &self,
        lock: &Lock,
        taken: &'static Location<'static>,
        deadline: Option<Duration>,
        place: &'static Location<'static>,
    ) -> bool {
        self.object.point(Access::Write);
        let later = LaterPlace::default();
        let (ticket, lock_ticket) = match self.enlist(lock, &later) {
            Some(tickets) => tickets,
            None => panic!("attempted to use a condition variable with more than one mutex"),
        };
        lock.release_at_once(Mode::Lock, taken);
        ending::without_unwinding(|| {
            self.object.listens(place);
            threads::wait_until(deadline, || later.has_begun() || ending::is_ending());
            let is_notified = later.has_begun();
            if is_notified {
                self.object.hears(place);
                lock.take_in_turn(lock_ticket, place);
            } else {
                let left = {
                    let mut queue = self.queue();
                    let at = queue.waiters.iter().position(|waiter| waiter.ticket == ticket);
                    at.and_then(|at| queue.waiters.remove(at))
                };
                drop(left);
                lock.withdraw(lock_ticket);
                self.object.gives_up(place);
                scheduler::yield_now();
                lock.take(Mode::Lock, place);
            }
            is_notified
        })
    }

    /// Joins this queue, and reserves a place in that of `lock` for later. `None` if others wait with another lock.
    fn enlist(&self, lock: &Lock, later: &LaterPlace) -> Option<(u64, u64)> {
        let waker = threads::waker();
        let mut queue = self.queue();
        let address = ptr::from_ref(lock).addr();
        if !queue.waiters.is_empty() && queue.lock != address {
            return None;
        }
        let ticket = queue.next_ticket;
        (queue.lock, queue.next_ticket) = (address, ticket + 1);
        queue.waiters.push_back(Waiter { ticket, place: later.clone(), waker: waker.clone() });
        drop(queue);
        Some((ticket, lock.enlist_later(Arc::new(waker), later.clone())))
    }

    /// Moves up to `most` waiters into the queue of their mutex. Returns how many.
    pub fn notify(&self, most: usize, place: &'static Location<'static>) -> usize {
        self.object.point(Access::Write);
        let called: Vec<Waiter> = {
            let mut queue = self.queue();
            let count = most.min(queue.waiters.len());
            queue.waiters.drain(..count).collect()
        };
        self.object.signals(place);
        let count = called.len();
        called.iter().for_each(|waiter| waiter.place.begin());
        called.into_iter().for_each(|waiter| waiter.waker.wake());
        count
    }
}
