//! The model of a lock, behind the drop-ins for std, parking_lot and async-lock.
//!
//! The model decides who may enter and lets the scheduler run the others meanwhile. The data itself stays in
//! the real lock of the real package, which is taken with `try_lock` and is always free by then.
//!
//! Policy: whoever runs first gets a free lock, waiting or not (the packages let others barge in). A waiting writer
//! keeps new readers out: parking_lot does so always, std leaves it to the platform.

use std::ops::Deref;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use trace::Mode;

use crate::engine::object::Object;
use crate::engine::{Access, scheduler, threads};

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
        let writer_waits =
            || self.upgrading || self.waiters.iter().any(|w| w.mode == Mode::Write && Some(w.ticket) != ticket);
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

    /// Turns the upgradable right into that to write if the readers have left. Until then no reader comes in.
    fn try_finish_upgrade(&mut self, _ticket: Option<u64>) -> bool {
        let alone = self.readers == 0;
        self.upgrading = !alone;
        if alone {
            (self.upgradable, self.writer) = (false, true);
        }
        alone
    }

    fn give_back(&mut self, mode: Mode) {
        match mode {
            Mode::Lock | Mode::Write => self.writer = false,
            Mode::Read => self.readers -= 1,
            // Also if it was to be upgraded and was cancelled.
            Mode::Upgradable => (self.upgradable, self.upgrading) = (false, false),
            Mode::Permit => unreachable!("a permit is not a lock"),
        }
    }

    /// Everybody in the queue, to be woken: whoever runs first gets the lock. They stay in the queue until they have it.
    fn wakers(&self) -> Vec<Waker> {
        self.waiters.iter().map(|waiter| waiter.waker.clone()).collect()
    }
}

impl Lock {
    /// A free lock of the type `type_name`.
    #[track_caller]
    pub const fn new(type_name: &'static str) -> Self {
        Lock { object: Object::new(type_name), state: Mutex::new(State::new()) }
    }

