use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

use interleave::yield_now;
use tiny_executor::{Executor, block_on};

/// A door: closed at first. It counts its polls, and keeps the waker of the latest one.
#[derive(Clone, Default)]
struct Door(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    open: bool,
    polls: u32,
    waker: Option<Waker>,
    tell: Option<Sender<()>>,
}

impl Door {
    /// A door that sends a message when a task waits at it.
    fn new() -> (Self, Receiver<()>) {
        let (tell, told) = mpsc::channel();
        let door = Door::default();
        door.0.lock().unwrap().tell = Some(tell);
        (door, told)
    }

    fn open(&self) {
        let waker = {
            let mut state = self.0.lock().unwrap();
            state.open = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn polls(&self) -> u32 {
        self.0.lock().unwrap().polls
    }
}

impl Future for Door {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.lock().unwrap();
        state.polls += 1;
        if state.open {
            return Poll::Ready(());
        }
        state.waker = Some(context.waker().clone());
        if let Some(tell) = state.tell.take() {
            tell.send(()).expect("the test waits for a task at the door");
        }
        Poll::Pending
    }
}

#[interleave::test]
fn block_on_returns_the_output() {
    // The future borrows and cannot be sent to another thread: it runs on this one.
    let (borrowed, shared) = (String::from("seven"), Rc::new(7));
    let (here, there, output) = block_on(async {
        let shared = Rc::clone(&shared);
        yield_now().await;
        (thread::current().id(), borrowed.as_str(), *shared)
    });
    assert_eq!((there, output), ("seven", 7), "left: what `block_on` returned, right: the output of its future");
    assert_eq!(here, thread::current().id(), "left: the thread that polled the future, right: the one that called");
}

#[interleave::test]
fn block_on_polls_again_when_a_future_wakes_itself() {
    let output = block_on(async {
        for _ in 0..3 {
            yield_now().await;
        }
        7
    });
    assert_eq!(output, 7, "left: the output of a future that yields three times");
}

#[interleave::test(spurious_wakes)]
fn block_on_sleeps_until_it_is_woken() {
    let door = Door::default();
    let opener = thread::spawn({
        let door = door.clone();
        move || door.open()
    });
    block_on(door.clone());
    opener.join().unwrap();
    assert!(
        door.polls() <= 2,
        "the door was polled {} times; once before it opened and once after the wake-up is enough \
         (`park` may return without a wake-up)",
        door.polls(),
    );
}

#[interleave::test(steps = 1_000)]
fn block_on_sleeps_and_does_not_look_again_and_again() {
    let (door, waits) = Door::new();
    let opener = thread::spawn({
        let door = door.clone();
        move || {
            waits.recv().expect("the door is polled");
            // A thread that looks again and again, or sleeps only for a while, never settles.
            interleave::settle();
            door.open();
        }
    });
    block_on(door);
    opener.join().unwrap();
}

#[interleave::test]
fn run_ends_when_every_task_has_ended() {
    let ended = Arc::new(AtomicUsize::new(0));
    let mut executor = Executor::new();
    for yields in 0..1_100 {
        let ended = Arc::clone(&ended);
        executor.spawn(async move {
            for _ in 0..yields % 4 {
                yield_now().await;
            }
            ended.fetch_add(1, Ordering::SeqCst);
        });
    }
    assert_eq!(
        ended.load(Ordering::SeqCst),
        0,
        "left: how many tasks ended before `run`; their first poll is in `run`"
    );
    executor.run();
    assert_eq!(ended.load(Ordering::SeqCst), 1_100, "left: how many of 1,100 tasks had ended when `run` returned");
}

#[interleave::test]
fn an_executor_can_run_again() {
    let ended = Arc::new(AtomicUsize::new(0));
    let mut executor = Executor::new();
    executor.run(); // There is no task yet, so it returns.
    for _ in 0..2 {
        let ended = Arc::clone(&ended);
        executor.spawn(async move {
            ended.fetch_add(1, Ordering::SeqCst);
        });
        executor.run();
    }
    assert_eq!(
        ended.load(Ordering::SeqCst),
        2,
        "left: how many tasks ended; one was spawned before the first `run`, one before the second"
    );
}

#[interleave::test]
fn tasks_take_turns() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut executor = Executor::new();
    for name in ["a", "b"] {
        let log = Arc::clone(&log);
        executor.spawn(async move {
            for step in 1..=3 {
                log.lock().unwrap().push(format!("{name}{step}"));
                yield_now().await;
            }
        });
    }
    executor.run();
    assert_eq!(
        *log.lock().unwrap(),
        ["a1", "b1", "a2", "b2", "a3", "b3"],
        "left: the order of steps of two tasks that yield after each one; first woken, first polled",
    );
}

