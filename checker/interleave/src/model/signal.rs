//! The model of sleeping until woken, for condition variables and barriers.

use std::panic::Location;
use std::task::Waker;
use std::time::Duration;

use super::waiters::Waiters;
use crate::engine::object::Object;
use crate::engine::{Access, scheduler, threads};

/// A queue of waiters.
#[derive(Debug)]
pub struct Signal {
    object: Object,
    order: Order,
    /// `None` for a waiter that has not slept yet.
    waiters: Waiters<Option<Waker>>,
}

/// Which waiter is woken first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The one that has waited longest.
    Fifo,
    /// The package does not specify it, so the scheduler chooses.
    Any,
}

/// A place in the queue of a [`Signal`].
#[must_use]
#[derive(Debug)]
pub struct Ticket(u64);

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Woken {
    /// By a notification.
    BySignal,
    /// By its deadline.
    ByTime,
    /// Without a notification, as the documentation of condition variables warns.
    Spuriously,
}

impl Signal {
    /// A signal of the type `type_name`.
    #[track_caller]
    pub const fn new(type_name: &'static str, order: Order) -> Self {
        Signal { object: Object::new(type_name), order, waiters: Waiters::new() }
    }

    /// A signal that cannot know where it is created; see [`Object::of_unknown_origin`].
    pub const fn of_unknown_origin(type_name: &'static str, order: Order) -> Self {
        Signal { object: Object::of_unknown_origin(type_name), order, waiters: Waiters::new() }
    }

    /// Joins the queue. No signal is missed from now on.
    pub fn enlist(&self) -> Ticket {
        self.object.point(Access::Write);
        self.enlist_at_once()
    }

    /// Like [`enlist`](Self::enlist), as part of an operation that has had its scheduling point.
    pub fn enlist_at_once(&self) -> Ticket {
        Ticket(self.waiters.queue().join(None))
    }

    /// Waits until `ticket` is signalled, or until `deadline`.
    pub fn wait(&self, ticket: Ticket, deadline: Option<Duration>, place: &'static Location<'static>) -> Woken {
        let leave = || self.waiters.leave(ticket.0).is_some();
        if scheduler::wakes_spuriously() && leave() {
            return Woken::Spuriously;
        }
        let leave_in_any_case = Leave(&leave);
        let waker = threads::waker();
        let mut asleep = false;
        let called = threads::wait_until(deadline, || {
            let waker = Some(waker.clone());
            let old = {
                let mut queue = self.waiters.queue();
                let Some(slot) = queue.get_mut(ticket.0) else { return true };
                std::mem::replace(slot, waker)
            };
            drop(old);
            if !std::mem::replace(&mut asleep, true) {
                self.object.listens(place);
            }
            false
        });
        std::mem::forget(leave_in_any_case);
        if called || !leave() {
            self.object.hears(place);
            return Woken::BySignal;
        }
        self.object.gives_up(place);
        Woken::ByTime
    }

    /// Wakes one waiter, if there is one. Returns whether there was.
    pub fn notify_one(&self, place: &'static Location<'static>) -> bool {
        self.notify(1, place) > 0
    }

    /// Wakes every waiter. Returns how many there were.
    pub fn notify_all(&self, place: &'static Location<'static>) -> usize {
        self.notify(usize::MAX, place)
    }

    /// Like [`notify_all`](Self::notify_all), as part of an operation that has had its scheduling point.
    pub fn notify_all_at_once(&self, place: &'static Location<'static>) -> usize {
        self.call(usize::MAX, place)
    }

    fn notify(&self, most: usize, place: &'static Location<'static>) -> usize {
        self.object.point(Access::Write);
        self.call(most, place)
    }

    fn call(&self, most: usize, place: &'static Location<'static>) -> usize {
        let mut called = Vec::new();
        while called.len() < most {
            let waiting = self.waiters.queue().waiters.len();
            if waiting == 0 {
                break;
            }
            let at = match self.order {
                Order::Any if most == 1 => scheduler::choose(waiting),
                Order::Any | Order::Fifo => 0,
            };
            called.extend(self.waiters.queue().waiters.remove(at));
        }
        self.object.signals(place);
        let count = called.len();
        called.into_iter().filter_map(|(_, waker)| waker).for_each(Waker::wake);
        count
    }
}

/// Calls its function when it is dropped, for example because its thread is torn down while it waits.
struct Leave<'a>(&'a dyn Fn() -> bool);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        (self.0)();
    }
}
