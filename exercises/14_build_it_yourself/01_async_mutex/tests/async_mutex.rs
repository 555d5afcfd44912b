use std::cell::Cell;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use async_mutex::{Lock, Mutex, MutexGuard};
use interleave::{CountingWaker, HighWater};

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
    assert!(mutex.try_lock().is_none(), "an attempt that failed has unlocked it for whoever holds it");
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
    assert_eq!(wakes(&counters), [1, 0, 0], "it was unlocked once: the first that waits is woken, and nobody else");
    waits!(c, counters[2], "the third was polled first, and overtook two others");
    let guard = gets!(a, "it was the turn of the first");
    waits!(b, counters[1], "there are two guards at once");
    drop(guard);
    assert_eq!(wakes(&counters), [1, 1, 0], "it was unlocked twice: the second is woken, and nobody else");
    drop(gets!(b, "it was the turn of the second"));
    drop(gets!(c, "it was the turn of the third"));
}

#[interleave::test]
fn nobody_overtakes_the_one_who_was_woken() {
    let (mutex, counter) = (Mutex::new(()), CountingWaker::new());
    let guard = mutex.try_lock();
    let mut woken = pin!(mutex.lock());
    waits!(woken, counter, "it is locked");
    drop(guard);
    let mut late = pin!(mutex.lock());
    waits!(late, counter, "whoever came late got the lock, and the one who was woken for it did not");
    assert!(
        mutex.try_lock().is_none(),
        "whoever did not wait at all got the lock, and the one who was woken for it did not"
    );
    drop(gets!(woken, "it was woken, and did not get the lock"));
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
        "the future went from task to task: the one that polled it last has it, and is to be woken",
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
    assert_eq!(counters[1].kept(), 0, "it has given up, and its waker is still there");
    drop(guard);
    drop(gets!(served, "it was first"));
    drop(dropped_as_it_is_woken);
    let kept = [counters[0].kept(), counters[1].kept(), counters[2].kept()];
    assert_eq!(kept, [0, 0, 0], "nobody waits any more, and these many wakers are still there");
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
    assert_eq!(first_came.load(Ordering::SeqCst), 1, "it was unlocked, so the first is woken");
    drop(a);
    assert_eq!(second_came.load(Ordering::SeqCst), 1, "the first gave up when it was woken, so the second is woken");
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
    assert_eq!(replaced_came.load(Ordering::SeqCst), 1, "another waker took its place, so it is dropped");
    drop(left);
    drop(waiting);
    assert_eq!(left_came.load(Ordering::SeqCst), 1, "the future gave up, so its waker is dropped");
    drop(guard);
}

// Cancellation

#[interleave::test]
fn whoever_gives_up_is_skipped() {
    let (mutex, counters) = (Mutex::new(()), three());
    let guard = mutex.try_lock();
    let [mut a, mut b, mut c] = [mutex.lock(), mutex.lock(), mutex.lock()].map(Box::pin);
    for (waiting, counter) in [&mut a, &mut b, &mut c].into_iter().zip(&counters) {
        waits!(waiting, counter, "it is locked");
    }
    drop(b);
    drop(guard);
    drop(gets!(a, "it was the turn of the first"));
    assert_eq!(wakes(&counters), [1, 0, 1], "the second has given up, so the third follows the first");
    drop(gets!(c, "it was the turn of the third"));
    assert!(mutex.try_lock().is_some(), "nobody holds it and nobody waits for it, and it is locked");
}

#[interleave::test]
fn whoever_gives_up_just_as_it_is_woken_passes_the_lock_on() {
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
        "the first was woken and is gone: it was the only one that knew of the lock"
    );
    drop(b);
    drop(gets!(c, "the first two were woken and are gone"));
    assert!(mutex.try_lock().is_some(), "nobody holds it and nobody waits for it, and it is locked");
}

#[interleave::test]
fn the_last_one_who_gives_up_leaves_it_free() {
    let (mutex, counter) = (Mutex::new(()), CountingWaker::new());
    let guard = mutex.try_lock();
    let mut only = Box::pin(mutex.lock());
    waits!(only, counter, "it is locked");
    drop(guard);
    drop(only);
    assert!(mutex.try_lock().is_some(), "it was handed to one who is gone, and nobody else gets it any more");
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
fn four_tasks_are_in_the_section_one_after_the_other() {
    let (mutex, section) = (Arc::new(Mutex::new(0)), Arc::new(HighWater::new()));
    let tasks = [(); 4].map(|()| {
        let (mutex, section) = (Arc::clone(&mutex), Arc::clone(&section));
        thread::spawn(move || {
            block_on(async {
                for _ in 0..2 {
                    let mut value = mutex.lock().await;
                    let _inside = section.enter();
                    let read = *value;
                    interleave::yield_now().await;
                    *value = read + 1;
                }
            });
        })
    });
    for task in tasks {
        task.join().unwrap();
    }
    assert_eq!(section.highest(), 1, "left stands how many tasks had a guard at once");
    assert_eq!(*block_on(mutex.lock()), 8, "four tasks have added 1 twice");
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
fn those_who_give_up_stop_nobody() {
    let mutex = Arc::new(Mutex::new(0));
    let stays = [(); 2].map(|()| {
        let mutex = Arc::clone(&mutex);
        thread::spawn(move || block_on(async { *mutex.lock().await += 1 }))
    });
    let gives_up = [(); 2].map(|()| {
        let mutex = Arc::clone(&mutex);
        thread::spawn(move || {
            let mut waiting = pin!(mutex.lock());
            let _ = poll(waiting.as_mut(), Waker::noop()); // and never again
        })
    });
    for task in stays.into_iter().chain(gives_up) {
        task.join().unwrap();
    }
    assert_eq!(*block_on(mutex.lock()), 2, "two tasks have added 1, and two have given up");
}
