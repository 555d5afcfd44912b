#![allow(unsafe_code)]

use std::cell::Cell;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Wake, Waker};
use std::thread::{self, Thread};

use async_mutex::{Lock, Mutex, MutexGuard};
use interleave::{CountingWaker, HighWater, histories, like_the_model};

fn poll<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

/// Polls once, and expects to have to wait.
macro_rules! waits {
    ($future:expr, $counter:expr, $why:expr) => {
        assert!(poll($future.as_mut(), &$counter.waker()).is_pending(), $why)
    };
}

/// Polls once, and expects the guard.
macro_rules! gets {
    ($future:expr, $why:expr) => {
        match poll($future.as_mut(), Waker::noop()) {
            Poll::Ready(guard) => guard,
            Poll::Pending => panic!($why),
        }
    };
}

/// The counters of three wakers.
fn three() -> [CountingWaker; 3] {
    [CountingWaker::new(), CountingWaker::new(), CountingWaker::new()]
}

fn wakes(counters: &[CountingWaker; 3]) -> [usize; 3] {
    [counters[0].wakes(), counters[1].wakes(), counters[2].wakes()]
}

/// Runs a future on this thread, which sleeps while the future waits.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match poll(future.as_mut(), &waker) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

// One task after the other

#[interleave::test]
fn it_is_locked_as_long_as_there_is_a_guard() {
    let mutex = Mutex::new(1);
    let mut guard = mutex.try_lock().expect("nobody has locked it");
    *guard += 1;
    assert!(mutex.try_lock().is_none(), "there are two guards at once");
    assert!(mutex.try_lock().is_none(), "an attempt that failed has unlocked it, and there is still a guard");
    let mut waiting = pin!(mutex.lock());
    waits!(waiting, CountingWaker::new(), "there are two guards at once");
    drop(guard);
    assert_eq!(*gets!(waiting, "it was unlocked, and one waits for it"), 2, "the value was changed under the lock");
    {
        let _never_polled = mutex.lock();
    }
    assert!(mutex.try_lock().is_some(), "all guards are gone, and it is locked");
}

#[interleave::test]
fn it_is_handed_over_in_the_order_of_arrival() {
    let (mutex, counters) = (Mutex::new(()), three());
    let guard = mutex.try_lock();
    let [mut a, mut b, mut c] = [mutex.lock(), mutex.lock(), mutex.lock()].map(Box::pin);
    for (waiting, counter) in [&mut a, &mut b, &mut c].into_iter().zip(&counters) {
        waits!(waiting, counter, "it is locked");
    }
    drop(guard);
    assert_eq!(
        wakes(&counters),
        [1, 0, 0],
        "it was unlocked once; left: how often each of three was woken. Only the first should be"
    );
    waits!(c, counters[2], "the third was polled first, and overtook two others");
    let guard = gets!(a, "it was the turn of the first");
    waits!(b, counters[1], "there are two guards at once");
    drop(guard);
    assert_eq!(wakes(&counters), [1, 1, 0], "it was unlocked twice; left: how often each of three was woken");
    drop(gets!(b, "it was the turn of the second"));
    drop(gets!(c, "it was the turn of the third"));
}

#[interleave::test]
fn a_woken_lock_is_not_overtaken() {
    let (mutex, counter) = (Mutex::new(()), CountingWaker::new());
    let guard = mutex.try_lock();
    let mut woken = pin!(mutex.lock());
    waits!(woken, counter, "it is locked");
    drop(guard);
    let mut late = pin!(mutex.lock());
    waits!(late, counter, "a future that came late got the lock, and the one that was woken for it did not");
    assert!(mutex.try_lock().is_none(), "`try_lock` got the lock, and the future that was woken for it did not");
    drop(gets!(woken, "it was woken, and it does not get the lock"));
    drop(gets!(late, "nobody else waits"));
}

// Wakers

