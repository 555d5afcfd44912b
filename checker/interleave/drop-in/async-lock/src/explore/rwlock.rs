use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use interleave::explore::{Held, Lock, Mode, task};

use super::{LET_IN, read_guard, write_guard};

/// A reader-writer lock that the scheduler decides about.
pub struct RwLock<T> {
    lock: Arc<Lock>,
    data: Arc<real::RwLock<T>>,
}

/// See [`real::RwLockReadGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T> {
    _held: Held<Arc<Lock>>,
    data: real::RwLockReadGuardArc<T>,
    lock: PhantomData<&'a RwLock<T>>,
}

/// See [`real::RwLockReadGuardArc`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuardArc<T> {
    held: Held<Arc<Lock>>,
    data: real::RwLockReadGuardArc<T>,
}

/// See [`real::RwLockUpgradableReadGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockUpgradableReadGuard<'a, T> {
    held: Held<Arc<Lock>>,
    data: real::RwLockUpgradableReadGuardArc<T>,
    lock: PhantomData<&'a RwLock<T>>,
}

/// See [`real::RwLockUpgradableReadGuardArc`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockUpgradableReadGuardArc<T> {
    held: Held<Arc<Lock>>,
    data: real::RwLockUpgradableReadGuardArc<T>,
}

/// See [`real::RwLockWriteGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T> {
    held: Held<Arc<Lock>>,
    data: real::RwLockWriteGuardArc<T>,
    lock: PhantomData<&'a RwLock<T>>,
}

/// See [`real::RwLockWriteGuardArc`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuardArc<T> {
    held: Held<Arc<Lock>>,
    data: real::RwLockWriteGuardArc<T>,
}

impl<T> RwLock<T> {
    #[track_caller]
    pub fn new(value: T) -> Self {
        RwLock { lock: Arc::new(Lock::new("RwLock")), data: Arc::new(real::RwLock::new(value)) }
    }

    pub fn into_inner(self) -> T {
        Arc::into_inner(self.data).expect("no guard is left when the lock is moved").into_inner()
    }

    pub fn get_mut(&mut self) -> &mut T {
        Arc::get_mut(&mut self.data).expect("no guard is left when the lock is borrowed mutably").get_mut()
    }

    fn try_hold(&self, mode: Mode, place: &'static Location<'static>) -> Option<Held<Arc<Lock>>> {
        Held::try_new(Arc::clone(&self.lock), mode, place)
    }

    fn enter_to_read(&self, held: Held<Arc<Lock>>) -> RwLockReadGuardArc<T> {
        RwLockReadGuardArc { held, data: self.data.try_read_arc().expect(LET_IN) }
    }

    fn enter_upgradable(&self, held: Held<Arc<Lock>>) -> RwLockUpgradableReadGuardArc<T> {
        RwLockUpgradableReadGuardArc { held, data: self.data.try_upgradable_read_arc().expect(LET_IN) }
    }

    fn enter_to_write(&self, held: Held<Arc<Lock>>) -> RwLockWriteGuardArc<T> {
        RwLockWriteGuardArc { held, data: self.data.try_write_arc().expect(LET_IN) }
    }
}

/// The ways in, which are the same for every mode: wait, block, try; borrowed and counted.
macro_rules! ways_in {
    ($mode:expr, $enter:ident, $guard:ident, $guard_arc:ident:
     $wait:ident $block:ident $attempt:ident, $wait_arc:ident $block_arc:ident $attempt_arc:ident) => {
        impl<T> RwLock<T> {
            #[track_caller]
            pub fn $wait(&self) -> impl Future<Output = $guard<'_, T>> {
                let place = Location::caller();
                async move { $guard::from(self.$enter(self.lock.acquire_async($mode, place).await)) }
            }

            #[track_caller]
            pub fn $block(&self) -> $guard<'_, T> {
                task::block_on(self.$wait())
            }

            #[track_caller]
            pub fn $attempt(&self) -> Option<$guard<'_, T>> {
                let held = self.try_hold($mode, Location::caller())?;
                Some($guard::from(self.$enter(held)))
            }

            #[track_caller]
            pub fn $wait_arc(self: &Arc<Self>) -> impl Future<Output = $guard_arc<T>> + use<T> {
                let (lock, place) = (Arc::clone(self), Location::caller());
                async move { lock.$enter(lock.lock.acquire_async($mode, place).await) }
            }

            #[track_caller]
            pub fn $block_arc(self: &Arc<Self>) -> $guard_arc<T> {
                task::block_on(self.$wait_arc())
            }

            #[track_caller]
            pub fn $attempt_arc(self: &Arc<Self>) -> Option<$guard_arc<T>> {
                let held = self.try_hold($mode, Location::caller())?;
                Some(self.$enter(held))
            }
        }
    };
}

ways_in!(Mode::Read, enter_to_read, RwLockReadGuard, RwLockReadGuardArc:
    read read_blocking try_read, read_arc read_arc_blocking try_read_arc);
ways_in!(Mode::Upgradable, enter_upgradable, RwLockUpgradableReadGuard, RwLockUpgradableReadGuardArc:
    upgradable_read upgradable_read_blocking try_upgradable_read,
    upgradable_read_arc upgradable_read_arc_blocking try_upgradable_read_arc);
ways_in!(Mode::Write, enter_to_write, RwLockWriteGuard, RwLockWriteGuardArc:
    write write_blocking try_write, write_arc write_arc_blocking try_write_arc);

