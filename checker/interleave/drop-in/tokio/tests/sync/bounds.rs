//! Types and futures can be sent, shared, moved and caught exactly where tokio's own can.

use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use super::auto_traits::{Ask, Otherwise};

#[test]
fn types_have_the_auto_traits_of_the_real_ones() {
    same!(tokio::sync like real::sync as sync: {
        sync::Mutex<T>;
        sync::MutexGuard<'static, T>;
        sync::MappedMutexGuard<'static, T>;
        sync::OwnedMutexGuard<T>;
        sync::OwnedMappedMutexGuard<T, u8>;
        sync::OwnedMappedMutexGuard<u8, T>;
        sync::RwLock<T>;
        sync::RwLockReadGuard<'static, T>;
        sync::RwLockWriteGuard<'static, T>;
        sync::RwLockMappedWriteGuard<'static, T>;
        sync::OwnedRwLockReadGuard<T, u8>;
        sync::OwnedRwLockReadGuard<u8, T>;
        sync::OwnedRwLockWriteGuard<T>;
        sync::OwnedRwLockMappedWriteGuard<T, u8>;
        sync::OwnedRwLockMappedWriteGuard<u8, T>;
        sync::Semaphore;
        sync::SemaphorePermit<'static>;
        sync::OwnedSemaphorePermit;
        sync::Notify;
        sync::futures::Notified<'static>;
        sync::futures::OwnedNotified;
        sync::Barrier;
        sync::BarrierWaitResult;
        sync::OnceCell<T>;
        sync::SetOnce<T>;
        sync::oneshot::Sender<T>;
        sync::oneshot::Receiver<T>;
        sync::watch::Sender<T>;
        sync::watch::Receiver<T>;
        sync::watch::Ref<'static, T>;
        sync::broadcast::Sender<T>;
        sync::broadcast::WeakSender<T>;
        sync::broadcast::Receiver<T>;
        sync::mpsc::Sender<T>;
        sync::mpsc::WeakSender<T>;
        sync::mpsc::Receiver<T>;
        sync::mpsc::UnboundedSender<T>;
        sync::mpsc::WeakUnboundedSender<T>;
        sync::mpsc::UnboundedReceiver<T>;
        sync::mpsc::Permit<'static, T>;
        sync::mpsc::PermitIterator<'static, T>;
        sync::mpsc::OwnedPermit<T>;
    });
}

/// An object that a future may borrow forever.
fn leak<T>(value: T) -> &'static mut T {
    Box::leak(Box::new(value))
}

/// Which of `Send`, `Sync` and `Unpin` a value has, by the same trick with autoref.
macro_rules! traits {
    ($value:expr) => {{
        fn ask<T>(_: &T) -> PhantomData<T> {
            PhantomData
        }
        let asked = ask(&$value);
        ((&&Probe::<0, _>(asked)).has(), (&&Probe::<1, _>(asked)).has(), (&&Probe::<2, _>(asked)).has())
    }};
}

#[derive(Clone, Copy)]
struct Probe<const TRAIT: usize, T>(PhantomData<T>);

trait Has {
    fn has(&self) -> bool {
        true
    }
}

impl<T: Send> Has for &Probe<0, T> {}
impl<T: Sync> Has for &Probe<1, T> {}
impl<T: Unpin> Has for &Probe<2, T> {}

trait HasNot {
    fn has(&self) -> bool {
        false
    }
}

impl<const TRAIT: usize, T> HasNot for Probe<TRAIT, T> {}

macro_rules! same_futures {
    ($($name:literal: |$sync:ident| $future:expr;)*) => {
        $({
            let ours = { use tokio::sync as $sync; traits!($future) };
            let real = { use real::sync as $sync; traits!($future) };
            assert_eq!(ours, real, "(Send, Sync, Unpin) of the future of {}", $name);
        })*
    };
}

#[test]
fn futures_have_the_auto_traits_of_the_real_ones() {
    same_futures! {
        "Mutex::lock": |sync| leak(sync::Mutex::new(1)).lock();
        "Mutex::lock, not Sync": |sync| leak(sync::Mutex::new(Cell::new(1))).lock();
        "Mutex::lock, not Send": |sync| leak(sync::Mutex::new(Rc::new(1))).lock();
        "Mutex::lock_owned": |sync| Arc::new(sync::Mutex::new(1)).lock_owned();
        "RwLock::read": |sync| leak(sync::RwLock::new(1)).read();
        "RwLock::read, not Sync": |sync| leak(sync::RwLock::new(Cell::new(1))).read();
        "RwLock::write": |sync| leak(sync::RwLock::new(1)).write();
        "RwLock::write_owned": |sync| Arc::new(sync::RwLock::new(1)).write_owned();
        "Semaphore::acquire": |sync| leak(sync::Semaphore::new(1)).acquire();
        "Semaphore::acquire_owned": |sync| Arc::new(sync::Semaphore::new(1)).acquire_owned();
        "Barrier::wait": |sync| leak(sync::Barrier::new(1)).wait();
        "OnceCell::get_or_init": |sync| leak(sync::OnceCell::new()).get_or_init(|| async { 1 });
        "OnceCell::get_or_init, not Send": |sync| leak(sync::OnceCell::new()).get_or_init(|| async { Rc::new(1) });
        "SetOnce::wait": |sync| leak(sync::SetOnce::<i32>::new()).wait();
        "SetOnce::wait, not Sync": |sync| leak(sync::SetOnce::<Cell<i32>>::new()).wait();
        "oneshot::Sender::closed": |sync| leak(sync::oneshot::channel::<i32>()).0.closed();
        "watch::Receiver::changed": |sync| leak(sync::watch::channel(1)).1.changed();
        "watch::Receiver::wait_for": |sync| leak(sync::watch::channel(1)).1.wait_for(|_| true);
        "watch::Sender::closed": |sync| leak(sync::watch::channel(1)).0.closed();
        "broadcast::Receiver::recv": |sync| leak(sync::broadcast::channel::<i32>(1)).1.recv();
        "broadcast::Receiver::recv, not Sync": |sync| leak(sync::broadcast::channel::<Cell<i32>>(1)).1.recv();
        "broadcast::Sender::closed": |sync| leak(sync::broadcast::channel::<i32>(1)).0.closed();
        "mpsc::Sender::send": |sync| leak(sync::mpsc::channel(1)).0.send(1);
        "mpsc::Sender::send, not Sync": |sync| leak(sync::mpsc::channel(1)).0.send(Cell::new(1));
        "mpsc::Sender::send, not Send": |sync| leak(sync::mpsc::channel(1)).0.send(Rc::new(1));
        "mpsc::Sender::reserve": |sync| leak(sync::mpsc::channel::<i32>(1)).0.reserve();
        "mpsc::Sender::reserve_owned": |sync| sync::mpsc::channel::<i32>(1).0.reserve_owned();
        "mpsc::Sender::closed": |sync| leak(sync::mpsc::channel::<i32>(1)).0.closed();
        "mpsc::Receiver::recv": |sync| leak(sync::mpsc::channel::<i32>(1)).1.recv();
        "mpsc::Receiver::recv, not Send": |sync| leak(sync::mpsc::channel::<Rc<i32>>(1)).1.recv();
        "mpsc::Receiver::recv_many": |sync| leak(sync::mpsc::channel::<i32>(1)).1.recv_many(leak(Vec::new()), 1);
    }
}
