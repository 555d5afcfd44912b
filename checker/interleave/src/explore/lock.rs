//! The model of a blocking lock, behind the drop-ins for std and parking_lot.
//!
//! The model decides who may enter and lets the scheduler run the others meanwhile. The data itself stays in
//! the real lock of the real package, which is taken with `try_lock` and is always free by then.
//!
//! Policy: whoever runs first gets a free lock, waiting or not (both packages let threads barge in). A
//! waiting writer keeps new readers out: parking_lot does so always, std leaves it to the platform.

use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use trace::Mode;

use super::object::Object;
use super::session;

/// A lock's state and queue. One model serves mutexes, reader-writer locks and upgradable ones.
#[derive(Debug)]
pub struct Lock {
    object: Object,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The schedule that this state belongs to; a lock in a `static` outlives it.
    epoch: u64,
    readers: usize,
    upgradable: bool,
    writer: bool,
    /// The holder of the upgradable guard waits for the readers to leave.
    upgrading: bool,
    waiters: Vec<Waiter>,
    next_ticket: u64,
}

#[derive(Debug)]
struct Waiter {
    ticket: u64,
    mode: Mode,
    waker: Waker,
}

impl State {
    const fn new() -> Self {
        State {
            epoch: 0,
            readers: 0,
            upgradable: false,
            writer: false,
            upgrading: false,
            waiters: Vec::new(),
            next_ticket: 0,
        }
    }

    /// Takes the lock if it is free for `mode`. `ticket` is that of the asking waiter, if it waits already.
    fn try_take(&mut self, mode: Mode, ticket: Option<u64>) -> bool {
        let writer_waits = || {
            self.upgrading || self.waiters.iter().any(|w| w.mode == Mode::Write && Some(w.ticket) != ticket)
        };
        match mode {
            Mode::Lock | Mode::Write if self.writer || self.upgradable || self.readers > 0 => false,
            Mode::Lock | Mode::Write => {
                self.writer = true;
                true
            }
            Mode::Read if self.writer || writer_waits() => false,
            Mode::Read => {
                self.readers += 1;
                true
            }
            Mode::Upgradable if self.writer || self.upgradable || writer_waits() => false,
            Mode::Upgradable => {
                self.upgradable = true;
                true
            }
            Mode::Permit => unreachable!("a permit is not a lock"),
        }
    }

    fn give_back(&mut self, mode: Mode) {
        match mode {
            Mode::Lock | Mode::Write => self.writer = false,
            Mode::Read => self.readers -= 1,
            Mode::Upgradable => self.upgradable = false,
            Mode::Permit => unreachable!("a permit is not a lock"),
        }
    }

    /// Wakes everybody: who comes first, gets it. They stay in the queue until they have it.
    fn wake_all(&self) {
        for waiter in &self.waiters {
            waiter.waker.wake_by_ref();
        }
    }
}

impl Lock {
    /// A free lock of the type `type_name`.
    #[track_caller]
    pub const fn new(type_name: &'static str) -> Self {
        Lock { object: Object::new(type_name), state: Mutex::new(State::new()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(epoch) = session::with(|session| session.epoch)
            && state.epoch != epoch
        {
            *state = State::new();
            state.epoch = epoch;
        }
        state
    }

    /// Waits until the lock can be had.
    pub fn acquire(&self, mode: Mode, place: &'static Location<'static>) -> Held<'_> {
        session::point();
        self.wait_until(mode, place, |state, ticket| state.try_take(mode, ticket));
        Held { lock: self, mode, place }
    }

    /// Takes the lock if it is free.
    pub fn try_acquire(&self, mode: Mode, place: &'static Location<'static>) -> Option<Held<'_>> {
        session::point();
        if self.state().try_take(mode, None) {
            self.object.acquires(mode, place);
            Some(Held { lock: self, mode, place })
        } else {
            self.object.refused(mode, place);
            None
        }
    }

