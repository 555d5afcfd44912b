use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use async_rwlock::{Read, ReadPermit, RwLock, Write, WritePermit};
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

/// Polls once, and expects the permit.
macro_rules! gets {
    ($future:expr, $why:expr) => {
        match poll($future.as_mut(), Waker::noop()) {
            Poll::Ready(permit) => permit,
            Poll::Pending => panic!($why),
        }
    };
}

#[track_caller]
fn reads(lock: &RwLock) -> ReadPermit<'_> {
    gets!(pin!(lock.read()), "nobody writes or waits, and `read` waits")
}

#[track_caller]
fn writes(lock: &RwLock) -> WritePermit<'_> {
    gets!(pin!(lock.write()), "nobody reads, writes or waits, and `write` waits")
}

fn counters<const N: usize>() -> [CountingWaker; N] {
    [(); N].map(|()| CountingWaker::new())
}

fn wakes<const N: usize>(counters: &[CountingWaker; N]) -> [usize; N] {
    counters.each_ref().map(CountingWaker::wakes)
}

/// Nobody is in, and nobody waits.
#[track_caller]
fn is_free(lock: &RwLock, why: &str) {
    assert!(lock.try_write().is_some(), "{why}, and `try_write` gets no permit");
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

// Readers and writers

#[interleave::test]
fn readers_are_in_together() {
    let (lock, counter) = (RwLock::new(), CountingWaker::new());
    let (one, other, third) = (reads(&lock), lock.try_read(), reads(&lock));
    assert!(other.is_some(), "two read, nobody waits, and `try_read` gets no permit");
    assert!(lock.try_write().is_none(), "three read, and `try_write` gets a permit");
    let mut writer = pin!(lock.write());
    for reader in [one, other.unwrap()] {
        waits!(writer, counter, "some read, and another one writes");
        drop(reader);
    }
    waits!(writer, counter, "one reads, and another one writes");
    assert_eq!(counter.wakes(), 0, "one of three still reads; left: how often the writer was woken");
    drop(third);
    assert_eq!(counter.wakes(), 1, "the last of three readers has left; left: how often the writer was woken");
    drop(gets!(writer, "nobody reads any more, and the writer does not get in"));
    is_free(&lock, "all are gone");
}

#[interleave::test]
fn any_number_of_readers_is_in_together() {
    const MANY: usize = 300;
    let (lock, counter) = (RwLock::new(), CountingWaker::new());
    let writer = writes(&lock);
    let mut first = pin!(lock.write());
    waits!(first, counter, "one writes");
    let mut readers: Vec<_> = (0..MANY).map(|_| Box::pin(lock.read())).collect();
    for reader in &mut readers {
        waits!(reader, counter, "two writers are before it");
    }
    drop(writer);
    drop(gets!(first, "it is the turn of the writer that came first"));
    assert_eq!(
        counter.wakes(),
        1 + MANY,
        "a writer waited, and {MANY} readers behind it; left: how often all were woken"
    );
    let permits: Vec<_> = readers.iter_mut().map(|reader| gets!(reader, "only readers are in")).collect();
    drop(lock.try_read().expect("only readers are in, nobody waits, and `try_read` gets no permit"));
    drop(permits);
    is_free(&lock, "all are gone");
}

#[interleave::test]
fn a_writer_is_in_alone() {
    let (lock, counters) = (RwLock::new(), counters::<2>());
    let writer = writes(&lock);
    assert!(lock.try_write().is_none(), "one writes, and `try_write` gets a permit");
    assert!(lock.try_read().is_none(), "one writes, and `try_read` gets a permit");
    let (mut other, mut reader) = (pin!(lock.write()), pin!(lock.read()));
    waits!(other, counters[0], "two write");
    waits!(reader, counters[1], "one writes, and another one reads");
    drop(writer);
    let other = gets!(other, "nobody is in, and the writer that is first in the queue does not get in");
    waits!(reader, counters[1], "one writes, and another one reads");
    drop(other);
    drop(gets!(reader, "nobody writes, and the reader does not get in"));
    {
        let _never_polled = (lock.read(), lock.write());
    }
    is_free(&lock, "all are gone");
}

#[interleave::test]
fn a_reader_waits_behind_a_writer_that_waits() {
    let (lock, counters) = (RwLock::new(), counters::<2>());
    let reader = reads(&lock);
    let (mut writer, mut late) = (pin!(lock.write()), pin!(lock.read()));
    waits!(writer, counters[0], "one reads, and another one writes");
    waits!(late, counters[1], "a writer waits, and a reader that came later got in: with enough of them, it starves");
    assert!(lock.try_read().is_none(), "a writer waits, and `try_read` gets a permit");
    drop(reader);
    assert_eq!(wakes(&counters), [1, 0], "the reader has left; left: how often the writer and the other were woken");
    drop(gets!(writer, "nobody reads, and the writer does not get in"));
    drop(gets!(late, "the writer has left, and the reader behind it does not get in"));
    is_free(&lock, "all are gone");
}

#[interleave::test]
fn they_get_in_in_the_order_of_arrival() {
    let (lock, counters) = (RwLock::new(), counters::<5>());
    let first = writes(&lock);
    let [mut a, mut b, mut e] = [lock.read(), lock.read(), lock.read()].map(Box::pin);
    let [mut c, mut d] = [lock.write(), lock.write()].map(Box::pin);
    waits!(a, counters[0], "one writes");
    waits!(b, counters[1], "one writes");
    waits!(c, counters[2], "one writes");
    waits!(d, counters[3], "one writes");
    waits!(e, counters[4], "one writes");
    drop(first);
    assert_eq!(
        wakes(&counters),
        [1, 1, 0, 0, 0],
        "two readers, two writers and a reader wait; left: how often each was woken when nobody wrote any more"
    );
    waits!(e, counters[4], "two writers wait, and a reader that came later got in");
    let b = gets!(b, "the first two in the queue read, and the second does not get in");
    drop(gets!(a, "the first two in the queue read, and the first does not get in"));
    waits!(c, counters[2], "one reads, and another one writes");
    drop(b);
    assert_eq!(wakes(&counters), [1, 1, 1, 0, 0], "both readers have left; left: how often each was woken");
    waits!(d, counters[3], "it is the turn of another writer");
    drop(gets!(c, "it is the turn of the first writer"));
    assert_eq!(wakes(&counters), [1, 1, 1, 1, 0], "a writer has left; left: how often each was woken");
    drop(gets!(d, "it is the turn of the second writer"));
    drop(gets!(e, "it is the turn of the last reader"));
    is_free(&lock, "all are gone");
}

#[interleave::test]
fn a_writer_that_was_let_in_is_in() {
    let (lock, counters) = (RwLock::new(), counters::<3>());
    let reader = reads(&lock);
    let mut woken = pin!(lock.write());
    waits!(woken, counters[0], "one reads, and another one writes");
    drop(reader);
    // It was woken, and not polled since.
    assert!(lock.try_read().is_none(), "a writer was let in, and `try_read` gets a permit");
    assert!(lock.try_write().is_none(), "a writer was let in, and `try_write` gets a permit");
    let (mut late, mut later) = (pin!(lock.read()), pin!(lock.write()));
    waits!(late, counters[1], "a writer was let in, and a reader that came later overtook it");
    waits!(later, counters[2], "a writer was let in, and a writer that came later overtook it");
    drop(gets!(woken, "it was woken, and it does not get in"));
    drop(gets!(late, "the writer has left, and a reader is first in the queue"));
    drop(gets!(later, "the reader has left, and a writer is first in the queue"));
}

#[interleave::test]
fn a_reader_that_was_let_in_is_in() {
    let (lock, counters) = (RwLock::new(), counters::<2>());
    let writer = writes(&lock);
    let mut woken = pin!(lock.read());
    waits!(woken, counters[0], "one writes, and another one reads");
    drop(writer);
    // It was woken, and not polled since.
    assert!(lock.try_write().is_none(), "a reader was let in, and `try_write` gets a permit");
    drop(lock.try_read().expect("a reader was let in, nobody waits, and `try_read` gets no permit"));
    let mut late = pin!(lock.write());
    waits!(late, counters[1], "a reader was let in, and a writer that came later overtook it");
    assert_eq!(wakes(&counters), [1, 0], "another reader came and went; left: how often each was woken");
    drop(gets!(woken, "it was woken, and it does not get in"));
    assert_eq!(wakes(&counters), [1, 1], "all readers have left; left: how often the reader and the writer were woken");
    drop(gets!(late, "nobody reads any more"));
}

// Downgrading

#[interleave::test]
fn a_downgrade_lets_in_the_first_readers() {
    let (lock, counters) = (RwLock::new(), counters::<4>());
    let writer = writes(&lock);
    let [mut a, mut b, mut d] = [lock.read(), lock.read(), lock.read()].map(Box::pin);
    let mut c = pin!(lock.write());
    waits!(a, counters[0], "one writes");
    waits!(b, counters[1], "one writes");
    waits!(c, counters[2], "one writes");
    waits!(d, counters[3], "one writes");
    let reader = writer.downgrade();
    assert_eq!(
        wakes(&counters),
        [1, 1, 0, 0],
        "two readers, a writer and a reader wait, and the writer became a reader; left: how often each was woken"
    );
    waits!(d, counters[3], "a writer waits, and a reader that came later got in");
    drop(gets!(a, "the writer became a reader, and a reader that is first in the queue does not get in"));
    drop(gets!(b, "the writer became a reader, and the second reader in the queue does not get in"));
    waits!(c, counters[2], "one reads, and another one writes");
    drop(reader);
    assert_eq!(wakes(&counters), [1, 1, 1, 0], "the last reader has left; left: how often each was woken");
    drop(gets!(c, "nobody reads any more"));
    drop(gets!(d, "nobody writes any more"));
    is_free(&lock, "all are gone");
}

#[interleave::test]
fn after_a_downgrade_one_more_reads() {
    let (lock, counter) = (RwLock::new(), CountingWaker::new());
    let reader = writes(&lock).downgrade();
    assert!(lock.try_write().is_none(), "a writer became a reader, and `try_write` gets a permit");
    drop(lock.try_read().expect("a writer became a reader, nobody waits, and `try_read` gets no permit"));
    let (mut writer, mut late) = (pin!(lock.write()), pin!(lock.read()));
    waits!(writer, counter, "a writer became a reader, and another one writes");
    waits!(late, counter, "a writer waits, and a reader that came later got in");
    assert_eq!(counter.wakes(), 0, "one still reads; left: how often those that wait were woken");
    drop(reader);
    drop(gets!(writer, "nobody reads any more"));
    drop(gets!(late, "nobody writes any more"));
    is_free(&lock, "all are gone");
}

// Wakers

#[interleave::test]
fn the_waker_of_the_last_poll_is_woken() {
    let (lock, counters) = (RwLock::new(), counters::<3>());
    let permit = writes(&lock);
    let (mut writer, mut reader) = (pin!(lock.write()), pin!(lock.read()));
    for counter in &counters {
        waits!(writer, counter, "one writes");
        waits!(reader, counter, "one writes");
    }
    drop(permit);
    assert_eq!(
        wakes(&counters),
        [0, 0, 1],
        "three tasks polled a writer that waits; left: how often each was woken. Only the last should be"
    );
    drop(gets!(writer, "nobody is in"));
    assert_eq!(
        wakes(&counters),
        [0, 0, 2],
        "three tasks polled a reader that waits behind it; left: how often each was woken. Only the last should be"
    );
    drop(gets!(reader, "nobody writes"));
}

#[interleave::test]
fn no_waker_is_kept_longer_than_needed() {
    let (lock, counters) = (RwLock::new(), counters::<4>());
    let permit = writes(&lock);
    let [mut served, mut given_up] = [lock.read(), lock.read()].map(Box::pin);
    let [mut writer, mut dropped_as_it_is_woken] = [lock.write(), lock.write()].map(Box::pin);
    for _ in 0..10 {
        waits!(served, counters[0], "one writes");
        waits!(given_up, counters[1], "one writes");
        waits!(writer, counters[2], "one writes");
        waits!(dropped_as_it_is_woken, counters[3], "one writes");
    }
    for counter in &counters {
        assert!(counter.kept() <= 1, "ten polls have left {} wakers behind", counter.kept());
    }
    drop(given_up);
    assert_eq!(counters[1].kept(), 0, "the future was dropped, and its waker is still kept");
    drop(permit);
    drop(gets!(served, "it was first"));
    drop(writer);
    drop(dropped_as_it_is_woken);
    let kept = counters.each_ref().map(CountingWaker::kept);
    assert_eq!(kept, [0; 4], "no future waits any more; left: how many wakers of each are still kept");
}

/// A waker that uses the lock when it is woken, and when it is dropped. Real ones poll or drop a task then.
struct ComesBack {
    lock: Arc<RwLock>,
    came: Arc<AtomicUsize>,
}

impl ComesBack {
    fn waker(lock: &Arc<RwLock>) -> (Waker, Arc<AtomicUsize>) {
        let came = Arc::new(AtomicUsize::new(0));
        (Waker::from(Arc::new(ComesBack { lock: Arc::clone(lock), came: Arc::clone(&came) })), came)
    }

    fn come(&self) {
        drop(self.lock.try_write());
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
fn a_waker_may_use_the_lock_when_it_is_woken() {
    let lock = Arc::new(RwLock::new());
    let tasks = [(); 4].map(|()| ComesBack::waker(&lock));
    let came = || tasks.each_ref().map(|(_, came)| came.load(Ordering::SeqCst));
    let permit = writes(&lock);
    let (mut a, mut b) = (Box::pin(lock.read()), Box::pin(lock.write()));
    let (mut c, mut d) = (Box::pin(lock.write()), Box::pin(lock.read()));
    assert!(poll(a.as_mut(), &tasks[0].0).is_pending(), "one writes");
    assert!(poll(b.as_mut(), &tasks[1].0).is_pending(), "one writes");
    assert!(poll(c.as_mut(), &tasks[2].0).is_pending(), "one writes");
    assert!(poll(d.as_mut(), &tasks[3].0).is_pending(), "one writes");
    let reader = permit.downgrade();
    assert_eq!(came(), [1, 0, 0, 0], "the writer became a reader; left: how often each that waits was woken");
    drop(a);
    drop(reader);
    assert_eq!(came(), [1, 1, 0, 0], "all readers have left; left: how often each that waits was woken");
    drop(b);
    assert_eq!(came(), [1, 1, 1, 0], "a writer that was let in was dropped; left: how often each was woken");
    drop(gets!(c, "it was let in"));
    assert_eq!(came(), [1, 1, 1, 1], "the last writer has left; left: how often each was woken");
    drop(d);
    let reader = reads(&lock);
    let (mut gives_up, mut behind) = (Box::pin(lock.write()), Box::pin(lock.read()));
    assert!(poll(gives_up.as_mut(), &tasks[0].0).is_pending(), "one reads, and another one writes");
    assert!(poll(behind.as_mut(), &tasks[1].0).is_pending(), "a writer waits, and a reader that came later got in");
    drop(gives_up);
    assert_eq!(came(), [1, 2, 1, 1], "a writer that waited was dropped; left: how often each was woken");
    drop(reader);
}

#[interleave::test]
fn a_waker_may_use_the_lock_when_it_is_dropped() {
    let lock = Arc::new(RwLock::new());
    let permit = writes(&lock);
    let mut waiting = Box::pin(lock.read());
    let (replaced, replaced_came) = ComesBack::waker(&lock);
    assert!(poll(waiting.as_mut(), &replaced).is_pending(), "one writes");
    drop(replaced);
    let (left, left_came) = ComesBack::waker(&lock);
    assert!(poll(waiting.as_mut(), &left).is_pending(), "one writes");
    assert_eq!(
        replaced_came.load(Ordering::SeqCst),
        1,
        "another waker took its place; left: how often the old one was dropped"
    );
    drop(left);
    drop(waiting);
    assert_eq!(left_came.load(Ordering::SeqCst), 1, "the future was dropped; left: how often its waker was dropped");
    let mut waiting = Box::pin(lock.read());
    let (woken, woken_came) = ComesBack::waker(&lock);
    assert!(poll(waiting.as_mut(), &woken).is_pending(), "one writes");
    drop(woken);
    drop(permit);
    drop(gets!(waiting, "nobody writes any more"));
    assert_eq!(woken_came.load(Ordering::SeqCst), 2, "left: how often a waker was woken and dropped, both together");
}

#[interleave::test]
fn two_futures_of_one_task_have_two_places() {
    let (lock, counter) = (RwLock::new(), CountingWaker::new());
    let permit = writes(&lock);
    let (mut writer, mut reader) = (pin!(lock.write()), pin!(lock.read()));
    for _ in 0..2 {
        waits!(writer, counter, "one writes");
        waits!(reader, counter, "one writes");
    }
    drop(permit);
    assert_eq!(counter.wakes(), 1, "the writer has left; left: how often the task was woken");
    waits!(reader, counter, "it is the turn of the first of two futures of one task, and the second got in");
    drop(gets!(writer, "it is the turn of the first of two futures of one task, and it does not get in"));
    drop(gets!(reader, "it is the turn of the second of two futures of one task, and it does not get in"));
}

#[interleave::test]
fn two_locks_are_independent() {
    let (lock, other, counter) = (RwLock::new(), RwLock::default(), CountingWaker::new());
    let permit = writes(&lock);
    let mut waiting = pin!(lock.read());
    waits!(waiting, counter, "one writes");
    drop(other.try_write().expect("nobody uses this lock, and `try_write` gets no permit"));
    assert_eq!(counter.wakes(), 0, "a future was woken when another lock was left");
    drop(permit);
    drop(gets!(waiting, "nobody writes any more"));
}

// Cancellation

#[interleave::test]
fn a_writer_that_is_dropped_lets_in_the_readers_behind_it() {
    let (lock, counters) = (RwLock::new(), counters::<4>());
    let reader = reads(&lock);
    let mut writer = Box::pin(lock.write());
    let [mut a, mut b] = [lock.read(), lock.read()].map(Box::pin);
    let mut last = Box::pin(lock.write());
    waits!(writer, counters[0], "one reads, and another one writes");
    waits!(a, counters[1], "a writer waits, and a reader that came later got in");
    waits!(b, counters[2], "a writer waits, and a reader that came later got in");
    waits!(last, counters[3], "one reads, and another one writes");
    drop(writer);
    assert_eq!(
        wakes(&counters),
        [0, 1, 1, 0],
        "one reads, and two readers waited for a writer that is gone; left: how often each of four was woken"
    );
    drop((gets!(a, "only readers are in"), gets!(b, "only readers are in")));
    assert_eq!(wakes(&counters), [0, 1, 1, 0], "one still reads; left: how often each of four was woken");
    drop(reader);
    drop(gets!(last, "all readers have left, and the writer behind them does not get in"));
    is_free(&lock, "all are gone");
}

#[interleave::test]
fn a_future_that_is_dropped_is_skipped() {
    let (lock, counters) = (RwLock::new(), counters::<4>());
    let permit = writes(&lock);
    let [mut a, mut d] = [lock.read(), lock.read()].map(Box::pin);
    let [mut b, mut c] = [lock.write(), lock.write()].map(Box::pin);
    waits!(a, counters[0], "one writes");
    waits!(b, counters[1], "one writes");
    waits!(c, counters[2], "one writes");
    waits!(d, counters[3], "one writes");
    drop(a);
    drop(c);
    assert_eq!(wakes(&counters), [0; 4], "one writes, and two that wait were dropped; left: how often each was woken");
    drop(permit);
    assert_eq!(wakes(&counters), [0, 1, 0, 0], "the first was dropped; left: how often each of four was woken");
    drop(gets!(b, "it was the turn of the first writer"));
    assert_eq!(wakes(&counters), [0, 1, 0, 1], "the third was dropped as well; left: how often each was woken");
    drop(gets!(d, "it was the turn of the last reader"));
    is_free(&lock, "all are gone");
}

#[interleave::test]
fn one_dropped_as_it_was_let_in_lets_in_the_next() {
    let (lock, counters) = (RwLock::new(), counters::<4>());
    let permit = reads(&lock);
    let [mut writer, mut last] = [lock.write(), lock.write()].map(Box::pin);
    let [mut a, mut b] = [lock.read(), lock.read()].map(Box::pin);
    waits!(writer, counters[0], "one reads, and another one writes");
    waits!(a, counters[1], "a writer waits, and a reader that came later got in");
    waits!(b, counters[2], "a writer waits, and a reader that came later got in");
    waits!(last, counters[3], "one reads, and another one writes");
    drop(permit);
    drop(writer);
    assert_eq!(
        wakes(&counters),
        [1, 1, 1, 0],
        "a writer was let in and dropped, and two readers and a writer are behind it; left: how often each was woken"
    );
    drop(a);
    assert_eq!(
        wakes(&counters),
        [1, 1, 1, 0],
        "of two readers that were let in, one was dropped; left: how often each was woken"
    );
    waits!(last, counters[3], "a reader was let in, and a writer got in as well");
    drop(b);
    assert_eq!(wakes(&counters), [1, 1, 1, 1], "both readers were dropped; left: how often each was woken");
    drop(last);
    is_free(&lock, "all four were let in and dropped");
}

#[interleave::test]
fn a_panic_leaves_the_lock() {
    let (lock, counter) = (RwLock::new(), CountingWaker::new());
    let permit = reads(&lock);
    let mut waiting = Box::pin(lock.write());
    waits!(waiting, counter, "one reads, and another one writes");
    let panics = catch_unwind(AssertUnwindSafe(|| {
        let _inside = (permit, waiting);
        panic!("the file is broken");
    }));
    assert!(panics.is_err(), "it panics");
    is_free(&lock, "one read and one waited, both panicked");
    let panics = catch_unwind(AssertUnwindSafe(|| {
        let _inside = writes(&lock);
        panic!("the file is broken");
    }));
    assert!(panics.is_err(), "it panics");
    is_free(&lock, "one wrote and panicked");
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
fn futures_and_permits_may_move_to_other_threads() {
    assert!(
        is!(Read<'static>: Send),
        "a task that waits to read may move to another thread, and its `Read` is not `Send`"
    );
    assert!(
        is!(Write<'static>: Send),
        "a task that waits to write may move to another thread, and its `Write` is not `Send`"
    );
    assert!(
        is!(ReadPermit<'static>: Send),
        "a task that reads may move to another thread, and its permit is not `Send`"
    );
    assert!(
        is!(WritePermit<'static>: Send),
        "a task that writes may move to another thread, and its permit is not `Send`"
    );
}

// Many threads

#[interleave::test]
fn two_readers_try_at_the_same_time() {
    let lock = RwLock::new();
    let got_in = thread::scope(|scope| {
        let other = scope.spawn(|| lock.try_read().is_some());
        (lock.try_read().is_some(), other.join().unwrap())
    });
    assert_eq!(got_in, (true, true), "two tried to read at the same time, nobody wrote; left: which of them got in");
    is_free(&lock, "both are gone");
}

#[interleave::test]
fn a_writer_on_another_thread_is_in_alone() {
    let (lock, section) = (Arc::new(RwLock::new()), Arc::new(HighWater::new()));
    let other = thread::spawn({
        let (lock, section) = (Arc::clone(&lock), Arc::clone(&section));
        move || {
            block_on(async {
                let _permit = lock.write().await;
                let _inside = section.enter();
                thread::yield_now();
            });
        }
    });
    block_on(async {
        let _permit = lock.read().await;
        let _inside = section.enter();
        thread::yield_now();
    });
    other.join().unwrap();
    assert_eq!(section.highest(), 1, "one reads and one writes; left: how many were in at once");
    is_free(&lock, "both are gone");
}

#[interleave::test]
fn two_writers_are_in_one_after_the_other() {
    let (lock, section) = (Arc::new(RwLock::new()), Arc::new(HighWater::new()));
    let tasks = [(); 2].map(|()| {
        let (lock, section) = (Arc::clone(&lock), Arc::clone(&section));
        thread::spawn(move || {
            block_on(async {
                let _permit = lock.write().await;
                let _inside = section.enter();
                thread::yield_now();
            });
        })
    });
    for task in tasks {
        task.join().unwrap();
    }
    assert_eq!(section.highest(), 1, "two write; left: how many were in at once");
    is_free(&lock, "both are gone");
}

#[interleave::test]
fn only_one_of_two_writers_that_try_gets_in() {
    let lock = RwLock::new();
    thread::scope(|scope| {
        let other = scope.spawn(|| lock.try_write());
        let (mine, other) = (lock.try_write(), other.join().unwrap());
        let got_in = [mine.is_some(), other.is_some()].into_iter().filter(|got_in| *got_in).count();
        assert_eq!(got_in, 1, "two tried to write at the same time; left: how many of them got in");
    });
    is_free(&lock, "both are gone");
}

#[interleave::test]
fn no_writer_gets_in_during_a_downgrade() {
    let lock = Arc::new(RwLock::new());
    let permit = writes(&lock);
    let other = thread::spawn({
        let lock = Arc::clone(&lock);
        move || lock.try_write().is_some()
    });
    let reader = permit.downgrade();
    let got_in = other.join().unwrap();
    assert!(!got_in, "a writer became a reader, and another one wrote meanwhile");
    drop(reader);
    is_free(&lock, "both are gone");
}

#[interleave::test]
fn a_writer_that_gives_up_stops_no_reader() {
    let lock = Arc::new(RwLock::new());
    let permit = reads(&lock);
    let reader = thread::spawn({
        let lock = Arc::clone(&lock);
        move || block_on(async { drop(lock.read().await) })
    });
    {
        let mut writer = pin!(lock.write());
        let _ = poll(writer.as_mut(), Waker::noop()); // and never again
    }
    reader.join().unwrap();
    drop(permit);
    is_free(&lock, "all are gone");
}

#[interleave::test]
fn a_writer_that_is_dropped_as_it_is_let_in_keeps_nobody_out() {
    let (lock, counter) = (RwLock::new(), CountingWaker::new());
    let permit = reads(&lock);
    let mut writer = Box::pin(lock.write());
    waits!(writer, counter, "one reads, and another one writes");
    thread::scope(|scope| {
        scope.spawn(|| drop(permit));
        drop(writer);
    });
    is_free(&lock, "a writer that waited was dropped as the reader left");
}

#[interleave::test]
fn a_waker_that_is_replaced_misses_no_wake_up() {
    let (lock, counters) = (RwLock::new(), counters::<2>());
    let permit = reads(&lock);
    let mut moved = pin!(lock.write());
    waits!(moved, counters[0], "one reads, and another one writes");
    let got_in = thread::scope(|scope| {
        scope.spawn(|| drop(permit));
        poll(moved.as_mut(), &counters[1].waker()).is_ready()
    });
    assert!(
        got_in || counters[1].wakes() > 0,
        "the reader left while another task polled a writer that waits; that task is not in and is not woken",
    );
}

// Everything, in any order

#[derive(Debug)]
enum Op {
    /// Polls a reader, which is made first if there is none.
    PollRead {
        number: usize,
        waker: usize,
    },
    /// Polls a writer, which is made first if there is none.
    PollWrite {
        number: usize,
        waker: usize,
    },
    DropRead(usize),
    DropWrite(usize),
    TryRead,
    TryWrite,
    ReaderLeaves,
    WriterLeaves,
    Downgrade,
}

/// A future, as the model knows it: the writers are those from `READS` on.
type Number = usize;
const READS: Number = 3;

/// A lock with three readers and two writers that wait, two wakers and some permits; and what should be.
struct History {
    lock: &'static RwLock,
    reads: [Option<Pin<Box<Read<'static>>>>; READS],
    writes: [Option<Pin<Box<Write<'static>>>>; 2],
    counters: [CountingWaker; 2],
    readers: Vec<ReadPermit<'static>>,
    writer: Option<WritePermit<'static>>,
    /// Those that wait, in order.
    queue: Vec<Number>,
    /// Those that were let in, and have not been polled since.
    let_in: Vec<Number>,
    /// The waker that each was polled with last.
    last: [usize; READS + 2],
    wakes: [usize; 2],
}

impl History {
    fn new() -> Self {
        Self {
            lock: Box::leak(Box::new(RwLock::new())),
            reads: [const { None }; READS],
            writes: [const { None }; 2],
            counters: counters(),
            readers: Vec::new(),
            writer: None,
            queue: Vec::new(),
            let_in: Vec::new(),
            last: [0; READS + 2],
            wakes: [0; 2],
        }
    }

    fn is_open_for(&self, writes: bool) -> bool {
        let is_written = self.writer.is_some() || self.let_in.iter().any(|number| *number >= READS);
        let is_read = !self.readers.is_empty() || self.let_in.iter().any(|number| *number < READS);
        !is_written && (!writes || !is_read)
    }

    fn let_in(&mut self) {
        while let Some(&first) = self.queue.first() {
            if !self.is_open_for(first >= READS) {
                return;
            }
            self.queue.remove(0);
            self.let_in.push(first);
            self.wakes[self.last[first]] += 1;
        }
    }

    /// Whether a poll should be ready. What is seen must be the same.
    fn polled(&mut self, number: Number, is_new: bool, waker: usize, seen: bool) -> Result<(), String> {
        self.last[number] = waker;
        let was_let_in = self.let_in.contains(&number);
        let is_ready = was_let_in || is_new && self.queue.is_empty() && self.is_open_for(number >= READS);
        like_the_model(seen, is_ready).map_err(|why| format!("is it in? {why}"))?;
        self.let_in.retain(|other| *other != number);
        if is_new && !is_ready {
            self.queue.push(number);
        }
        Ok(())
    }

    fn dropped(&mut self, number: Number) {
        self.queue.retain(|other| *other != number);
        self.let_in.retain(|other| *other != number);
        self.let_in();
    }

    fn step(&mut self, op: Op) -> Result<(), String> {
        match op {
            Op::PollRead { number, waker } => {
                let is_new = self.reads[number].is_none();
                let read = self.reads[number].get_or_insert_with(|| Box::pin(self.lock.read()));
                let permit = match self.counters[waker].poll(read.as_mut()) {
                    Poll::Ready(permit) => Some(permit),
                    Poll::Pending => None,
                };
                self.polled(number, is_new, waker, permit.is_some())?;
                if permit.is_some() {
                    self.reads[number] = None;
                }
                self.readers.extend(permit);
            }
            Op::PollWrite { number, waker } => {
                let is_new = self.writes[number].is_none();
                let write = self.writes[number].get_or_insert_with(|| Box::pin(self.lock.write()));
                let permit = match self.counters[waker].poll(write.as_mut()) {
                    Poll::Ready(permit) => Some(permit),
                    Poll::Pending => None,
                };
                self.polled(READS + number, is_new, waker, permit.is_some())?;
                if permit.is_some() {
                    self.writes[number] = None;
                    self.writer = permit;
                }
            }
            Op::DropRead(number) => {
                self.reads[number] = None;
                self.dropped(number);
            }
            Op::DropWrite(number) => {
                self.writes[number] = None;
                self.dropped(READS + number);
            }
            Op::TryRead => {
                let permit = self.lock.try_read();
                let is_free = self.queue.is_empty() && self.is_open_for(false);
                like_the_model(permit.is_some(), is_free).map_err(|why| format!("is it in? {why}"))?;
                self.readers.extend(permit);
            }
            Op::TryWrite => {
                let permit = self.lock.try_write();
                let is_free = self.queue.is_empty() && self.is_open_for(true);
                like_the_model(permit.is_some(), is_free).map_err(|why| format!("is it in? {why}"))?;
                if permit.is_some() {
                    self.writer = permit;
                }
            }
            Op::ReaderLeaves => {
                self.readers.pop();
                self.let_in();
            }
            Op::WriterLeaves => {
                self.writer = None;
                self.let_in();
            }
            Op::Downgrade => {
                self.readers.extend(self.writer.take().map(WritePermit::downgrade));
                self.let_in();
            }
        }
        like_the_model(wakes(&self.counters), self.wakes)
            .map_err(|why| format!("how often the two wakers were woken: {why}"))
    }
}

#[interleave::test]
fn every_history_is_like_the_model() {
    histories(
        |draws| match draws.below(14) {
            0..3 => Op::PollRead { number: draws.below(READS), waker: draws.below(2) },
            3..6 => Op::PollWrite { number: draws.below(2), waker: draws.below(2) },
            6 => Op::DropRead(draws.below(READS)),
            7 => Op::DropWrite(draws.below(2)),
            8 => Op::TryRead,
            9 => Op::TryWrite,
            10 | 11 => Op::ReaderLeaves,
            12 => Op::WriterLeaves,
            _ => Op::Downgrade,
        },
        History::new,
        History::step,
    );
}
