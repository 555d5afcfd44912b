//! The parts of parking_lot that exercises use behave the same in both modes.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{
    Condvar, FairMutex, MappedMutexGuard, MappedRwLockReadGuard, Mutex, MutexGuard, RwLock, RwLockReadGuard,
    RwLockUpgradableReadGuard, RwLockWriteGuard,
};

#[derive(Debug, Default)]
struct State {
    pair: Mutex<(u32, u32)>,
    names: RwLock<Vec<String>>,
    changed: Condvar,
}

static TOTAL: Mutex<u32> = Mutex::new(0);

impl State {
    fn first(&self) -> MappedMutexGuard<'_, u32> {
        MutexGuard::map(self.pair.lock(), |pair| &mut pair.0)
    }

    fn last_name(&self) -> Option<MappedRwLockReadGuard<'_, String>> {
        RwLockReadGuard::try_map(self.names.read(), |names| names.last()).ok()
    }
}

#[interleave::test]
fn mutexes() {
    let state = Arc::new(State::default());
    *state.first() += 1;
    assert_eq!(*state.pair.lock(), (1, 0));
    let owned = FairMutex::new(1);
    let guard = owned.lock();
    assert!(owned.try_lock().is_none());
    assert!(owned.try_lock_for(Duration::from_millis(1)).is_none());
    assert!(owned.is_locked());
    drop(guard);
    let counted = Arc::new(Mutex::new(5));
    assert_eq!(*counted.lock_arc(), 5);
    *TOTAL.lock() = 1;
    assert!(!state.changed.notify_one());
}

#[interleave::test]
fn reader_writer_locks() {
    let state = State::default();
    state.names.write().push("a".to_owned());
    assert_eq!(state.last_name().as_deref().map(String::as_str), Some("a"));
    let upgradable = state.names.upgradable_read();
    assert!(state.names.try_upgradable_read().is_none());
    assert!(state.names.try_read().is_some());
    let mut writer = RwLockUpgradableReadGuard::upgrade(upgradable);
    writer.push("b".to_owned());
    let reader = RwLockWriteGuard::downgrade(writer);
    assert_eq!((reader.len(), state.names.try_write().is_none()), (2, true));
}
