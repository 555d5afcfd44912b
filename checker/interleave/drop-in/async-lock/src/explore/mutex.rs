use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use interleave::explore::{Held, Lock, Mode, task};

use super::{LET_IN, read_guard, write_guard};

/// A mutex that the scheduler decides about.
pub struct Mutex<T> {
    lock: Arc<Lock>,
    data: Arc<real::Mutex<T>>,
}

/// See [`real::MutexGuard`].
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T> {
    _held: Held<Arc<Lock>>,
    data: real::MutexGuardArc<T>,
    mutex: PhantomData<&'a Mutex<T>>,
}

/// See [`real::MutexGuardArc`].
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuardArc<T> {
    _held: Held<Arc<Lock>>,
    data: real::MutexGuardArc<T>,
}

impl<T> Mutex<T> {
    #[track_caller]
    pub fn new(value: T) -> Self {
        Mutex { lock: Arc::new(Lock::new("Mutex")), data: Arc::new(real::Mutex::new(value)) }
    }

    pub fn into_inner(self) -> T {
        Arc::into_inner(self.data).expect("no guard is left when the mutex is moved").into_inner()
    }

    pub fn get_mut(&mut self) -> &mut T {
        Arc::get_mut(&mut self.data).expect("no guard is left when the mutex is borrowed mutably").get_mut()
    }

    fn enter(&self, held: Held<Arc<Lock>>) -> MutexGuardArc<T> {
        MutexGuardArc { _held: held, data: self.data.try_lock_arc().expect(LET_IN) }
    }

    async fn lock_at(&self, place: &'static Location<'static>) -> MutexGuardArc<T> {
        self.enter(self.lock.acquire_async(Mode::Lock, place).await)
    }

    #[track_caller]
    pub fn lock(&self) -> impl Future<Output = MutexGuard<'_, T>> {
        let place = Location::caller();
        async move { MutexGuard::from(self.lock_at(place).await) }
    }

    #[track_caller]
    pub fn lock_blocking(&self) -> MutexGuard<'_, T> {
        task::block_on(self.lock())
    }

    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let held = Held::try_new(Arc::clone(&self.lock), Mode::Lock, Location::caller())?;
        Some(MutexGuard::from(self.enter(held)))
    }

    #[track_caller]
    pub fn lock_arc(self: &Arc<Self>) -> impl Future<Output = MutexGuardArc<T>> + use<T> {
        let (mutex, place) = (Arc::clone(self), Location::caller());
        async move { mutex.lock_at(place).await }
    }

    #[track_caller]
    pub fn lock_arc_blocking(self: &Arc<Self>) -> MutexGuardArc<T> {
        task::block_on(self.lock_arc())
    }

    #[track_caller]
    pub fn try_lock_arc(self: &Arc<Self>) -> Option<MutexGuardArc<T>> {
        let held = Held::try_new(Arc::clone(&self.lock), Mode::Lock, Location::caller())?;
        Some(self.enter(held))
    }
}

impl<T> From<MutexGuardArc<T>> for MutexGuard<'_, T> {
    fn from(MutexGuardArc { _held, data }: MutexGuardArc<T>) -> Self {
        MutexGuard { _held, data, mutex: PhantomData }
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Mutex::new(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

write_guard!(['a, T] MutexGuard<'a, T>);
write_guard!([T] MutexGuardArc<T>);
