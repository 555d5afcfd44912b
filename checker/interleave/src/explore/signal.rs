//! The model of "sleep until somebody wakes you": condition variables, barriers.

use std::collections::VecDeque;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::object::Object;
use super::session;

/// A queue of sleepers. Who sleeps longest is woken first.
#[derive(Debug)]
pub struct Signal {
    object: Object,
    sleepers: Mutex<Sleepers>,
}

#[derive(Debug)]
struct Sleepers {
    queue: VecDeque<(u64, Option<Waker>)>,
    next_ticket: u64,
}

impl Sleepers {
    const fn new() -> Self {
        Sleepers { queue: VecDeque::new(), next_ticket: 0 }
    }
}

/// A place in the queue of a [`Signal`].
#[must_use]
#[derive(Debug)]
pub struct Ticket(u64);

/// How long a sleeper waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Until woken.
    Endless,
    /// Until woken or until some time has passed, which in explore mode may be at any moment.
    Limited,
}

/// How a sleep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    BySignal,
    ByTime,
}

impl Signal {
    /// A signal of the type `type_name`.
    #[track_caller]
    pub const fn new(type_name: &'static str) -> Self {
        Signal { object: Object::new(type_name), sleepers: Mutex::new(Sleepers::new()) }
    }

    /// A signal that cannot know where it is created; see [`Object::of_unknown_origin`].
    pub const fn of_unknown_origin(type_name: &'static str) -> Self {
        Signal { object: Object::of_unknown_origin(type_name), sleepers: Mutex::new(Sleepers::new()) }
    }

    fn sleepers(&self) -> MutexGuard<'_, Sleepers> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place in the queue. What is signalled from now on is not missed.
    pub fn enlist(&self) -> Ticket {
        let mut sleepers = self.sleepers();
        let ticket = sleepers.next_ticket;
        sleepers.next_ticket += 1;
        sleepers.queue.push_back((ticket, None));
        Ticket(ticket)
    }

    /// Sleeps until the place in the queue has been called.
    pub fn wait(&self, ticket: Ticket, patience: Patience, place: &'static Location<'static>) -> Woken {
        let mut asleep = false;
        shuttle::future::block_on(std::future::poll_fn(|context| {
            let mut sleepers = self.sleepers();
            let Some(at) = sleepers.queue.iter().position(|(other, _)| *other == ticket.0) else {
                drop(sleepers);
                self.object.hears(place);
                return Poll::Ready(Woken::BySignal);
            };
            if asleep && patience == Patience::Limited {
                sleepers.queue.remove(at);
                drop(sleepers);
                self.object.gives_up(place);
                return Poll::Ready(Woken::ByTime);
            }
            sleepers.queue[at].1 = Some(context.waker().clone());
            drop(sleepers);
            if !asleep {
                asleep = true;
                self.object.listens(place);
                if patience == Patience::Limited {
                    context.waker().wake_by_ref();
                }
            }
            Poll::Pending
        }))
    }

    /// Calls the first in the queue, if there is one.
    pub fn notify_one(&self, place: &'static Location<'static>) -> bool {
        self.notify(1, place) > 0
    }

    /// Calls everybody in the queue and returns how many that were.
    pub fn notify_all(&self, place: &'static Location<'static>) -> usize {
        self.notify(usize::MAX, place)
    }

    fn notify(&self, most: usize, place: &'static Location<'static>) -> usize {
        session::point();
        let mut sleepers = self.sleepers();
        let count = most.min(sleepers.queue.len());
        let called: Vec<_> = sleepers.queue.drain(..count).collect();
        drop(sleepers);
        self.object.signals(place);
        called.into_iter().filter_map(|(_, waker)| waker).for_each(Waker::wake);
        count
    }
}