    /// A free lock that cannot know where it is created; see [`Object::of_unknown_origin`].
    pub const fn of_unknown_origin(type_name: &'static str) -> Self {
        Lock { object: Object::of_unknown_origin(type_name), state: Mutex::new(State::new()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(epoch) = scheduler::epoch()
            && state.epoch != epoch
        {
            let old = std::mem::replace(&mut *state, State::new());
            state.epoch = epoch;
            drop(state);
            // Wakers of an earlier schedule, whose destructors are not ours.
            drop(old);
            state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    /// Waits until the lock can be had; [`Held`] gives it back.
    pub fn acquire(&self, mode: Mode, place: &'static Location<'static>) -> Held<&Lock> {
        self.take(mode, place);
        Held { lock: self, mode, place }
    }

    /// Waits until the lock can be had. [`release`](Self::release) gives it back.
    pub fn take(&self, mode: Mode, place: &'static Location<'static>) {
        self.object.point(Access::Write);
        self.wait_until(None, mode, place, |state, ticket| state.try_take(mode, ticket));
    }

    /// Waits until the lock can be had, or until `deadline`. Whether it was had.
    pub fn take_until(&self, deadline: Duration, mode: Mode, place: &'static Location<'static>) -> bool {
        self.object.point(Access::Write);
        self.wait_until(Some(deadline), mode, place, |state, ticket| state.try_take(mode, ticket))
    }

    /// Takes the lock if it is free. [`release`](Self::release) gives it back.
    pub fn try_take(&self, mode: Mode, place: &'static Location<'static>) -> bool {
        self.object.point(Access::Write);
        let taken = self.state().try_take(mode, None);
        if taken {
            self.object.acquires(mode, place);
        } else {
            self.object.refused(mode, place);
            scheduler::yield_now();
        }
        taken
    }

    /// A scheduling point before an operation that touches the lock.
    pub fn point(&self, access: Access) {
        self.object.point(access);
    }

    /// Gives back what was taken at `place`. The caller frees the data and then passes
    /// [`AfterRelease`](super::acquire::AfterRelease), as others see the lock free only then.
    pub fn release(&self, mode: Mode, place: &'static Location<'static>) {
        self.object.point(Access::Write);
        self.give_back(|state| state.give_back(mode));
        self.object.releases(mode, place);
    }

    /// Changes what is held, and wakes those who may profit.
    fn give_back(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        let wakers = state.wakers();
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Turns the right to write, in one step, into the right to read, or an upgradable one into a plain one.
    pub fn downgrade(&self, from: Mode, to: Mode, place: &'static Location<'static>) {
        self.object.point(Access::Write);
        self.give_back(|state| {
            state.give_back(from);
            match to {
                Mode::Read => state.readers += 1,
                Mode::Upgradable => state.upgradable = true,
                Mode::Lock | Mode::Write | Mode::Permit => unreachable!("a lock is downgraded to read or upgradable"),
            }
        });
        self.object.releases(from, place);
        self.object.acquires(to, place);
    }

    /// Waits for the readers to leave and turns the upgradable right into that to write. Nobody else can write
    /// in between.
    pub fn upgrade(&self, place: &'static Location<'static>) {
        self.object.point(Access::Write);
        self.object.releases(Mode::Upgradable, place);
        self.wait_until(None, Mode::Write, place, State::try_finish_upgrade);
    }

    /// The same, until `deadline` at most. Whether it was upgraded; otherwise it is held as before.
    pub fn upgrade_until(&self, deadline: Duration, place: &'static Location<'static>) -> bool {
        self.object.point(Access::Write);
        self.object.releases(Mode::Upgradable, place);
        let upgraded = self.wait_until(Some(deadline), Mode::Write, place, State::try_finish_upgrade);
        if !upgraded {
            self.give_back(|state| state.upgrading = false);
            self.object.acquires(Mode::Upgradable, place);
        }
        upgraded
    }

    /// Turns the upgradable right into that to write if there is no reader at the moment.
    pub fn try_upgrade(&self, place: &'static Location<'static>) -> bool {
        self.object.point(Access::Write);
        let mut state = self.state();
        let alone = state.readers == 0;
        if alone {
            (state.upgradable, state.writer) = (false, true);
            drop(state);
            self.object.releases(Mode::Upgradable, place);
            self.object.acquires(Mode::Write, place);
        } else {
            drop(state);
            self.object.refused(Mode::Write, place);
            scheduler::yield_now();
        }
        alone
    }

    /// Whether somebody holds the lock in a way that keeps others out. A scheduling point, as others may
    /// change the answer.
    pub fn is_locked(&self) -> bool {
        self.object.point(Access::Read);
        let state = self.state();
        state.writer || state.upgradable || state.readers > 0
    }

    /// Whether somebody holds the lock alone.
    pub fn is_locked_exclusive(&self) -> bool {
        self.object.point(Access::Read);
        self.state().writer
    }

    /// Waits until the lock can be had, on a task.
    pub async fn acquire_async(self: &Arc<Self>, mode: Mode, place: &'static Location<'static>) -> Held<Arc<Lock>> {
        self.object.point(Access::Write);
        let mut waiting = Waiting { lock: self, mode, place, ticket: None };
        std::future::poll_fn(|context| waiting.poll(context.waker(), |state, ticket| state.try_take(mode, ticket)))
            .await;
        Held { lock: Arc::clone(self), mode, place }
    }

    /// Waits until `held`, which is upgradable, has become the right to write, on a task.
    pub async fn upgrade_async(mut held: Held<Arc<Lock>>, place: &'static Location<'static>) -> Held<Arc<Lock>> {
        let lock = Arc::clone(&held.lock);
        lock.object.point(Access::Write);
        lock.object.releases(Mode::Upgradable, place);
        let mut waiting = Waiting { lock: &lock, mode: Mode::Write, place, ticket: None };
        std::future::poll_fn(|context| waiting.poll(context.waker(), State::try_finish_upgrade)).await;
        held.mode = Mode::Write;
        held.place = place;
        held
    }

    /// Waits on the running thread until `enter` lets it, or until `deadline`. Whether it was let in.
    fn wait_until(
        &self,
        deadline: Option<Duration>,
        mode: Mode,
        place: &'static Location<'static>,
        mut enter: impl FnMut(&mut State, Option<u64>) -> bool,
    ) -> bool {
        let waker = threads::waker();
        let mut waiting = Waiting { lock: self, mode, place, ticket: None };
        threads::wait_until(deadline, || waiting.poll(&waker, &mut enter).is_ready())
    }
}

/// A task that wants to enter, and its place in the queue once it waits.
struct Waiting<'a> {
    lock: &'a Lock,
    mode: Mode,
    place: &'static Location<'static>,
    ticket: Option<u64>,
}

impl Waiting<'_> {
    /// Enters if `enter` lets it, else takes a place in the queue.
    fn poll(&mut self, waker: &Waker, enter: impl FnOnce(&mut State, Option<u64>) -> bool) -> Poll<()> {
        // Cloned and dropped while the state is not locked: both may be foreign code.
        let waker = waker.clone();
        let mut state = self.lock.state();
        if enter(&mut state, self.ticket) {
            let ticket = self.ticket.take();
            let at = state.waiters.iter().position(|waiter| Some(waiter.ticket) == ticket);
            let left = at.map(|at| state.waiters.remove(at));
            drop(state);
            drop(left);
            self.lock.object.acquires(self.mode, self.place);
            return Poll::Ready(());
        }
        let old = match state.waiters.iter_mut().find(|waiter| Some(waiter.ticket) == self.ticket) {
            Some(waiter) => Some(std::mem::replace(&mut waiter.waker, waker)),
            None => {
                let ticket = state.next_ticket;
                state.next_ticket += 1;
                state.waiters.push(Waiter { ticket, mode: self.mode, waker });
                self.ticket = Some(ticket);
                None
            }
        };
        drop(state);
        match old {
            Some(old) => drop(old),
            None => self.lock.object.waits(self.mode, self.place),
        }
        Poll::Pending
    }
}

impl Drop for Waiting<'_> {
    /// A future that is dropped while it waits leaves the queue, and those who waited behind it may go on.
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        self.lock.object.point(Access::Write);
        let mut left = Vec::new();
        self.lock.give_back(|state| left.extend(state.waiters.extract_if(.., |waiter| waiter.ticket == ticket)));
        drop(left);
        self.lock.object.gives_up(self.place);
    }
}

/// The right to be inside a [`Lock`]. Dropping it leaves.
///
/// `L` is `&Lock`, or `Arc<Lock>` for guards that are not tied to a lifetime.
#[must_use]
#[derive(Debug)]
pub struct Held<L: Deref<Target = Lock>> {
    lock: L,
    mode: Mode,
    place: &'static Location<'static>,
}

impl<L: Deref<Target = Lock>> Held<L> {
    /// Takes the lock if it is free; dropping the result gives it back.
    pub fn try_new(lock: L, mode: Mode, place: &'static Location<'static>) -> Option<Self> {
        lock.try_take(mode, place).then(|| Held { lock, mode, place })
    }

    /// The lock, for a condition variable that gives it back and takes it again.
    pub fn lock(&self) -> &L {
        &self.lock
    }

    /// Turns this, in one step, into a right to less.
    pub fn downgrade(&mut self, to: Mode, place: &'static Location<'static>) {
        self.lock.downgrade(self.mode, to, place);
        (self.mode, self.place) = (to, place);
    }

    /// Turns the upgradable right into that to write if there is no reader at the moment.
    pub fn try_upgrade(&mut self, place: &'static Location<'static>) -> bool {
        let upgraded = self.lock.try_upgrade(place);
        if upgraded {
            (self.mode, self.place) = (Mode::Write, place);
        }
        upgraded
    }
}

impl<L: Deref<Target = Lock>> Drop for Held<L> {
    fn drop(&mut self) {
        self.lock.release(self.mode, self.place);
    }
}