#[interleave::test]
fn a_task_that_was_not_woken_is_not_polled() {
    let door = Door::default();
    let mut executor = Executor::new();
    executor.spawn(door.clone());
    executor.spawn({
        let door = door.clone();
        async move {
            for _ in 0..5 {
                yield_now().await;
            }
            door.open();
        }
    });
    executor.run();
    assert_eq!(door.polls(), 2, "left: how often a task was polled that was woken once, while another task ran",);
}

#[interleave::test(early_deadlines, spurious_wakes)]
fn run_sleeps_until_a_thread_wakes_a_task() {
    let (door, waits) = Door::new();
    let mut executor = Executor::new();
    executor.spawn(door.clone());
    let opener = thread::spawn({
        let door = door.clone();
        move || {
            // An error says that the executor has given the task up.
            if waits.recv().is_ok() {
                door.open();
            }
        }
    });
    executor.run();
    let polls = door.polls();
    opener.join().unwrap();
    assert_eq!(
        polls, 2,
        "left: how often the door was polled until `run` returned; once before and once after it opened is enough"
    );
}

#[interleave::test(steps = 1_000)]
fn run_sleeps_and_does_not_look_again_and_again() {
    let (door, waits) = Door::new();
    let mut executor = Executor::new();
    executor.spawn(door.clone());
    let opener = thread::spawn(move || {
        waits.recv().expect("the door is polled");
        // A thread that looks again and again, or sleeps only for a while, never settles.
        interleave::settle();
        door.open();
    });
    executor.run();
    opener.join().unwrap();
}

#[interleave::test]
fn a_task_woken_from_two_threads_ends() {
    let (one, other) = (Door::default(), Door::default());
    let mut executor = Executor::new();
    executor.spawn({
        let (one, other) = (one.clone(), other.clone());
        async move {
            one.await;
            other.await;
        }
    });
    let openers = [one, other].map(|door| thread::spawn(move || door.open()));
    executor.run();
    for opener in openers {
        opener.join().unwrap();
    }
}

#[interleave::test]
fn a_wake_up_after_the_end_does_no_harm() {
    let kept = Arc::new(Mutex::new(None));
    let mut executor = Executor::new();
    executor.spawn({
        let kept = Arc::clone(&kept);
        async move {
            let waker = std::future::poll_fn(|context| Poll::Ready(context.waker().clone())).await;
            *kept.lock().unwrap() = Some(waker);
        }
    });
    executor.spawn({
        let kept = Arc::clone(&kept);
        async move {
            yield_now().await;
            let waker = kept.lock().unwrap().take();
            waker.expect("the first task has run").wake();
            yield_now().await;
        }
    });
    executor.run();
}

#[interleave::test]
fn tasks_are_polled_in_the_order_of_their_wake_ups() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let doors = [(); 3].map(|()| Door::default());
    let mut executor = Executor::new();
    for (number, door) in doors.iter().cloned().enumerate() {
        let log = Arc::clone(&log);
        executor.spawn(async move {
            door.await;
            log.lock().unwrap().push(number);
        });
    }
    executor.spawn(async move {
        for number in [2, 0, 1] {
            doors[number].open();
        }
    });
    executor.run();
    assert_eq!(*log.lock().unwrap(), [2, 0, 1], "left: the order of polls, right: the order of the wake-ups");
}

#[interleave::test]
fn run_polls_on_the_thread_that_calls_it() {
    let polled_on = Arc::new(Mutex::new(Vec::new()));
    let door = Door::default();
    let mut executor = Executor::new();
    executor.run(); // There is no task yet, so it returns.
    executor.spawn({
        let (polled_on, door) = (Arc::clone(&polled_on), door.clone());
        async move {
            polled_on.lock().unwrap().push(thread::current().id());
            door.await;
            polled_on.lock().unwrap().push(thread::current().id());
        }
    });
    // The executor moves to another thread, and its task is woken from this one.
    let runner = thread::spawn(move || {
        executor.run();
        thread::current().id()
    });
    door.open();
    let runner = runner.join().unwrap();
    assert_eq!(
        *polled_on.lock().unwrap(),
        [runner; 2],
        "left: the threads that polled, right: the one that called `run`"
    );
}

