//! `std::sync::Condvar`.

use ::std::panic::Location;
use ::std::sync::{LockResult, PoisonError};
use ::std::time::Duration;

use interleave::model::{Lock, Mode, Order, Signal, Woken, time};

use super::MutexGuard;

/// A condition variable controlled by the scheduler. The scheduler chooses which waiter `notify_one` wakes, because the
/// standard library does not specify it.
#[derive(Debug)]
pub struct Condvar {
    signal: Signal,
}

/// See [`::std::sync::WaitTimeoutResult`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the wait ended because of its time limit.
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// A condition variable without waiters.
    #[track_caller]
    pub const fn new() -> Self {
        Condvar { signal: Signal::new("Condvar", Order::Any) }
    }

    /// Unlocks the mutex and waits for a notification, without missing one in between. Wakes spuriously only in tests
    /// with `spurious_wakes`.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let (result, _) = self.sleep(guard, None, Location::caller());
        result
    }

    /// Waits until `condition` is false. It is called under the lock, at first and after each wake-up.
    #[track_caller]
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        while condition(&mut *guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// As [`Condvar::wait`], for at most `limit` of the virtual clock.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        self.wait_until(guard, time::after(limit), Location::caller())
    }

    /// See [`::std::sync::Condvar::wait_timeout_ms`].
    #[deprecated(since = "1.6.0", note = "replaced by `std::sync::Condvar::wait_timeout`")]
    #[track_caller]
    pub fn wait_timeout_ms<'a, T>(&self, guard: MutexGuard<'a, T>, ms: u32) -> LockResult<(MutexGuard<'a, T>, bool)> {
        match self.wait_timeout(guard, Duration::from_millis(u64::from(ms))) {
            Ok((guard, result)) => Ok((guard, !result.timed_out())),
            Err(error) => {
                let (guard, result) = error.into_inner();
                Err(PoisonError::new((guard, !result.timed_out())))
            }
        }
    }

    /// As [`Condvar::wait_while`], for at most `limit` of the virtual clock in all.
    #[track_caller]
    pub fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let place = Location::caller();
        let deadline = time::after(limit);
        loop {
            if !condition(&mut *guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            if time::current_time() >= deadline {
                return Ok((guard, WaitTimeoutResult(true)));
            }
            guard = self.wait_until(guard, deadline, place)?.0;
        }
    }

    /// Wakes one waiter. The scheduler tries each of them, as no order is specified.
    #[track_caller]
    pub fn notify_one(&self) {
        self.signal.notify_one(Location::caller());
    }

    /// Wakes all waiters. The scheduler tries each order in which they may lock the mutex.
    #[track_caller]
    pub fn notify_all(&self) {
        self.signal.notify_all(Location::caller());
    }

    fn wait_until<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: Duration,
        place: &'static Location<'static>,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (result, woken) = self.sleep(guard, Some(deadline), place);
        let timed_out = WaitTimeoutResult(woken == Woken::ByTime);
        match result {
            Ok(guard) => Ok((guard, timed_out)),
            Err(error) => Err(PoisonError::new((error.into_inner(), timed_out))),
        }
    }

    fn sleep<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: Option<Duration>,
        place: &'static Location<'static>,
    ) -> (LockResult<MutexGuard<'a, T>>, Woken) {
        let mutex = guard.mutex;
        let lock: &Lock = guard.held.lock();
        // Join the queue before the lock is free, so that no notification is missed in between.
        let ticket = self.signal.enlist();
        drop(guard);
        let woken = self.signal.wait(ticket, deadline, place);
        (mutex.enter(lock.acquire(Mode::Lock, place)), woken)
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Condvar::new()
    }
}