#[interleave::test]
fn the_waker_of_the_last_poll_is_woken() {
    let (mutex, counters) = (Mutex::new(()), three());
    let guard = mutex.try_lock();
    let mut moved = pin!(mutex.lock());
    for counter in &counters {
        waits!(moved, counter, "it is locked");
    }
    drop(guard);
    assert_eq!(
        wakes(&counters),
        [0, 0, 1],
        "three tasks polled a future, one after the other; left: how often each was woken. Only the last should be",
    );
}

#[interleave::test]
fn no_waker_is_kept_longer_than_needed() {
    let (mutex, counters) = (Mutex::new(()), three());
    let guard = mutex.try_lock();
    let [mut served, mut given_up, mut dropped_as_it_is_woken] =
        [mutex.lock(), mutex.lock(), mutex.lock()].map(Box::pin);
    for _ in 0..10 {
        waits!(served, counters[0], "it is locked");
        waits!(given_up, counters[1], "it is locked");
        waits!(dropped_as_it_is_woken, counters[2], "it is locked");
    }
    assert!(counters[0].kept() <= 1, "ten polls have left {} wakers behind", counters[0].kept());
    drop(given_up);
    assert_eq!(counters[1].kept(), 0, "the future was dropped, and its waker is still kept");
    drop(guard);
    drop(gets!(served, "it was first"));
    drop(dropped_as_it_is_woken);
    let kept = [counters[0].kept(), counters[1].kept(), counters[2].kept()];
    assert_eq!(kept, [0, 0, 0], "no future waits any more; left: how many wakers of each are still kept");
}

/// A waker that uses the mutex when it is woken, and when it is dropped. Real ones poll or drop a task then.
struct ComesBack {
    mutex: Arc<Mutex<()>>,
    came: Arc<AtomicUsize>,
}

impl ComesBack {
    fn waker(mutex: &Arc<Mutex<()>>) -> (Waker, Arc<AtomicUsize>) {
        let came = Arc::new(AtomicUsize::new(0));
        let waker = ComesBack { mutex: Arc::clone(mutex), came: Arc::clone(&came) };
        (Arc::new(waker).into(), came)
    }

