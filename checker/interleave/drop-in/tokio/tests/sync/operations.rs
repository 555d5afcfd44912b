//! Each operation by which a task reads, changes or waits for shared state passes a scheduling point.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Mutex as StdMutex};
use std::task::{Context, Waker};
use std::time::Duration;

use interleave::engine::scheduler::points_passed;
use interleave::engine::threads::block_on;
use tokio::sync::{
    Barrier, Mutex, Notify, OnceCell, OwnedRwLockWriteGuard, RwLock, RwLockWriteGuard, Semaphore, SetOnce, broadcast,
    mpsc, oneshot, watch,
};

use super::passes;
use super::sources::public_functions;

/// The operations that were tried, as `file::function`.
#[derive(Default)]
struct Tried(StdMutex<BTreeSet<&'static str>>);

impl Tried {
    /// Runs `f`, which must pass a scheduling point.
    #[track_caller]
    fn run<T>(&self, name: &'static str, f: impl FnOnce() -> T) -> T {
        let before = points_passed();
        let output = f();
        assert!(points_passed() > before, "`{name}` passes no scheduling point");
        self.0.lock().unwrap().insert(name);
        output
    }

    #[track_caller]
    fn wait<F: Future>(&self, name: &'static str, future: F) -> F::Output {
        self.run(name, || block_on(future))
    }

    #[track_caller]
    fn drop<T>(&self, name: &'static str, value: T) {
        self.run(name, || drop(value));
    }

    /// Drops a holder of a lock, a permit or capacity: there is a point before the release and one after it.
    #[track_caller]
    fn release<G>(&self, name: &'static str, guard: G) {
        let before = points_passed();
        self.drop(name, guard);
        assert!(points_passed() >= before + 2, "`{name}` passes no scheduling point after the release");
    }
}

/// Functions that pass no scheduling point: they create an object, have exclusive access, or read what never changes.
pub const PRIVATE: &[&str] = &[
    "new",
    "new_with",
    "const_new",
    "const_new_with",
    "with_max_readers",
    "const_with_max_readers",
    "channel",
    "unbounded_channel",
    "get_mut",
    "into_inner",
    "take",
    "map",
    "try_map",
    "into_mapped",
    "mutex",
    "rwlock",
    "semaphore",
    "num_permits",
    "split",
    "is_leader",
    "same_channel",
    "same_channel_as_sender",
    "max_capacity",
    "mark_changed",
    "watch::has_changed",
];

#[test]
fn every_operation_passes_a_scheduling_point() {
    let tried = Arc::new(Tried::default());
    let tried2 = Arc::clone(&tried);
    passes(move || {
        let tried = Arc::clone(&tried2);
        async move {
            mutex(&tried);
            rwlock(&tried);
            semaphore(&tried);
            notify(&tried);
            cells(&tried);
            once(&tried);
            watched(&tried);
            broadcasts(&tried);
            bounded(&tried);
            unbounded(&tried);
        }
    });
    let tried = tried.0.lock().unwrap();
    let missing: Vec<String> = public_functions().into_iter().filter(|name| !tried.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "nobody tried {missing:?}");
}

fn mutex(tried: &Tried) {
    let lock = Arc::new(Mutex::new(1));
    let guard = tried.wait("mutex::lock", lock.lock());
    tried.run("mutex::try_lock", || lock.try_lock().map(drop)).unwrap_err();
    tried.run("mutex::try_lock_owned", || lock.clone().try_lock_owned().map(drop)).unwrap_err();
    let mut waiting = Box::pin(lock.lock());
    assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    tried.drop("Mutex::lock, waiting", waiting);
    tried.release("MutexGuard", guard);
    tried.release("MutexGuard", tried.run("mutex::try_lock", || lock.try_lock().unwrap()));
    tried.release("OwnedMutexGuard", tried.run("mutex::try_lock_owned", || lock.clone().try_lock_owned().unwrap()));
    tried.release("OwnedMutexGuard", tried.wait("mutex::lock_owned", lock.clone().lock_owned()));
    tried.run("mutex::blocking_lock", || drop(lock.blocking_lock()));
    tried.run("mutex::blocking_lock_owned", || drop(lock.clone().blocking_lock_owned()));
}

fn rwlock(tried: &Tried) {
    let lock = Arc::new(RwLock::new(1));
    tried.release("RwLockReadGuard", tried.wait("rwlock::read", lock.read()));
    tried.release("RwLockReadGuard", tried.run("rwlock::try_read", || lock.try_read().unwrap()));
    tried.run("rwlock::blocking_read", || drop(lock.blocking_read()));
    tried.release("OwnedRwLockReadGuard", tried.wait("rwlock::read_owned", lock.clone().read_owned()));
    tried.run("rwlock::try_read_owned", || drop(lock.clone().try_read_owned().unwrap()));
    tried.release("RwLockWriteGuard", tried.wait("rwlock::write", lock.write()));
    tried.run("rwlock::try_write", || drop(lock.try_write().unwrap()));
    tried.run("rwlock::blocking_write", || drop(lock.blocking_write()));
    tried.release("OwnedRwLockWriteGuard", tried.wait("rwlock::write_owned", lock.clone().write_owned()));
    tried.run("rwlock::try_write_owned", || drop(lock.clone().try_write_owned().unwrap()));
    let guard = block_on(lock.write());
    drop(tried.run("rwlock/reference::downgrade", || guard.downgrade()));
    let guard = block_on(lock.write());
    drop(tried.run("rwlock/reference::downgrade_map", || RwLockWriteGuard::downgrade_map(guard, |data| data)));
    let guard = block_on(lock.write());
    drop(
        tried.run("rwlock/reference::try_downgrade_map", || {
            RwLockWriteGuard::try_downgrade_map(guard, |data| Some(data))
        }),
    );
    let write = || block_on(lock.clone().write_owned());
    let guard = write();
    drop(tried.run("rwlock/owned::downgrade", || guard.downgrade()));
    let guard = write();
    drop(tried.run("rwlock/owned::downgrade_map", || OwnedRwLockWriteGuard::downgrade_map(guard, |data| data)));
    let guard = write();
    drop(
        tried.run("rwlock/owned::try_downgrade_map", || {
            OwnedRwLockWriteGuard::try_downgrade_map(guard, |data| Some(data))
        }),
    );
}

fn semaphore(tried: &Tried) {
    let permits = Arc::new(Semaphore::new(9));
    let mut permit = tried.wait("semaphore::acquire", permits.acquire()).unwrap();
    let other = tried.wait("semaphore::acquire_many", permits.acquire_many(2)).unwrap();
    tried.run("semaphore::merge", || permit.merge(other));
    tried.run("semaphore::forget", || permit.forget());
    tried.release("SemaphorePermit", tried.run("semaphore::try_acquire", || permits.try_acquire().unwrap()));
    tried.run("semaphore::try_acquire_many", || drop(permits.try_acquire_many(2).unwrap()));
    tried.run("semaphore::blocking_acquire", || drop(permits.blocking_acquire().unwrap()));
    tried.run("semaphore::blocking_acquire_many", || drop(permits.blocking_acquire_many(2).unwrap()));
    let owned = || permits.clone();
    tried.release("OwnedSemaphorePermit", tried.wait("semaphore::acquire_owned", owned().acquire_owned()).unwrap());
    drop(tried.wait("semaphore::acquire_many_owned", owned().acquire_many_owned(2)).unwrap());
    tried.run("semaphore::try_acquire_owned", || drop(owned().try_acquire_owned().unwrap()));
    tried.run("semaphore::try_acquire_many_owned", || drop(owned().try_acquire_many_owned(2).unwrap()));
    tried.run("semaphore::blocking_acquire_owned", || drop(owned().blocking_acquire_owned().unwrap()));
    tried.run("semaphore::blocking_acquire_many_owned", || drop(owned().blocking_acquire_many_owned(2).unwrap()));
    tried.run("semaphore::available_permits", || permits.available_permits());
    tried.run("semaphore::add_permits", || permits.add_permits(1));
    tried.run("semaphore::forget_permits", || permits.forget_permits(1));
    tried.run("semaphore::is_closed", || permits.is_closed());
    tried.run("semaphore::close", || permits.close());
}

fn notify(tried: &Tried) {
    let notify = Arc::new(Notify::new());
    tried.run("notify::notify_one", || notify.notify_one());
    tried.wait("Notified", tried.run("notify::notified", || notify.notified()));
    tried.run("notify::notify_last", || notify.notify_last());
    tried.wait("OwnedNotified", tried.run("notify::notified_owned", || notify.clone().notified_owned()));
    let mut notified = Box::pin(notify.notified());
    assert!(!tried.run("notify::enable", || notified.as_mut().enable()));
    tried.drop("Notified, enabled", notified);
    tried.run("notify::notify_waiters", || notify.notify_waiters());
    tried.wait("barrier::wait", Barrier::new(1).wait());
}

fn cells(tried: &Tried) {
    let cell = OnceCell::new();
    tried.run("once_cell::initialized", || cell.initialized());
    tried.run("once_cell::get", || cell.get().copied());
    tried.wait("once_cell::get_or_init", cell.get_or_init(async || 1));
    tried.wait("once_cell::get_or_init", cell.get_or_init(async || 1));
    tried.wait("once_cell::get_or_try_init", cell.get_or_try_init(async || Err(1))).unwrap();
    tried.run("once_cell::set", || cell.set(2)).unwrap_err();
    tried.run("once_cell::set", || OnceCell::new().set(2)).unwrap();
    tried.run("OnceCell, cloned", || cell.clone());
    let cell = SetOnce::new();
    tried.run("set_once::initialized", || cell.initialized());
    tried.run("set_once::get", || cell.get().copied());
    tried.run("set_once::set", || cell.set(1)).unwrap();
    tried.wait("set_once::wait", cell.wait());
    tried.run("SetOnce, cloned", || cell.clone());
}

fn once(tried: &Tried) {
    let mut context = Context::from_waker(Waker::noop());
    let (mut sender, mut receiver) = oneshot::channel();
    tried.run("oneshot::is_closed", || sender.is_closed());
    assert!(tried.run("oneshot::poll_closed", || sender.poll_closed(&mut context)).is_pending());
    assert!(tried.run("oneshot::Receiver", || pin!(&mut receiver).poll(&mut context)).is_pending());
    tried.run("oneshot::try_recv", || receiver.try_recv()).unwrap_err();
    tried.run("oneshot::is_empty", || receiver.is_empty());
    tried.run("oneshot::is_terminated", || receiver.is_terminated());
    tried.run("oneshot::send", || sender.send(1)).unwrap();
    tried.run("oneshot::blocking_recv", || receiver.blocking_recv()).unwrap();
    let (mut sender, mut receiver) = oneshot::channel::<i32>();
    tried.run("oneshot::close", || receiver.close());
    tried.wait("oneshot::closed", sender.closed());
    tried.drop("oneshot::Sender", sender);
    tried.drop("oneshot::Receiver", receiver);
}

fn watched(tried: &Tried) {
    let (sender, mut receiver) = watch::channel(1);
    tried.run("watch/sender::send", || sender.send(2)).unwrap();
    tried.run("watch/receiver::has_changed", || receiver.has_changed()).unwrap();
    tried.wait("watch/receiver::changed", receiver.changed()).unwrap();
    tried.run("watch/sender::send_modify", || sender.send_modify(|value| *value += 1));
    tried.run("watch/sender::send_if_modified", || sender.send_if_modified(|_| false));
    tried.run("watch/sender::send_replace", || sender.send_replace(4));
    tried.release("watch::Ref", tried.run("watch/sender::borrow", || sender.borrow()));
    tried.run("watch/receiver::borrow", || drop(receiver.borrow()));
    tried.run("watch/receiver::borrow_and_update", || drop(receiver.borrow_and_update()));
    tried.run("watch/receiver::wait_for", || drop(block_on(receiver.wait_for(|_| true)).unwrap()));
    tried.run("watch/receiver::mark_unchanged", || receiver.mark_unchanged());
    tried.run("watch/receiver::is_closed", || receiver.is_closed());
    tried.run("watch/sender::is_closed", || sender.is_closed());
    tried.run("watch/sender::receiver_count", || sender.receiver_count());
    tried.run("watch/sender::sender_count", || sender.sender_count());
    tried.drop("watch::Receiver", tried.run("watch/sender::subscribe", || sender.subscribe()));
    drop(tried.run("watch::Receiver, cloned", || receiver.clone()));
    tried.drop("watch::Sender", tried.run("watch::Sender, cloned", || sender.clone()));
    drop(receiver);
    tried.wait("watch/sender::closed", sender.closed());
}

fn broadcasts(tried: &Tried) {
    let (sender, mut receiver) = broadcast::channel(1);
    tried.run("broadcast::send", || sender.send(1)).unwrap();
    tried.wait("broadcast::recv", receiver.recv()).unwrap();
    tried.run("broadcast::try_recv", || receiver.try_recv()).unwrap_err();
    sender.send(2).unwrap();
    tried.run("broadcast::blocking_recv", || receiver.blocking_recv()).unwrap();
    for (len, is_empty) in [(sender.len(), sender.is_empty()), (receiver.len(), receiver.is_empty())] {
        assert_eq!((len, is_empty), (0, true));
    }
    tried.run("broadcast::len", || sender.len());
    tried.run("broadcast::len", || receiver.len());
    tried.run("broadcast::is_empty", || sender.is_empty());
    tried.run("broadcast::is_empty", || receiver.is_empty());
    tried.run("broadcast::receiver_count", || sender.receiver_count());
    tried.run("broadcast::is_closed", || receiver.is_closed());
    tried.run("broadcast::sender_strong_count", || receiver.sender_strong_count());
    tried.run("broadcast::sender_weak_count", || receiver.sender_weak_count());
    let weak = tried.run("broadcast::downgrade", || sender.downgrade());
    for counts in [[sender.strong_count(), sender.weak_count()], [weak.strong_count(), weak.weak_count()]] {
        assert_eq!(counts, [1, 1]);
    }
    tried.run("broadcast::strong_count", || weak.strong_count());
    tried.run("broadcast::strong_count", || sender.strong_count());
    tried.run("broadcast::weak_count", || weak.weak_count());
    tried.run("broadcast::weak_count", || sender.weak_count());
    tried.drop("broadcast::Sender", tried.run("broadcast::upgrade", || weak.upgrade()));
    drop(tried.run("broadcast::WeakSender, cloned", || weak.clone()));
    tried.drop("broadcast::WeakSender", weak);
    drop(tried.run("broadcast::Sender, cloned", || sender.clone()));
    drop(tried.run("broadcast::subscribe", || sender.subscribe()));
    tried.drop("broadcast::Receiver", tried.run("broadcast::resubscribe", || receiver.resubscribe()));
    drop(receiver);
    tried.wait("broadcast::closed", sender.closed());
}

/// Tries the methods of an `mpsc` receiver. `send` queues one value.
macro_rules! receive {
    ($tried:ident, $receiver:ident, $send:expr) => {
        let mut context = Context::from_waker(Waker::noop());
        let mut buffer = Vec::new();
        $send;
        $tried.wait("mpsc/receiver::recv", $receiver.recv()).unwrap();
        $send;
        $tried.wait("mpsc/receiver::recv_many", $receiver.recv_many(&mut buffer, 1));
        $send;
        $tried.run("mpsc/receiver::blocking_recv", || $receiver.blocking_recv()).unwrap();
        $send;
        $tried.run("mpsc/receiver::blocking_recv_many", || $receiver.blocking_recv_many(&mut buffer, 1));
        assert!($tried.run("mpsc/receiver::poll_recv", || $receiver.poll_recv(&mut context)).is_pending());
        let poll = || $receiver.poll_recv_many(&mut context, &mut buffer, 1);
        assert!($tried.run("mpsc/receiver::poll_recv_many", poll).is_pending());
        $tried.run("mpsc/receiver::try_recv", || $receiver.try_recv()).unwrap_err();
        $tried.run("mpsc/receiver::is_closed", || $receiver.is_closed());
        $tried.run("mpsc/receiver::is_empty", || $receiver.is_empty());
        $tried.run("mpsc/receiver::len", || $receiver.len());
        $tried.run("mpsc/receiver::sender_strong_count", || $receiver.sender_strong_count());
        $tried.run("mpsc/receiver::sender_weak_count", || $receiver.sender_weak_count());
        $tried.run("mpsc/receiver::close", || $receiver.close());
    };
}

fn bounded(tried: &Tried) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _entered = runtime.enter();
    let second = Duration::from_secs(1);
    let (sender, mut receiver) = mpsc::channel(9);
    tried.wait("mpsc/bounded::send", sender.send(1)).unwrap();
    tried.wait("mpsc/bounded::send_timeout", sender.send_timeout(1, second)).unwrap();
    tried.run("mpsc/bounded::blocking_send", || sender.blocking_send(1)).unwrap();
    tried.run("mpsc/bounded::try_send", || sender.try_send(1)).unwrap();
    while receiver.try_recv().is_ok() {}
    tried.release("mpsc::Permit", tried.wait("mpsc/bounded::reserve", sender.reserve()).unwrap());
    let permit = tried.run("mpsc/bounded::try_reserve", || sender.try_reserve()).unwrap();
    tried.run("mpsc/permit::send", || permit.send(1));
    tried.release("mpsc::PermitIterator", tried.wait("mpsc/bounded::reserve_many", sender.reserve_many(2)).unwrap());
    drop(tried.run("mpsc/bounded::try_reserve_many", || sender.try_reserve_many(2)).unwrap());
    let permit = tried.wait("mpsc/bounded::reserve_owned", sender.clone().reserve_owned()).unwrap();
    let other = tried.run("mpsc/permit::release", || permit.release());
    let permit = tried.run("mpsc/bounded::try_reserve_owned", || other.try_reserve_owned()).unwrap();
    let other = tried.run("mpsc/permit::send", || permit.send(1));
    tried.release("mpsc::OwnedPermit", block_on(other.reserve_owned()).unwrap());
    while receiver.try_recv().is_ok() {}
    tried.run("mpsc::is_closed", || sender.is_closed());
    tried.run("mpsc/bounded::capacity", || sender.capacity());
    tried.run("mpsc/receiver::capacity", || receiver.capacity());
    tried.drop("mpsc::Sender", tried.run("mpsc::Sender, cloned", || sender.clone()));
    let weak = tried.run("mpsc::downgrade", || sender.downgrade());
    for counts in [[sender.strong_count(), sender.weak_count()], [weak.strong_count(), weak.weak_count()]] {
        assert_eq!(counts, [1, 1]);
    }
    tried.run("mpsc::strong_count", || weak.strong_count());
    tried.run("mpsc::strong_count", || sender.strong_count());
    tried.run("mpsc::weak_count", || weak.weak_count());
    tried.run("mpsc::weak_count", || sender.weak_count());
    drop(tried.run("mpsc::upgrade", || weak.upgrade()));
    drop(tried.run("mpsc::WeakSender, cloned", || weak.clone()));
    tried.drop("mpsc::WeakSender", weak);
    receive!(tried, receiver, block_on(sender.send(1)).unwrap());
    tried.wait("mpsc::closed", sender.closed());
    tried.drop("mpsc::Receiver", receiver);
}

fn unbounded(tried: &Tried) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    tried.run("mpsc::is_closed", || sender.is_closed());
    tried.drop("mpsc::UnboundedSender", tried.run("mpsc::UnboundedSender, cloned", || sender.clone()));
    let weak = tried.run("mpsc::downgrade", || sender.downgrade());
    for counts in [[sender.strong_count(), sender.weak_count()], [weak.strong_count(), weak.weak_count()]] {
        assert_eq!(counts, [1, 1]);
    }
    tried.run("mpsc::strong_count", || weak.strong_count());
    tried.run("mpsc::strong_count", || sender.strong_count());
    tried.run("mpsc::weak_count", || weak.weak_count());
    tried.run("mpsc::weak_count", || sender.weak_count());
    drop(tried.run("mpsc::upgrade", || weak.upgrade()));
    drop(tried.run("mpsc::WeakUnboundedSender, cloned", || weak.clone()));
    tried.drop("mpsc::WeakUnboundedSender", weak);
    receive!(tried, receiver, tried.run("mpsc/unbounded::send", || sender.send(1)).unwrap());
    tried.wait("mpsc::closed", sender.closed());
    tried.drop("mpsc::UnboundedReceiver", receiver);
}
