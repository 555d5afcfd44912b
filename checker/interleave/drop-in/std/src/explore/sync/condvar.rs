use ::std::panic::Location;
use ::std::sync::{LockResult, PoisonError};
use ::std::time::Duration;

use interleave::explore::{Lock, Mode, Patience, Signal, Woken};

use super::MutexGuard;

/// A condition variable that the scheduler decides about. It never wakes anybody for no reason; the real one
/// may.
#[derive(Debug)]
pub struct Condvar {
    signal: Signal,
}

/// See [`::std::sync::WaitTimeoutResult`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(Woken);

impl WaitTimeoutResult {
    pub fn timed_out(&self) -> bool {
        self.0 == Woken::ByTime
    }
}

impl Condvar {
    #[track_caller]
    pub const fn new() -> Self {
        Condvar { signal: Signal::new("Condvar") }
    }

    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let (result, _) = self.sleep(guard, Patience::Endless, Location::caller());
        result
    }

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

    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        _limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (result, woken) = self.sleep(guard, Patience::Limited, Location::caller());
        match result {
            Ok(guard) => Ok((guard, WaitTimeoutResult(woken))),
            Err(error) => Err(PoisonError::new((error.into_inner(), WaitTimeoutResult(woken)))),
        }
    }

    #[track_caller]
    pub fn wait_timeout_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        loop {
            if !condition(&mut *guard) {
                return Ok((guard, WaitTimeoutResult(Woken::BySignal)));
            }
            let (again, result) = self.wait_timeout(guard, limit)?;
            guard = again;
            if result.timed_out() {
                let result = if condition(&mut *guard) { result } else { WaitTimeoutResult(Woken::BySignal) };
                return Ok((guard, result));
            }
        }
    }

    #[track_caller]
    pub fn notify_one(&self) {
        self.signal.notify_one(Location::caller());
    }

    #[track_caller]
    pub fn notify_all(&self) {
        self.signal.notify_all(Location::caller());
    }

    fn sleep<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        patience: Patience,
        place: &'static Location<'static>,
    ) -> (LockResult<MutexGuard<'a, T>>, Woken) {
        let mutex = guard.mutex;
        let lock: &Lock = guard.held.lock();
        // In the queue before the lock is free, so that no notification falls in between.
        let ticket = self.signal.enlist();
        drop(guard);
        let woken = self.signal.wait(ticket, patience, place);
        (mutex.enter(lock.acquire(Mode::Lock, place)), woken)
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Condvar::new()
    }
}