    fn come(&self) {
        drop(self.mutex.try_lock());
        self.came.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wake for ComesBack {
    fn wake(self: Arc<Self>) {
        self.come();
    }
}

impl Drop for ComesBack {
    fn drop(&mut self) {
        self.come();
    }
}

#[interleave::test]
fn a_waker_may_use_the_mutex_when_it_is_woken() {
    let mutex = Arc::new(Mutex::new(()));
    let ((first, first_came), (second, second_came)) = (ComesBack::waker(&mutex), ComesBack::waker(&mutex));
    let guard = mutex.try_lock();
    let [mut a, mut b] = [mutex.lock(), mutex.lock()].map(Box::pin);
    assert!(poll(a.as_mut(), &first).is_pending(), "it is locked");
    assert!(poll(b.as_mut(), &second).is_pending(), "it is locked");
    drop(guard);
    assert_eq!(first_came.load(Ordering::SeqCst), 1, "it was unlocked; left: how often the first was woken");
    drop(a);
    assert_eq!(
        second_came.load(Ordering::SeqCst),
        1,
        "the first was dropped when it was woken; left: how often the second was woken"
    );
}

#[interleave::test]
fn a_waker_may_use_the_mutex_when_it_is_dropped() {
    let mutex = Arc::new(Mutex::new(()));
    let guard = mutex.try_lock();
    let mut waiting = Box::pin(mutex.lock());
    let (replaced, replaced_came) = ComesBack::waker(&mutex);
    assert!(poll(waiting.as_mut(), &replaced).is_pending(), "it is locked");
    drop(replaced);
    let (left, left_came) = ComesBack::waker(&mutex);
    assert!(poll(waiting.as_mut(), &left).is_pending(), "it is locked");
    assert_eq!(
        replaced_came.load(Ordering::SeqCst),
        1,
        "another waker took its place; left: how often the old one was dropped"
    );
    drop(left);
    drop(waiting);
    assert_eq!(left_came.load(Ordering::SeqCst), 1, "the future was dropped; left: how often its waker was dropped");
    drop(guard);
}

/// A waker that uses the mutex when it is cloned, as one that counts its clones might.
fn uses_it_when_cloned(mutex: &'static Mutex<()>) -> Waker {
    static TABLE: RawWakerVTable = RawWakerVTable::new(clone, |_| {}, |_| {}, |_| {});
    fn clone(mutex: *const ()) -> RawWaker {
        // SAFETY: the pointer was made from a reference that lives for ever.
        drop(unsafe { &*mutex.cast::<Mutex<()>>() }.try_lock());
        RawWaker::new(mutex, &TABLE)
    }
    // SAFETY: the functions of the table free nothing, and the pointer is valid for ever.
    unsafe { Waker::new(std::ptr::from_ref(mutex).cast(), &TABLE) }
}

#[interleave::test]
fn a_waker_may_use_the_mutex_when_it_is_cloned() {
    let mutex: &'static Mutex<()> = Box::leak(Box::new(Mutex::new(())));
    let (waker, other) = (uses_it_when_cloned(mutex), uses_it_when_cloned(mutex));
    let guard = mutex.try_lock();
    let mut waiting = pin!(mutex.lock());
    for waker in [&waker, &other, &other] {
        assert!(poll(waiting.as_mut(), waker).is_pending(), "it is locked");
    }
    drop(guard);
    assert!(poll(waiting.as_mut(), &waker).is_ready(), "it was unlocked, and one waits for it");
}

#[interleave::test]
fn a_ticket_is_used_once() {
    let (mutex, counter) = (Mutex::new(()), CountingWaker::new());
    let guard = mutex.try_lock();
    let mut first = pin!(mutex.lock());
    waits!(first, counter, "it is locked");
    for _ in 0..255 {
        let mut gives_up = pin!(mutex.lock());
        waits!(gives_up, counter, "it is locked");
    }
    let mut last = pin!(mutex.lock());
    waits!(last, counter, "it is locked");
    drop(guard);
    waits!(last, counter, "it is the turn of the first of 257 futures, and the last one got the lock");
    drop(gets!(first, "it was unlocked, and the first does not get the lock"));
    drop(gets!(last, "it was unlocked twice, and all between the first and the last are gone"));
}

#[interleave::test]
fn two_futures_of_one_task_have_two_places() {
    let (mutex, counter) = (Mutex::new(()), CountingWaker::new());
    let guard = mutex.try_lock();
    let [mut a, mut b] = [mutex.lock(), mutex.lock()].map(Box::pin);
    for _ in 0..2 {
        waits!(a, counter, "it is locked");
        waits!(b, counter, "it is locked");
    }
    drop(guard);
    assert_eq!(counter.wakes(), 1, "it was unlocked once; left: how often the task was woken");
    waits!(b, counter, "it is the turn of the first of two futures of one task, and the second got the lock");
    drop(gets!(a, "it was unlocked, and the first of two futures of one task does not get the lock"));
    drop(gets!(b, "it was unlocked twice, and the second of two futures of one task does not get the lock"));
}

#[interleave::test]
fn two_mutexes_are_independent() {
    let (mutex, other, counter) = (Mutex::new(1), Mutex::new(2), CountingWaker::new());
    let guard = mutex.try_lock().expect("nobody has locked it");
    let mut waiting = pin!(mutex.lock());
    waits!(waiting, counter, "it is locked");
    let second = other.try_lock().expect("one mutex is locked, and so is another one");
    assert_eq!((*guard, *second), (1, 2), "left: the values of two mutexes");
    drop(second);
    assert_eq!(counter.wakes(), 0, "one mutex was unlocked, and a future that waits for another one was woken");
    drop(guard);
    assert_eq!(*gets!(waiting, "it was unlocked, and one waits for it"), 1, "left: the value of the first mutex");
}

// Cancellation

#[interleave::test]
fn a_lock_that_is_dropped_is_skipped() {
    let (mutex, counters) = (Mutex::new(()), three());
    let guard = mutex.try_lock();
    let [mut a, mut b, mut c] = [mutex.lock(), mutex.lock(), mutex.lock()].map(Box::pin);
    for (waiting, counter) in [&mut a, &mut b, &mut c].into_iter().zip(&counters) {
        waits!(waiting, counter, "it is locked");
    }
    drop(b);
    drop(guard);
    drop(gets!(a, "it was the turn of the first"));
    assert_eq!(
        wakes(&counters),
        [1, 0, 1],
        "the second was dropped, so the third follows the first; left: how often each was woken"
    );
    drop(gets!(c, "it was the turn of the third"));
    assert!(mutex.try_lock().is_some(), "there is no guard and no waiting future, and it is locked");
}

#[interleave::test]
fn a_lock_dropped_as_it_is_woken_passes_the_lock_on() {
    let (mutex, counters) = (Mutex::new(()), three());
    let guard = mutex.try_lock();
    let [mut a, mut b, mut c] = [mutex.lock(), mutex.lock(), mutex.lock()].map(Box::pin);
    for (waiting, counter) in [&mut a, &mut b, &mut c].into_iter().zip(&counters) {
        waits!(waiting, counter, "it is locked");
    }
    drop(guard);
    drop(a);
    assert_eq!(
        wakes(&counters),
        [1, 1, 0],
        "the first was woken and then dropped; left: how often each was woken. The second should be, once"
    );
    drop(b);
    drop(gets!(c, "the first two were woken and are gone"));
    assert!(mutex.try_lock().is_some(), "there is no guard and no waiting future, and it is locked");
}

#[interleave::test]
fn the_last_lock_to_be_dropped_leaves_it_free() {
    let (mutex, counter) = (Mutex::new(()), CountingWaker::new());
    let guard = mutex.try_lock();
    let mut only = Box::pin(mutex.lock());
    waits!(only, counter, "it is locked");
    drop(guard);
    drop(only);
    assert!(mutex.try_lock().is_some(), "it was handed to a future that was then dropped, and it is locked");
}

// Bounds

/// Whether a type has a marker trait.
macro_rules! is {
    ($type:ty: $marker:ident) => {{
        #[allow(dead_code)]
        trait Otherwise {
            const IS: bool = false;
        }
        impl<T> Otherwise for T {}
        #[allow(dead_code)]
        struct Asked<T>(PhantomData<T>);
        #[allow(dead_code)]
        impl<T: $marker> Asked<T> {
            const IS: bool = true;
        }
        <Asked<$type>>::IS
    }};
}

#[interleave::test]
fn what_may_be_sent_and_shared() {
    // `Cell` may be sent and not shared, `Rc` neither.
    assert!(is!(Mutex<Cell<u32>>: Send), "a mutex can be sent with its value");
    assert!(is!(Mutex<Cell<u32>>: Sync), "one thread at a time uses the value, so it need not be `Sync`");
    assert!(!is!(Mutex<Rc<u32>>: Send), "a mutex sends its value with it");
    assert!(!is!(Lock<'static, Rc<u32>>: Send), "a future that waits brings the value to the thread that polls it");
    assert!(!is!(Mutex<Rc<u32>>: Sync), "a shared mutex sends its value from thread to thread");
    assert!(is!(MutexGuard<'static, Cell<u32>>: Send), "a guard may live across an await, and so be sent");
    assert!(is!(Lock<'static, Cell<u32>>: Send), "a future that waits may be sent");
    assert!(is!(MutexGuard<'static, u32>: Sync), "two threads may read a `u32`");
    assert!(
        !is!(MutexGuard<'static, Cell<u32>>: Sync),
        "two threads that share a guard could change the `Cell` at once"
    );
    assert!(!is!(MutexGuard<'static, Rc<u32>>: Send), "a guard sends its value with it");
}

// Many threads

#[interleave::test]
fn two_tasks_are_in_the_section_one_after_the_other() {
    let (mutex, section) = (Arc::new(Mutex::new(0)), Arc::new(HighWater::new()));
    let tasks = [(); 2].map(|()| {
        let (mutex, section) = (Arc::clone(&mutex), Arc::clone(&section));
        thread::spawn(move || {
            block_on(async {
                let mut value = mutex.lock().await;
                let _inside = section.enter();
                *value += 1;
            });
        })
    });
    for task in tasks {
        task.join().unwrap();
    }
    assert_eq!(section.highest(), 1, "left: how many tasks had a guard at once");
    assert_eq!(*block_on(mutex.lock()), 2, "two tasks have added 1");
}

#[interleave::test]
fn of_two_attempts_at_once_one_succeeds() {
    let mutex = Arc::new(Mutex::new(()));
    let other = thread::spawn({
        let mutex = Arc::clone(&mutex);
        move || {
            // Never dropped: a guard that is given back would let the other attempt succeed as well.
            mutex.try_lock().map(std::mem::forget).is_some()
        }
    });
    let ours = mutex.try_lock().map(std::mem::forget).is_some();
    let theirs = other.join().unwrap();
    assert!(ours != theirs, "it was free, and two threads tried to lock it at once: {ours} and {theirs}");
}

#[interleave::test]
fn nobody_overtakes_on_another_thread() {
    let (mutex, counter) = (Mutex::new(()), CountingWaker::new());
    let guard = mutex.try_lock();
    let mut waiting = pin!(mutex.lock());
    waits!(waiting, counter, "it is locked");
    let overtaken = thread::scope(|scope| {
        let late = scope.spawn(|| mutex.try_lock().is_some());
        drop(guard);
        late.join().unwrap()
    });
    assert!(!overtaken, "one waits, and `try_lock` on another thread got the lock while it was handed over");
    drop(gets!(waiting, "it was unlocked, and one waits for it"));
}

#[interleave::test]
fn a_place_is_taken_at_the_first_poll() {
    let (mutex, counters) = (Mutex::new(()), [CountingWaker::new(), CountingWaker::new()]);
    let guard = mutex.try_lock();
    let [mut a, mut b] = [mutex.lock(), mutex.lock()].map(Box::pin);
    thread::scope(|scope| {
        scope.spawn(|| waits!(a, counters[0], "it is locked"));
        waits!(b, counters[1], "it is locked");
    });
    let woken = counters[0].wakes() + counters[1].wakes();
    assert_eq!(woken, 0, "two threads polled a future each, and it is still locked; left: how often they were woken");
    drop(guard);
    let woken = counters[0].wakes() + counters[1].wakes();
    assert_eq!(woken, 1, "two futures wait, and it was unlocked once; left: how often they were woken");
}

#[interleave::test]
fn a_waker_that_is_replaced_misses_no_wake_up() {
    let (mutex, counters) = (Mutex::new(()), [CountingWaker::new(), CountingWaker::new()]);
    let guard = mutex.try_lock();
    let mut moved = pin!(mutex.lock());
    waits!(moved, counters[0], "it is locked");
    let got_it = thread::scope(|scope| {
        scope.spawn(|| drop(guard));
        poll(moved.as_mut(), &counters[1].waker()).is_ready()
    });
    assert!(
        got_it || counters[1].wakes() > 0,
        "it was unlocked while another task polled a future that waits; that task has no guard and is not woken",
    );
}

#[interleave::test]
fn a_dropped_lock_stops_no_other() {
    let mutex = Arc::new(Mutex::new(0));
    let guard = mutex.try_lock();
    let stays = thread::spawn({
        let mutex = Arc::clone(&mutex);
        move || block_on(async { *mutex.lock().await += 1 })
    });
    let gives_up = thread::spawn({
        let mutex = Arc::clone(&mutex);
        move || {
            let mut waiting = pin!(mutex.lock());
            let _ = poll(waiting.as_mut(), Waker::noop()); // and never again
        }
    });
    drop(guard);
    stays.join().unwrap();
    gives_up.join().unwrap();
    assert_eq!(mutex.try_lock().map(|value| *value), Some(1), "one task has added 1, and another one has given up");
}

// Everything, in any order

#[derive(Debug)]
enum Op {
    /// Polls a future, which is made first if there is none.
    Poll {
        future: usize,
        waker: usize,
    },
    DropFuture(usize),
    TryLock,
    Unlock,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    Free,
    Taken,
    Given(usize),
}

/// A mutex with four futures, two wakers and a guard; and what should be.
struct History {
    mutex: &'static Mutex<()>,
    futures: [Option<Pin<Box<Lock<'static, ()>>>>; 4],
    counters: [CountingWaker; 2],
    guard: Option<MutexGuard<'static, ()>>,
    turn: Turn,
    /// The futures that wait, in order.
    queue: Vec<usize>,
    /// The waker that each future was polled with last.
    last: [usize; 4],
    wakes: [usize; 2],
}

impl History {
    fn new() -> Self {
        Self {
            mutex: Box::leak(Box::new(Mutex::new(()))),
            futures: [const { None }; 4],
            counters: [CountingWaker::new(), CountingWaker::new()],
            guard: None,
            turn: Turn::Free,
            queue: Vec::new(),
            last: [0; 4],
            wakes: [0; 2],
        }
    }

    fn pass_on(&mut self) {
        self.turn = Turn::Free;
        if !self.queue.is_empty() {
            let first = self.queue.remove(0);
            self.turn = Turn::Given(first);
            self.wakes[self.last[first]] += 1;
        }
    }

    fn step(&mut self, op: Op) -> Result<(), String> {
        match op {
            Op::Poll { future, waker } => {
                let is_new = self.futures[future].is_none();
                let polled = self.futures[future].get_or_insert_with(|| Box::pin(self.mutex.lock()));
                let guard = match self.counters[waker].poll(polled.as_mut()) {
                    Poll::Ready(guard) => Some(guard),
                    Poll::Pending => None,
                };
                self.last[future] = waker;
                let is_ready = self.turn == Turn::Given(future) || is_new && self.turn == Turn::Free;
                like_the_model(guard.is_some(), is_ready).map_err(|why| format!("has the guard? {why}"))?;
                if is_ready {
                    self.turn = Turn::Taken;
                    self.guard = guard;
                    self.futures[future] = None;
                } else if is_new {
                    self.queue.push(future);
                }
            }
            Op::DropFuture(future) => {
                self.futures[future] = None;
                self.queue.retain(|waiting| *waiting != future);
                if self.turn == Turn::Given(future) {
                    self.pass_on();
                }
            }
            Op::TryLock => {
                let guard = self.mutex.try_lock();
                like_the_model(guard.is_some(), self.turn == Turn::Free)
                    .map_err(|why| format!("has the guard? {why}"))?;
                if guard.is_some() {
                    self.turn = Turn::Taken;
                    self.guard = guard;
                }
            }
            Op::Unlock => {
                if self.guard.take().is_some() {
                    self.pass_on();
                }
            }
        }
        let wakes = [self.counters[0].wakes(), self.counters[1].wakes()];
        like_the_model(wakes, self.wakes).map_err(|why| format!("how often the two wakers were woken: {why}"))
    }
}

#[interleave::test]
fn every_history_is_like_the_model() {
    histories(
        |draws| match draws.below(6) {
            0..3 => Op::Poll { future: draws.below(4), waker: draws.below(2) },
            3 => Op::DropFuture(draws.below(4)),
            4 => Op::TryLock,
            _ => Op::Unlock,
        },
        History::new,
        History::step,
    );
}
