//! The model of a lock, behind the drop-ins for std, parking_lot, async-lock and dashmap.
//!
//! The model decides who may enter and lets the scheduler run others meanwhile. Each holder is also counted in an
//! [`Exclusion`], which outlives the schedule.

mod held;
mod state;
mod taking;

use std::panic::Location;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use trace::Mode;

use super::exclusion::{Exclusion, SHARED};
use super::reset_mutex::{ResetGuard, ResetMutex};
use crate::engine::object::{Object, Shard};
use crate::engine::races::Orders;
use crate::engine::{Access, ending, scheduler, threads};

pub use held::Held;
pub(crate) use state::LaterPlace;
pub use state::Queue;
use state::{Granted, State};
pub use taking::Taking;

/// The state and queue of a lock. One model serves mutexes, reader-writer locks and upgradable locks.
#[derive(Debug)]
pub struct Lock {
    object: Object,
    queue: Queue,
    exclusion: Exclusion,
    state: ResetMutex<State>,
}

impl Lock {
    /// A free lock of the type `type_name`.
    #[track_caller]
    pub const fn new(type_name: &'static str) -> Self {
        Lock::with_queue(type_name, Queue::Any)
    }

    /// Like [`new`](Self::new), with another queue.
    #[track_caller]
    pub const fn with_queue(type_name: &'static str, queue: Queue) -> Self {
        Lock::of(Object::new(type_name), queue)
    }

    /// A free lock that cannot know where it is created; see [`Object::of_unknown_origin`].
    pub const fn of_unknown_origin(type_name: &'static str, queue: Queue) -> Self {
        Lock::of(Object::of_unknown_origin(type_name), queue)
    }

    /// The free lock of a shard of a map of the type `type_name`.
    #[track_caller]
    pub const fn of_shard(type_name: &'static str, shard: Shard) -> Self {
        Lock::of(Object::shard(type_name, shard), Queue::ReadersFirst)
    }

    const fn of(object: Object, queue: Queue) -> Self {
        let object = object.that_orders(Orders::Holders);
        Lock { object, queue, exclusion: Exclusion::new(), state: ResetMutex::new(State::new(), State::new) }
    }

