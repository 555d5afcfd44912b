//! The model of a condition variable that moves its waiters into the queue of their mutex, as parking_lot's does.

use std::panic::Location;
use std::ptr;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use trace::Mode;

use super::Lock;
use super::lock::LaterPlace;
use super::waiters::Waiters;
use crate::engine::object::Object;
use crate::engine::{Access, ending, scheduler, threads};

/// A condition variable whose waiters are woken, and lock the mutex, in the order of their arrival.
#[derive(Debug)]
pub struct Condition {
    object: Object,
    waiters: Waiters<Waiter>,
}

#[derive(Debug)]
struct Waiter {
    /// The address of the lock, which is the same for all waiters.
    lock: usize,
    place: LaterPlace,
    waker: Waker,
}

impl Condition {
    /// A condition variable that cannot know where it is created; see [`Object::of_unknown_origin`].
    pub const fn of_unknown_origin(type_name: &'static str) -> Self {
        Condition { object: Object::of_unknown_origin(type_name), waiters: Waiters::new() }
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
                drop(self.waiters.leave(ticket));
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
        let mut queue = self.waiters.queue();
        let address = ptr::from_ref(lock).addr();
        if queue.waiters.front().is_some_and(|(_, waiter)| waiter.lock != address) {
            return None;
        }
        let ticket = queue.join(Waiter { lock: address, place: later.clone(), waker: waker.clone() });
        drop(queue);
        Some((ticket, lock.enlist_later(Arc::new(waker), later.clone())))
    }

    /// Moves up to `most` waiters into the queue of their mutex. Returns how many.
    pub fn notify(&self, most: usize, place: &'static Location<'static>) -> usize {
        self.object.point(Access::Write);
        let called: Vec<Waiter> = {
            let mut queue = self.waiters.queue();
            let count = most.min(queue.waiters.len());
            queue.waiters.drain(..count).map(|(_, waiter)| waiter).collect()
        };
        self.object.signals(place);
        let count = called.len();
        called.iter().for_each(|waiter| waiter.place.begin());
        called.into_iter().for_each(|waiter| waiter.waker.wake());
        count
    }
}
