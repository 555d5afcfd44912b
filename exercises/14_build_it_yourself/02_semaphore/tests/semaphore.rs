use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

use interleave::{CountingWaker, HighWater, histories, like_the_model};
use semaphore::{Acquire, Permit, Semaphore};

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

/// A permit that is free.
#[track_caller]
fn take(semaphore: &Semaphore) -> Permit<'_> {
    gets!(pin!(semaphore.acquire()), "a permit is free, and `acquire` waits")
}

/// The counters of three wakers.
fn three() -> [CountingWaker; 3] {
    [CountingWaker::new(), CountingWaker::new(), CountingWaker::new()]
}

fn wakes(counters: &[CountingWaker; 3]) -> [usize; 3] {
    counters.each_ref().map(CountingWaker::wakes)
}

/// Three futures that wait, in this order, each with a waker of its own.
fn queue<'a>(semaphore: &'a Semaphore, counters: &[CountingWaker; 3]) -> [Pin<Box<Acquire<'a>>>; 3] {
    let mut queue = [(); 3].map(|()| Box::pin(semaphore.acquire()));
    for (waiting, counter) in queue.iter_mut().zip(counters) {
        waits!(waiting, counter, "no permit is free");
    }
    queue
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

// Permits

#[interleave::test]
fn no_more_permits_are_in_use_than_there_are() {
    let semaphore = Semaphore::new(2);
    assert_eq!(semaphore.available(), 2, "there are two permits; left: how many are free");
    let (one, other) = (take(&semaphore), take(&semaphore));
    assert_eq!(semaphore.available(), 0, "both permits are in use; left: how many are free");
    let mut waiting = pin!(semaphore.acquire());
    waits!(waiting, CountingWaker::new(), "there are two permits, and three are in use");
    drop(one);
    let third = gets!(waiting, "a permit was given back, and one waits for it");
    assert_eq!(semaphore.available(), 0, "both permits are in use again; left: how many are free");
    drop((other, third));
    {
        let _never_polled = semaphore.acquire();
    }
    assert_eq!(semaphore.available(), 2, "all permits were given back; left: how many are free");
    let none = Semaphore::new(0);
    waits!(pin!(none.acquire()), CountingWaker::new(), "there are no permits, and one is in use");
}

#[interleave::test]
fn a_permit_that_is_given_back_goes_to_the_first_that_waits() {
    let (semaphore, counters) = (Semaphore::new(1), three());
    let permit = take(&semaphore);
    let [mut a, mut b, mut c] = queue(&semaphore, &counters);
    assert_eq!(wakes(&counters), [0, 0, 0], "no permit is free; left: how often each of three was woken");
    drop(permit);
    assert_eq!(
        wakes(&counters),
        [1, 0, 0],
        "one permit was given back; left: how often each of three was woken. Only the first should be"
    );
    waits!(c, counters[2], "the third was polled first, and overtook two others");
    let permit = gets!(a, "it was the turn of the first");
    waits!(b, counters[1], "there is one permit, and two are in use");
    drop(permit);
    assert_eq!(wakes(&counters), [1, 1, 0], "a permit was given back twice; left: how often each of three was woken");
    drop(gets!(b, "it was the turn of the second"));
    drop(gets!(c, "it was the turn of the third"));
    assert_eq!(semaphore.available(), 1, "all three are done; left: how many permits are free");
}

#[interleave::test]
fn the_first_poll_takes_the_place_in_the_queue() {
    let (semaphore, counters) = (Semaphore::new(1), three());
    let permit = take(&semaphore);
    let [mut made_first, mut polled_first] = [semaphore.acquire(), semaphore.acquire()].map(Box::pin);
    waits!(polled_first, counters[0], "no permit is free");
    waits!(made_first, counters[1], "no permit is free");
    drop(permit);
    assert_eq!(
        wakes(&counters),
        [1, 0, 0],
        "of two futures, the one made last was polled first, and a permit was given back; left: how often each was \
         woken. The one polled first should be, once"
    );
    drop(gets!(polled_first, "it was polled first, and a permit was given back"));
    drop(gets!(made_first, "it was polled last, and a permit was given back twice"));
}

#[interleave::test]
fn a_permit_that_was_given_is_not_free() {
    let (semaphore, counter) = (Semaphore::new(1), CountingWaker::new());
    let permit = take(&semaphore);
    let mut woken = pin!(semaphore.acquire());
    waits!(woken, counter, "no permit is free");
    drop(permit);
    assert_eq!(semaphore.available(), 0, "the permit was given to a future that waits; left: how many are free");
    let mut late = pin!(semaphore.acquire());
    waits!(late, counter, "a future that came late got the permit, and the one that was woken for it did not");
    drop(gets!(woken, "it was woken, and it does not get the permit"));
    drop(gets!(late, "nobody else waits"));
}

#[interleave::test]
fn two_may_be_given_a_permit_at_the_same_time() {
    let (semaphore, counters) = (Semaphore::new(2), three());
    let permits = (take(&semaphore), take(&semaphore));
    let [mut a, mut b, mut c] = queue(&semaphore, &counters);
    drop(permits);
    assert_eq!(
        wakes(&counters),
        [1, 1, 0],
        "two permits were given back; left: how often each of three was woken. The first two should be, once"
    );
    let second = gets!(b, "two permits were given back, and the second in the queue does not get one");
    waits!(c, counters[2], "both permits were given to others, and the third got one");
    drop(gets!(a, "two permits were given back, and the first in the queue does not get one"));
    drop((second, gets!(c, "a permit was given back, and only the third waits")));
    assert_eq!(semaphore.available(), 2, "all three are done; left: how many permits are free");
}

#[interleave::test]
fn added_permits_go_to_the_first_that_wait() {
    let (semaphore, counters) = (Semaphore::new(0), three());
    let [mut a, mut b, mut c] = queue(&semaphore, &counters);
    semaphore.add(2);
    assert_eq!(
        wakes(&counters),
        [1, 1, 0],
        "two permits were added; left: how often each of three was woken. The first two should be, once"
    );
    assert_eq!(semaphore.available(), 0, "two permits were added, and three futures wait; left: how many are free");
    waits!(c, counters[2], "two permits were added, and the third in the queue got one");
    semaphore.add(3);
    assert_eq!(wakes(&counters), [1, 1, 1], "five permits were added; left: how often each of three was woken");
    assert_eq!(semaphore.available(), 2, "five permits were added, and three futures wait; left: how many are free");
    drop([gets!(b, "it was given a permit"), gets!(c, "it was given a permit"), gets!(a, "it was given a permit")]);
    assert_eq!(semaphore.available(), 5, "all three are done; left: how many permits are free");
    semaphore.add(0);
    assert_eq!(semaphore.available(), 5, "no permit was added; left: how many permits are free");
}

// Wakers

#[interleave::test]
fn the_waker_of_the_last_poll_is_woken() {
    let (semaphore, counters) = (Semaphore::new(1), three());
    let permit = take(&semaphore);
    let mut moved = pin!(semaphore.acquire());
    for counter in &counters {
        waits!(moved, counter, "no permit is free");
    }
    drop(permit);
    assert_eq!(
        wakes(&counters),
        [0, 0, 1],
        "three tasks polled a future, one after the other; left: how often each was woken. Only the last should be",
    );
}

#[interleave::test]
fn no_waker_is_kept_longer_than_needed() {
    let (semaphore, counters) = (Semaphore::new(1), three());
    let permit = take(&semaphore);
    let [mut served, mut given_up, mut dropped_as_it_is_woken] = queue(&semaphore, &counters);
    for _ in 0..10 {
        waits!(served, counters[0], "no permit is free");
        waits!(given_up, counters[1], "no permit is free");
        waits!(dropped_as_it_is_woken, counters[2], "no permit is free");
    }
    assert!(counters[0].kept() <= 1, "eleven polls have left {} wakers behind", counters[0].kept());
    drop(given_up);
    assert_eq!(counters[1].kept(), 0, "the future was dropped, and its waker is still kept");
    drop(permit);
    drop(gets!(served, "it was first"));
    drop(dropped_as_it_is_woken);
    let kept = counters.each_ref().map(CountingWaker::kept);
    assert_eq!(kept, [0, 0, 0], "no future waits any more; left: how many wakers of each are still kept");
}

/// A waker that uses the semaphore when it is woken. Real ones poll a task then.
struct ComesBack {
    semaphore: Arc<Semaphore>,
    came: AtomicUsize,
}

impl Wake for ComesBack {
    fn wake(self: Arc<Self>) {
        let _seen = self.semaphore.available();
        self.came.fetch_add(1, Ordering::SeqCst);
    }
}

#[interleave::test]
fn a_waker_may_use_the_semaphore() {
    let semaphore = Arc::new(Semaphore::new(1));
    let tasks = [(); 4].map(|()| Arc::new(ComesBack { semaphore: Arc::clone(&semaphore), came: AtomicUsize::new(0) }));
    let permit = take(&semaphore);
    let mut queue = [(); 4].map(|()| Box::pin(semaphore.acquire()));
    for (waiting, task) in queue.iter_mut().zip(&tasks) {
        assert!(poll(waiting.as_mut(), &Arc::clone(task).into()).is_pending(), "no permit is free");
    }
    let [a, b, c, d] = queue;
    let came = || tasks.each_ref().map(|task| task.came.load(Ordering::SeqCst));
    drop(permit);
    assert_eq!(came(), [1, 0, 0, 0], "a permit was given back; left: how often each of four was woken");
    drop(a);
    assert_eq!(came(), [1, 1, 0, 0], "the first was dropped as it was woken; left: how often each of four was woken");
    semaphore.add(2);
    assert_eq!(came(), [1, 1, 1, 1], "two permits were added; left: how often each of four was woken");
    drop((b, c, d));
}

/// A waker that polls its future at once. It gets the permit, and gives it back.
struct PollsAtOnce {
    future: Mutex<Option<Pin<Box<Acquire<'static>>>>>,
    got: AtomicUsize,
}

impl Wake for PollsAtOnce {
    fn wake(self: Arc<Self>) {
        let future = self.future.lock().unwrap().take();
        if future.is_some_and(|mut future| poll(future.as_mut(), Waker::noop()).is_ready()) {
            self.got.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[interleave::test]
fn a_waker_may_poll_its_future() {
    let semaphore: &'static Semaphore = Box::leak(Box::new(Semaphore::new(1)));
    let permit = take(semaphore);
    let tasks = [(); 2].map(|()| {
        let mut future = Box::pin(semaphore.acquire());
        let task = Arc::new(PollsAtOnce { future: Mutex::new(None), got: AtomicUsize::new(0) });
        assert!(poll(future.as_mut(), &Arc::clone(&task).into()).is_pending(), "no permit is free");
        *task.future.lock().unwrap() = Some(future);
        task
    });
    drop(permit);
    let got = tasks.each_ref().map(|task| task.got.load(Ordering::SeqCst));
    assert_eq!(
        got,
        [1, 1],
        "a permit was given back, and two wakers poll their futures at once; left: how often each got the permit"
    );
    assert_eq!(semaphore.available(), 1, "both have given the permit back; left: how many are free");
}

#[interleave::test]
fn two_futures_of_one_task_have_two_places() {
    let (semaphore, counter) = (Semaphore::new(1), CountingWaker::new());
    let permit = take(&semaphore);
    let [mut a, mut b] = [semaphore.acquire(), semaphore.acquire()].map(Box::pin);
    for _ in 0..2 {
        waits!(a, counter, "no permit is free");
        waits!(b, counter, "no permit is free");
    }
    drop(permit);
    assert_eq!(counter.wakes(), 1, "one permit was given back; left: how often the task was woken");
    waits!(b, counter, "it is the turn of the first of two futures of one task, and the second got the permit");
    drop(gets!(a, "a permit was given back, and the first of two futures of one task does not get it"));
    drop(gets!(b, "a permit was given back twice, and the second of two futures of one task does not get it"));
}

#[interleave::test]
fn two_semaphores_are_independent() {
    let (semaphore, other, counter) = (Semaphore::new(1), Semaphore::new(1), CountingWaker::new());
    let permit = take(&semaphore);
    let mut waiting = pin!(semaphore.acquire());
    waits!(waiting, counter, "no permit is free");
    assert_eq!(other.available(), 1, "another semaphore has a permit; left: how many are free there");
    drop(take(&other));
    other.add(1);
    assert_eq!(counter.wakes(), 0, "a future was woken for a permit of another semaphore");
    drop(permit);
    drop(gets!(waiting, "a permit was given back, and one waits for it"));
    assert_eq!([semaphore.available(), other.available()], [1, 2], "left: how many permits of each are free");
}

// Cancellation

#[interleave::test]
fn a_future_that_is_dropped_leaves_the_queue() {
    let (semaphore, counters) = (Semaphore::new(1), three());
    let permit = take(&semaphore);
    let [mut a, b, mut c] = queue(&semaphore, &counters);
    drop(b);
    assert_eq!(wakes(&counters), [0, 0, 0], "a future that waits was dropped; left: how often each was woken");
    drop(permit);
    drop(gets!(a, "it was the turn of the first"));
    assert_eq!(
        wakes(&counters),
        [1, 0, 1],
        "the second was dropped, so the third follows the first; left: how often each was woken"
    );
    drop(gets!(c, "it was the turn of the third"));
    assert_eq!(semaphore.available(), 1, "nobody has a permit or waits for one; left: how many are free");
}

#[interleave::test]
fn a_future_dropped_as_it_was_given_a_permit_passes_it_on() {
    let (semaphore, counters) = (Semaphore::new(1), three());
    let permit = take(&semaphore);
    let [a, b, mut c] = queue(&semaphore, &counters);
    drop(permit);
    drop(a);
    assert_eq!(
        wakes(&counters),
        [1, 1, 0],
        "the first was given the permit and then dropped; left: how often each was woken. The second should be, once"
    );
    drop(b);
    drop(gets!(c, "the first two were given the permit and are gone"));
    assert_eq!(semaphore.available(), 1, "nobody has a permit or waits for one; left: how many are free");
}

#[interleave::test]
fn the_last_future_to_be_dropped_leaves_the_permit_free() {
    let (semaphore, counter) = (Semaphore::new(1), CountingWaker::new());
    let permit = take(&semaphore);
    let mut only = Box::pin(semaphore.acquire());
    waits!(only, counter, "no permit is free");
    drop(permit);
    drop(only);
    assert_eq!(
        semaphore.available(),
        1,
        "the permit was given to a future that was then dropped, and nobody else waits; left: how many are free"
    );
}

#[interleave::test]
fn of_two_that_were_given_a_permit_one_may_be_dropped() {
    let (semaphore, counters) = (Semaphore::new(2), three());
    let permits = (take(&semaphore), take(&semaphore));
    let [mut a, b, mut c] = queue(&semaphore, &counters);
    drop(permits);
    drop(b);
    assert_eq!(
        wakes(&counters),
        [1, 1, 1],
        "two were given a permit each, and one of them was dropped; left: how often each of three was woken"
    );
    drop([gets!(a, "it was given a permit"), gets!(c, "it was given the permit of the one that was dropped")]);
    assert_eq!(semaphore.available(), 2, "nobody has a permit or waits for one; left: how many are free");
}

// Many threads

#[interleave::test]
fn two_tasks_use_one_permit_one_after_the_other() {
    let (semaphore, section) = (Arc::new(Semaphore::new(1)), Arc::new(HighWater::new()));
    let tasks = [(); 2].map(|()| {
        let (semaphore, section) = (Arc::clone(&semaphore), Arc::clone(&section));
        thread::spawn(move || {
            block_on(async {
                let _permit = semaphore.acquire().await;
                let _inside = section.enter();
                thread::yield_now();
            });
        })
    });
    for task in tasks {
        task.join().unwrap();
    }
    assert_eq!(section.highest(), 1, "there is one permit; left: how many tasks had one at once");
    assert_eq!(semaphore.available(), 1, "both tasks are done; left: how many permits are free");
}

#[interleave::test]
fn a_task_that_gives_up_stops_no_other() {
    let semaphore = Arc::new(Semaphore::new(1));
    let permit = take(&semaphore);
    let stays = thread::spawn({
        let semaphore = Arc::clone(&semaphore);
        move || block_on(async { drop(semaphore.acquire().await) })
    });
    let gives_up = thread::spawn({
        let semaphore = Arc::clone(&semaphore);
        move || {
            let mut waiting = pin!(semaphore.acquire());
            let _ = poll(waiting.as_mut(), Waker::noop()); // and never again
        }
    });
    drop(permit);
    stays.join().unwrap();
    gives_up.join().unwrap();
    assert_eq!(semaphore.available(), 1, "nobody has a permit or waits for one; left: how many are free");
}

/// Another thread passes a permit on to a future that waits, and a caller comes meanwhile.
fn a_caller_comes_while(semaphore: &Semaphore, pass_on: impl FnOnce() + Send) {
    let counter = CountingWaker::new();
    let mut first = Box::pin(semaphore.acquire());
    waits!(first, counter, "no permit is free");
    thread::scope(|scope| {
        scope.spawn(pass_on);
        let mut late = pin!(semaphore.acquire());
        waits!(
            late,
            CountingWaker::new(),
            "a permit belongs to a future that waits, and a caller that came later took it"
        );
        assert_eq!(semaphore.available(), 0, "the only permit belongs to a future that waits; left: how many are free");
    });
    assert_eq!(counter.wakes(), 1, "a permit was passed on, and one waits for it; left: how often it was woken");
    drop(gets!(first, "a permit was passed on, and one waits for it"));
}

#[interleave::test]
fn no_caller_overtakes_while_a_permit_is_given_back() {
    let semaphore = Semaphore::new(1);
    let permit = take(&semaphore);
    a_caller_comes_while(&semaphore, || drop(permit));
}

#[interleave::test]
fn no_caller_overtakes_while_a_permit_is_added() {
    let semaphore = Semaphore::new(0);
    a_caller_comes_while(&semaphore, || semaphore.add(1));
}

#[interleave::test]
fn no_caller_overtakes_while_a_future_passes_its_permit_on() {
    let (semaphore, counter) = (Semaphore::new(1), CountingWaker::new());
    let permit = take(&semaphore);
    let mut given = Box::pin(semaphore.acquire());
    waits!(given, counter, "no permit is free");
    drop(permit);
    a_caller_comes_while(&semaphore, || drop(given));
}

#[interleave::test]
fn two_that_come_at_the_same_time_have_two_places() {
    let (semaphore, counters) = (Semaphore::new(0), three());
    let [mut a, mut b] = [semaphore.acquire(), semaphore.acquire()].map(Box::pin);
    thread::scope(|scope| {
        scope.spawn(|| waits!(a, counters[0], "there are no permits"));
        waits!(b, counters[1], "there are no permits");
    });
    assert_eq!(
        wakes(&counters),
        [0, 0, 0],
        "two futures were polled at the same time, and there are no permits; left: how often each was woken"
    );
    semaphore.add(2);
    assert_eq!(
        wakes(&counters),
        [1, 1, 0],
        "two permits were added, and two futures wait; left: how often each was woken"
    );
}

#[interleave::test]
fn a_waker_that_is_replaced_misses_no_wake_up() {
    let (semaphore, counters) = (Semaphore::new(1), [CountingWaker::new(), CountingWaker::new()]);
    let permit = take(&semaphore);
    let mut moved = pin!(semaphore.acquire());
    waits!(moved, counters[0], "no permit is free");
    let got_it = thread::scope(|scope| {
        scope.spawn(|| drop(permit));
        poll(moved.as_mut(), &counters[1].waker()).is_ready()
    });
    assert!(
        got_it || counters[1].wakes() > 0,
        "a permit was given back while another task polled a future that waits: no permit, and that task is not woken",
    );
}

#[interleave::test]
fn an_added_permit_is_found_by_a_task_that_comes() {
    let semaphore = Arc::new(Semaphore::new(0));
    let adds = thread::spawn({
        let semaphore = Arc::clone(&semaphore);
        move || semaphore.add(1)
    });
    drop(block_on(semaphore.acquire()));
    adds.join().unwrap();
    assert_eq!(semaphore.available(), 1, "one permit was added, used and given back; left: how many are free");
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
    DropPermit(usize),
    Add(usize),
}

/// A semaphore with four futures, two wakers and some permits; and what should be.
struct History {
    semaphore: &'static Semaphore,
    futures: [Option<Pin<Box<Acquire<'static>>>>; 4],
    counters: [CountingWaker; 2],
    permits: Vec<Permit<'static>>,
    free: usize,
    /// The futures that wait, in order.
    queue: Vec<usize>,
    /// The futures that were given a permit, and have not been polled since.
    given: Vec<usize>,
    /// The waker that each future was polled with last.
    last: [usize; 4],
    wakes: [usize; 2],
}

impl History {
    fn new() -> Self {
        Self {
            semaphore: Box::leak(Box::new(Semaphore::new(1))),
            futures: [const { None }; 4],
            counters: [CountingWaker::new(), CountingWaker::new()],
            permits: Vec::new(),
            free: 1,
            queue: Vec::new(),
            given: Vec::new(),
            last: [0; 4],
            wakes: [0; 2],
        }
    }

    fn pass_on(&mut self) {
        if self.queue.is_empty() {
            self.free += 1;
        } else {
            let first = self.queue.remove(0);
            self.given.push(first);
            self.wakes[self.last[first]] += 1;
        }
    }

    fn step(&mut self, op: Op) -> Result<(), String> {
        match op {
            Op::Poll { future, waker } => {
                let is_new = self.futures[future].is_none();
                let polled = self.futures[future].get_or_insert_with(|| Box::pin(self.semaphore.acquire()));
                let permit = match self.counters[waker].poll(polled.as_mut()) {
                    Poll::Ready(permit) => Some(permit),
                    Poll::Pending => None,
                };
                self.last[future] = waker;
                let was_given = self.given.contains(&future);
                let is_ready = was_given || is_new && self.free > 0;
                like_the_model(permit.is_some(), is_ready).map_err(|why| format!("has a permit? {why}"))?;
                if is_ready {
                    self.given.retain(|other| *other != future);
                    self.free -= usize::from(!was_given);
                    self.permits.extend(permit);
                    self.futures[future] = None;
                } else if is_new {
                    self.queue.push(future);
                }
            }
            Op::DropFuture(future) => {
                self.futures[future] = None;
                self.queue.retain(|other| *other != future);
                if self.given.contains(&future) {
                    self.given.retain(|other| *other != future);
                    self.pass_on();
                }
            }
            Op::DropPermit(permit) => {
                if permit < self.permits.len() {
                    drop(self.permits.remove(permit));
                    self.pass_on();
                }
            }
            Op::Add(permits) => {
                self.semaphore.add(permits);
                for _ in 0..permits {
                    self.pass_on();
                }
            }
        }
        like_the_model(self.semaphore.available(), self.free).map_err(|why| format!("how many are free? {why}"))?;
        let wakes = self.counters.each_ref().map(CountingWaker::wakes);
        like_the_model(wakes, self.wakes).map_err(|why| format!("how often the two wakers were woken: {why}"))
    }
}

#[interleave::test]
fn every_history_is_like_the_model() {
    histories(
        |draws| match draws.below(8) {
            0..4 => Op::Poll { future: draws.below(4), waker: draws.below(2) },
            4 => Op::DropFuture(draws.below(4)),
            5 | 6 => Op::DropPermit(draws.below(2)),
            _ => Op::Add(draws.below(3)),
        },
        History::new,
        History::step,
    );
}