    fn state(&self) -> ResetGuard<'_, State> {
        self.state.lock()
    }

    /// Waits until the lock can be acquired. Dropping the [`Held`] releases it.
    pub fn acquire(&self, mode: Mode, place: &'static Location<'static>) -> Held<&Lock> {
        self.take(mode, place);
        Held::new(self, mode, place)
    }

    /// Waits until the lock can be acquired. [`release`](Self::release) releases it.
    pub fn take(&self, mode: Mode, place: &'static Location<'static>) {
        self.object.point(Access::Write);
        self.wait_until(None, Taking::new(mode, place));
    }

    /// Waits until the lock can be acquired, or until `deadline`. Returns whether it was acquired.
    pub fn take_until(&self, deadline: Duration, mode: Mode, place: &'static Location<'static>) -> bool {
        self.object.point(Access::Write);
        let in_time = self.wait_until(Some(deadline), Taking::new(mode, place));
        if !in_time {
            scheduler::yield_now();
        }
        in_time
    }

    /// Acquires the lock if it is free. [`release`](Self::release) releases it.
    pub fn try_take(&self, mode: Mode, place: &'static Location<'static>) -> bool {
        self.object.point(Access::Write);
        let taken = self.state().try_enter(self.queue, mode, None);
        if taken {
            self.enter(mode);
            self.object.acquires(mode, place);
        } else {
            self.object.refused(mode, place);
            scheduler::yield_now();
        }
        taken
    }

    /// The lock's object in the trace, for steps other than its own.
    pub fn object(&self) -> &Object {
        &self.object
    }

    /// A scheduling point before an operation that touches the lock.
    pub fn point(&self, access: Access) {
        self.object.point(access);
    }

    /// Releases the lock that was acquired at `place`. The caller then frees the data and drops
    /// [`AfterRelease`](super::acquire::AfterRelease), because others see the lock free only then.
    pub fn release(&self, mode: Mode, place: &'static Location<'static>) {
        self.point_of_release(mode);
        self.release_at_once(mode, place);
    }

    /// The scheduling point before a release. If the schedule ends there, the guard is unwound here, and later
    /// schedules must not count it any more.
    fn point_of_release(&self, mode: Mode) {
        struct Unwound<'a>(&'a Exclusion, Mode);

        impl Drop for Unwound<'_> {
            fn drop(&mut self) {
                self.0.leave(self.1);
            }
        }

        let unwound = Unwound(&self.exclusion, mode);
        self.object.point(Access::Write);
        std::mem::forget(unwound);
    }

    /// Like [`release`](Self::release), as part of an operation that has had its scheduling point.
    pub(crate) fn release_at_once(&self, mode: Mode, place: &'static Location<'static>) {
        self.exclusion.leave(mode);
        self.change(|state| state.leave(mode));
        self.object.releases(mode, place);
    }

    /// Releases the lock and hands it to those who have waited longest, before any newcomer.
    pub fn release_fair(&self, mode: Mode, place: &'static Location<'static>) {
        self.point_of_release(mode);
        self.exclusion.leave(mode);
        self.change(|state| {
            state.leave(mode);
            state.hand_over(self.queue);
        });
        self.object.releases(mode, place);
    }

    /// Reserves a place in the queue that counts from `later` on.
    pub(crate) fn enlist_later(&self, waker: Arc<Waker>, later: LaterPlace) -> u64 {
        self.state().enqueue(Mode::Lock, waker, Some(later))
    }

    /// Waits, in the place from [`enlist_later`](Self::enlist_later), until the lock can be acquired.
    pub(crate) fn take_in_turn(&self, ticket: u64, place: &'static Location<'static>) {
        self.wait_until(None, Taking::with_ticket(ticket, Mode::Lock, place));
    }

    /// Leaves the place from [`enlist_later`](Self::enlist_later).
    pub(crate) fn withdraw(&self, ticket: u64) {
        let left = self.state().leave_queue(ticket, Granted::GivenBack);
        drop(left);
    }

    /// Whether there are waiters, for an operation that has had its scheduling point.
    pub fn has_waiters(&self) -> bool {
        self.state().has_waiters()
    }

    /// Whether a writer waits for the readers to leave, for an operation that has had its scheduling point.
    pub fn has_waiting_writer(&self) -> bool {
        self.state().has_claim()
    }

    /// How many readers are inside, for an operation that has had its scheduling point.
    pub fn readers(&self) -> usize {
        self.state().readers()
    }

    /// Changes the state, and wakes the waiters that may enter now.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let result = change(&mut state);
        let wakers = state.wakers(self.queue);
        drop(state);
        wakers.into_iter().for_each(|waker| waker.wake_by_ref());
        result
    }

    /// Counts a guard for a holder that the model has let in. Fails if there is a guard that the model does not know.
    fn enter(&self, mode: Mode) {
        if !self.exclusion.try_enter(mode) {
            self.change(|state| state.leave(mode));
            ending::unsupported(SHARED);
        }
    }

    /// Downgrades, in one step, from writing to reading, or from an upgradable read to a plain one.
    pub fn downgrade(&self, from: Mode, to: Mode, place: &'static Location<'static>) {
        self.object.point(Access::Write);
        self.exclusion.downgrade(from);
        self.change(|state| state.downgrade(from, to));
        self.object.releases(from, place);
        self.object.acquires(to, place);
    }

    /// Waits for the readers to leave and upgrades an upgradable read to a write. No other writer can enter in between.
    pub fn upgrade(&self, place: &'static Location<'static>) {
        self.object.point(Access::Write);
        self.wait_until(None, self.begin_upgrade(place));
    }

    /// Like [`upgrade`](Self::upgrade), but waits at most until `deadline`. Returns whether it was upgraded; if not,
    /// the lock is held as before.
    pub fn upgrade_until(&self, deadline: Duration, place: &'static Location<'static>) -> bool {
        self.object.point(Access::Write);
        let mut taking = self.begin_upgrade(place);
        taking.restore_upgradable();
        let upgraded = self.wait_until(Some(deadline), taking);
        if !upgraded {
            self.object.acquires(Mode::Upgradable, place);
            scheduler::yield_now();
        }
        upgraded
    }

    /// Gives up an upgradable read for a write, which is acquired when the result is ready. Not a scheduling point.
    pub fn begin_upgrade(&self, place: &'static Location<'static>) -> Taking {
        let waker = Arc::new(Waker::noop().clone());
        let ticket = self.state().begin_upgrade(waker);
        self.object.releases(Mode::Upgradable, place);
        Taking::upgrade(ticket, place)
    }

    /// Upgrades an upgradable read to a write if there is no reader now.
    pub fn try_upgrade(&self, place: &'static Location<'static>) -> bool {
        self.object.point(Access::Write);
        let upgraded = self.state().try_upgrade();
        if upgraded {
            self.finish_upgrade();
            self.object.releases(Mode::Upgradable, place);
            self.object.acquires(Mode::Write, place);
        } else {
            self.object.refused(Mode::Write, place);
            scheduler::yield_now();
        }
        upgraded
    }

    /// Counts the guard as a writing one. Fails if there is a guard that the model does not know.
    fn finish_upgrade(&self) {
        if !self.exclusion.try_upgrade() {
            self.exclusion.leave(Mode::Upgradable);
            self.change(|state| state.leave(Mode::Write));
            ending::unsupported(SHARED);
        }
    }

    /// Whether the lock is held in any mode. A scheduling point, because others may change the answer.
    pub fn is_locked(&self) -> bool {
        self.object.point(Access::Read);
        self.state().is_locked()
    }

    /// Whether the lock is held exclusively.
    pub fn is_locked_exclusive(&self) -> bool {
        self.object.point(Access::Read);
        self.state().is_locked_exclusive()
    }

    /// Blocks the running thread until `taking` has the lock, or until `deadline`. Returns whether it has.
    fn wait_until(&self, deadline: Option<Duration>, taking: Taking) -> bool {
        /// Leaves the queue however the wait ends.
        struct Waiting<'a> {
            lock: &'a Lock,
            taking: Taking,
        }

        impl Drop for Waiting<'_> {
            fn drop(&mut self) {
                self.taking.cancel(self.lock);
            }
        }

        let waker = threads::waker();
        let mut waiting = Waiting { lock: self, taking };
        threads::wait_until(deadline, || waiting.taking.poll(self, &waker).is_ready())
    }
}