#[interleave::test]
fn two_threads_may_block_on_at_once() {
    let doors = [(); 2].map(|()| Door::default());
    let to_open = doors.clone();
    let opener = thread::spawn(move || to_open.iter().for_each(Door::open));
    let [here, there] = doors.clone();
    let other = thread::spawn(move || block_on(there));
    block_on(here);
    other.join().unwrap();
    opener.join().unwrap();
    let polls = doors.map(|door| door.polls());
    assert!(polls.iter().all(|polls| *polls <= 2), "two futures were woken once each, and were polled {polls:?} times");
}

#[interleave::test]
fn a_waker_wakes_only_its_own_future() {
    let kept = block_on(std::future::poll_fn(|context| Poll::Ready(context.waker().clone())));
    let (door, waits) = Door::new();
    let opener = thread::spawn({
        let door = door.clone();
        move || {
            waits.recv().expect("the door is polled");
            kept.wake();
            thread::yield_now();
            door.open();
        }
    });
    block_on(door.clone());
    opener.join().unwrap();
    assert_eq!(door.polls(), 2, "left: how often the door was polled; the waker of an earlier future wakes nothing");
}

#[interleave::test]
fn a_late_waker_wakes_no_later_task() {
    let kept = Arc::new(Mutex::new(None));
    let mut executor = Executor::new();
    executor.spawn({
        let kept = Arc::clone(&kept);
        async move {
            let waker = std::future::poll_fn(|context| Poll::Ready(context.waker().clone())).await;
            *kept.lock().unwrap() = Some(waker);
        }
    });
    executor.run();
    let door = Door::default();
    executor.spawn(door.clone());
    executor.spawn({
        let door = door.clone();
        async move {
            let waker = kept.lock().unwrap().take();
            waker.expect("the first task has run").wake();
            for _ in 0..3 {
                yield_now().await;
            }
            door.open();
        }
    });
    executor.run();
    assert_eq!(door.polls(), 2, "left: how often a task was polled that was woken once, and an ended one once, too");
}

#[interleave::test]
fn a_waker_may_outlive_its_executor() {
    let kept = Arc::new(Mutex::new(None));
    let mut executor = Executor::new();
    executor.spawn({
        let kept = Arc::clone(&kept);
        async move {
            let waker = std::future::poll_fn(|context| Poll::Ready(context.waker().clone())).await;
            *kept.lock().unwrap() = Some(waker);
        }
    });
    executor.run();
    drop(executor);
    let waker = kept.lock().unwrap().take();
    waker.expect("the task has run").wake();
}

#[interleave::test]
fn two_executors_do_not_disturb_each_other() {
    let ended = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
    let mut executors = [Executor::new(), Executor::new()];
    for (executor, ended) in executors.iter_mut().zip(&ended) {
        let ended = Arc::clone(ended);
        executor.spawn(async move {
            yield_now().await;
            ended.fetch_add(1, Ordering::SeqCst);
        });
    }
    let count = || ended.each_ref().map(|ended| ended.load(Ordering::SeqCst));
    let [one, other] = &mut executors;
    other.run();
    assert_eq!(count(), [0, 1], "left: how many tasks ended when the second of two executors had run");
    one.run();
    assert_eq!(count(), [1, 1], "left: how many tasks ended when both executors had run");
}

#[interleave::test]
fn a_task_may_run_an_executor() {
    let ended = Arc::new(AtomicUsize::new(0));
    let mut executor = Executor::new();
    executor.spawn({
        let ended = Arc::clone(&ended);
        async move {
            let mut inner = Executor::new();
            inner.spawn(async move {
                block_on(yield_now());
                yield_now().await;
                ended.fetch_add(1, Ordering::SeqCst);
            });
            inner.run();
            yield_now().await;
        }
    });
    executor.run();
    assert_eq!(ended.load(Ordering::SeqCst), 1, "left: how many tasks of an executor ended that ran inside a task");
}
