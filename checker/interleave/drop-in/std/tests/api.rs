//! The parts of std that exercises use behave the same in both modes.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockWriteGuard, mpsc};
use std::thread;
use std::time::Duration;

/// Derives and defaults also work on types that contain locks.
#[derive(Debug, Default)]
struct State {
    queue: Mutex<VecDeque<u32>>,
    names: RwLock<Vec<String>>,
    changed: Condvar,
    closed: AtomicBool,
}

static STARTED: AtomicUsize = AtomicUsize::new(0);
static LOG: Mutex<Vec<u32>> = Mutex::new(Vec::new());

thread_local! {
    static DEPTH: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

fn longest(names: &RwLock<Vec<String>>) -> Option<String> {
    names.read().unwrap().iter().max_by_key(|name| name.len()).cloned()
}

#[interleave::test]
fn locks_conditions_and_threads() {
    STARTED.fetch_add(1, Ordering::Relaxed);
    let state = Arc::new(State::default());
    let producer = {
        let state = Arc::clone(&state);
        thread::Builder::new()
            .name("producer".into())
            .spawn(move || {
                for n in 0..2 {
                    state.queue.lock().unwrap().push_back(n);
                    state.changed.notify_one();
                }
                state.closed.store(true, Ordering::Release);
                state.changed.notify_all();
            })
            .unwrap()
    };
    let mut seen = Vec::new();
    let mut queue: MutexGuard<'_, VecDeque<u32>> = state.queue.lock().unwrap();
    while seen.len() < 2 {
        queue = state.changed.wait_while(queue, |queue| queue.is_empty()).unwrap();
        seen.extend(queue.drain(..));
    }
    drop(queue);
    producer.join().unwrap();
    assert_eq!(seen, [0, 1]);
    assert!(state.closed.load(Ordering::Acquire));
    assert!(state.queue.try_lock().is_ok());
    *state.names.write().unwrap() = vec!["a".into(), "bcd".into()];
    assert_eq!(longest(&state.names).as_deref(), Some("bcd"));
    let names = RwLockWriteGuard::downgrade(state.names.write().unwrap());
    assert!(state.names.try_write().is_err());
    assert_eq!(names.len(), 2);
    LOG.lock().unwrap_or_else(PoisonError::into_inner).clear();
    DEPTH.set(DEPTH.get() + 1);
}

#[interleave::test]
fn scopes_channels_and_barriers() {
    let gate = Barrier::new(2);
    let (sender, receiver) = mpsc::channel();
    let first = OnceLock::new();
    let total = thread::scope(|scope| {
        let (gate, first) = (&gate, &first);
        let doubled = scope.spawn(move || {
            gate.wait();
            first.get_or_init(|| 1);
            receiver.iter().map(|n: u32| n * 2).sum::<u32>()
        });
        gate.wait();
        for n in 1..=2 {
            sender.send(n).unwrap();
        }
        drop(sender);
        thread::sleep(Duration::from_millis(1));
        thread::yield_now();
        doubled.join().unwrap()
    });
    assert_eq!((total, first.get()), (6, Some(&1)));
}

#[interleave::test]
fn a_parked_thread_is_unparked() {
    let woken = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&woken);
    let sleeper = thread::spawn(move || {
        while !flag.load(Ordering::Acquire) {
            thread::park();
        }
    });
    woken.store(true, Ordering::Release);
    sleeper.thread().unpark();
    sleeper.join().unwrap();
}

#[interleave::test]
fn a_lazy_value_is_read_and_changed_in_place() {
    let mut lazy = std::sync::LazyLock::new(|| vec![1]);
    assert_eq!(std::sync::LazyLock::get(&lazy), None);
    lazy.push(2);
    std::sync::LazyLock::force_mut(&mut lazy).push(3);
    assert_eq!(std::sync::LazyLock::get_mut(&mut lazy).map(|list| list.len()), Some(3));
    assert_eq!(*lazy, [1, 2, 3]);
}

#[interleave::test]
fn an_atomic_is_updated_by_a_function() {
    let atomic = AtomicUsize::new(3);
    assert_eq!(atomic.update(Ordering::AcqRel, Ordering::Acquire, |n| n + 1), 3);
    assert_eq!(atomic.try_update(Ordering::AcqRel, Ordering::Acquire, |n| n.checked_sub(5)), Err(4));
    let array = [1_u16, 2];
    let pointer = std::sync::atomic::AtomicPtr::new(array.as_ptr().cast_mut());
    assert_eq!(pointer.fetch_ptr_add(1, Ordering::Relaxed), array.as_ptr().cast_mut());
    assert_eq!(pointer.load(Ordering::Relaxed).cast_const(), &raw const array[1]);
}

#[interleave::test]
fn waiting_for_a_poisoned_call_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();

    let fails = thread::spawn(|| ONCE.call_once(|| panic!("on purpose")));
    let waits = thread::spawn(|| ONCE.wait());
    assert!(fails.join().is_err() && waits.join().is_err());
    ONCE.call_once_force(|state| assert!(state.is_poisoned()));
    ONCE.wait();
}