impl<T> RwLockUpgradableReadGuardArc<T> {
    #[track_caller]
    pub fn downgrade(guard: Self) -> RwLockReadGuardArc<T> {
        let Self { mut held, data } = guard;
        held.downgrade(Mode::Read, Location::caller());
        RwLockReadGuardArc { held, data: real::RwLockUpgradableReadGuardArc::downgrade(data) }
    }

    #[track_caller]
    pub fn try_upgrade(guard: Self) -> Result<RwLockWriteGuardArc<T>, Self> {
        let Self { mut held, data } = guard;
        if !held.try_upgrade(Location::caller()) {
            return Err(Self { held, data });
        }
        let Ok(data) = real::RwLockUpgradableReadGuardArc::try_upgrade(data) else { unreachable!("{LET_IN}") };
        Ok(RwLockWriteGuardArc { held, data })
    }

    #[track_caller]
    pub fn upgrade(guard: Self) -> impl Future<Output = RwLockWriteGuardArc<T>> {
        let place = Location::caller();
        async move {
            let Self { held, data } = guard;
            let held = Lock::upgrade_async(held, place).await;
            let Ok(data) = real::RwLockUpgradableReadGuardArc::try_upgrade(data) else { unreachable!("{LET_IN}") };
            RwLockWriteGuardArc { held, data }
        }
    }

    #[track_caller]
    pub fn upgrade_blocking(guard: Self) -> RwLockWriteGuardArc<T> {
        task::block_on(Self::upgrade(guard))
    }
}

impl<'a, T> RwLockUpgradableReadGuard<'a, T> {
    fn counted(self) -> RwLockUpgradableReadGuardArc<T> {
        RwLockUpgradableReadGuardArc { held: self.held, data: self.data }
    }

    #[track_caller]
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        RwLockUpgradableReadGuardArc::downgrade(guard.counted()).into()
    }

    #[track_caller]
    pub fn try_upgrade(guard: Self) -> Result<RwLockWriteGuard<'a, T>, Self> {
        RwLockUpgradableReadGuardArc::try_upgrade(guard.counted()).map(Into::into).map_err(Into::into)
    }

    #[track_caller]
    pub fn upgrade(guard: Self) -> impl Future<Output = RwLockWriteGuard<'a, T>> {
        let upgraded = RwLockUpgradableReadGuardArc::upgrade(guard.counted());
        async move { upgraded.await.into() }
    }

    #[track_caller]
    pub fn upgrade_blocking(guard: Self) -> RwLockWriteGuard<'a, T> {
        task::block_on(Self::upgrade(guard))
    }
}

impl<T> RwLockWriteGuardArc<T> {
    #[track_caller]
    pub fn downgrade(guard: Self) -> RwLockReadGuardArc<T> {
        let Self { mut held, data } = guard;
        held.downgrade(Mode::Read, Location::caller());
        RwLockReadGuardArc { held, data: real::RwLockWriteGuardArc::downgrade(data) }
    }

    #[track_caller]
    pub fn downgrade_to_upgradable(guard: Self) -> RwLockUpgradableReadGuardArc<T> {
        let Self { mut held, data } = guard;
        held.downgrade(Mode::Upgradable, Location::caller());
        RwLockUpgradableReadGuardArc { held, data: real::RwLockWriteGuardArc::downgrade_to_upgradable(data) }
    }
}

impl<'a, T> RwLockWriteGuard<'a, T> {
    fn counted(self) -> RwLockWriteGuardArc<T> {
        RwLockWriteGuardArc { held: self.held, data: self.data }
    }

    #[track_caller]
    pub fn downgrade(guard: Self) -> RwLockReadGuard<'a, T> {
        RwLockWriteGuardArc::downgrade(guard.counted()).into()
    }

    #[track_caller]
    pub fn downgrade_to_upgradable(guard: Self) -> RwLockUpgradableReadGuard<'a, T> {
        RwLockWriteGuardArc::downgrade_to_upgradable(guard.counted()).into()
    }
}

impl<T> From<RwLockReadGuardArc<T>> for RwLockReadGuard<'_, T> {
    fn from(RwLockReadGuardArc { held, data }: RwLockReadGuardArc<T>) -> Self {
        RwLockReadGuard { _held: held, data, lock: PhantomData }
    }
}

impl<T> From<RwLockUpgradableReadGuardArc<T>> for RwLockUpgradableReadGuard<'_, T> {
    fn from(RwLockUpgradableReadGuardArc { held, data }: RwLockUpgradableReadGuardArc<T>) -> Self {
        RwLockUpgradableReadGuard { held, data, lock: PhantomData }
    }
}

impl<T> From<RwLockWriteGuardArc<T>> for RwLockWriteGuard<'_, T> {
    fn from(RwLockWriteGuardArc { held, data }: RwLockWriteGuardArc<T>) -> Self {
        RwLockWriteGuard { held, data, lock: PhantomData }
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        RwLock::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        RwLock::new(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

read_guard!(['a, T] RwLockReadGuard<'a, T>);
read_guard!([T] RwLockReadGuardArc<T>);
read_guard!(['a, T] RwLockUpgradableReadGuard<'a, T>);
read_guard!([T] RwLockUpgradableReadGuardArc<T>);
write_guard!(['a, T] RwLockWriteGuard<'a, T>);
write_guard!([T] RwLockWriteGuardArc<T>);