    /// Whether somebody holds the lock in a way that keeps others out. A scheduling point, as others may
    /// change the answer.
    pub fn is_locked(&self) -> bool {
        session::point();
        let state = self.state();
        state.writer || state.upgradable || state.readers > 0
    }

    /// Whether somebody holds the lock alone.
    pub fn is_locked_exclusive(&self) -> bool {
        session::point();
        self.state().writer
    }

    fn wait_until(
        &self,
        mode: Mode,
        place: &'static Location<'static>,
        mut enter: impl FnMut(&mut State, Option<u64>) -> bool,
    ) {
        if !session::is_active() {
            // Outside of a schedule there is one thread and nobody to wait for.
            assert!(enter(&mut self.state(), None), "a lock was left locked outside of an explored test");
            return;
        }
        let mut ticket = None;
        shuttle::future::block_on(std::future::poll_fn(|context| {
            let mut state = self.state();
            if enter(&mut state, ticket) {
                state.waiters.retain(|waiter| Some(waiter.ticket) != ticket);
                drop(state);
                self.object.acquires(mode, place);
                return Poll::Ready(());
            }
            if ticket.is_none() {
                ticket = Some(state.next_ticket);
                state.next_ticket += 1;
                let waker = context.waker().clone();
                let waiter = Waiter { ticket: state.next_ticket - 1, mode, waker };
                state.waiters.push(waiter);
                drop(state);
                self.object.waits(mode, place);
            }
            Poll::Pending
        }));
    }
}

/// The right to be inside a [`Lock`]. Dropping it leaves.
#[must_use]
#[derive(Debug)]
pub struct Held<'a> {
    lock: &'a Lock,
    mode: Mode,
    place: &'static Location<'static>,
}

impl<'a> Held<'a> {
    /// The lock, for a condition variable that gives it back and takes it again.
    pub fn lock(&self) -> &'a Lock {
        self.lock
    }

    /// Turns this, in one step, into the right to do less: write into upgradable or read.
    pub fn downgrade(mut self, to: Mode, place: &'static Location<'static>) -> Held<'a> {
        session::point();
        let mut state = self.lock.state();
        state.give_back(self.mode);
        match to {
            Mode::Read => state.readers += 1,
            Mode::Upgradable => state.upgradable = true,
            Mode::Lock | Mode::Write | Mode::Permit => unreachable!("a lock is downgraded to read or upgradable"),
        }
        state.wake_all();
        drop(state);
        self.lock.object.releases(self.mode, place);
        self.lock.object.acquires(to, place);
        self.mode = to;
        self
    }

    /// Waits for the readers to leave and becomes the writer. Nobody can write in between.
    pub fn upgrade(mut self, place: &'static Location<'static>) -> Held<'a> {
        session::point();
        self.lock.state().upgrading = true;
        self.lock.object.releases(Mode::Upgradable, place);
        self.lock.wait_until(Mode::Write, place, |state, _| {
            let alone = state.readers == 0;
            if alone {
                (state.upgradable, state.upgrading, state.writer) = (false, false, true);
            }
            alone
        });
        self.mode = Mode::Write;
        self
    }

    /// Becomes the writer if there is no reader at the moment, else stays what it is.
    pub fn try_upgrade(mut self, place: &'static Location<'static>) -> Result<Held<'a>, Held<'a>> {
        session::point();
        let mut state = self.lock.state();
        if state.readers > 0 {
            drop(state);
            self.lock.object.refused(Mode::Write, place);
            return Err(self);
        }
        (state.upgradable, state.writer) = (false, true);
        drop(state);
        self.lock.object.releases(Mode::Upgradable, place);
        self.lock.object.acquires(Mode::Write, place);
        self.mode = Mode::Write;
        Ok(self)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        session::point();
        let mut state = self.lock.state();
        state.give_back(self.mode);
        state.wake_all();
        drop(state);
        self.lock.object.releases(self.mode, self.place);
    }
}
