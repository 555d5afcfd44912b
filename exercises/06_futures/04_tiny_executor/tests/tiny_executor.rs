use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

use interleave::yield_now;
use tiny_executor::{Executor, block_on};

/// A door: closed at first. Whoever polls it is counted, and leaves a waker.
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
    /// A door that tells when somebody waits at it.
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
            tell.send(()).expect("the test waits for somebody at the door");
        }
        Poll::Pending
    }
}

#[interleave::test]
fn block_on_returns_the_output() {
    assert_eq!(block_on(async { 7 }), 7, "the future is ready at its first poll");
}

#[interleave::test]
fn block_on_polls_again_when_a_future_wakes_itself() {
    let output = block_on(async {
        for _ in 0..3 {
            yield_now().await;
        }
        7
    });
    assert_eq!(output, 7, "the future yields three times and is ready then");
}

#[interleave::test(early_deadlines)]
fn block_on_sleeps_until_it_is_woken() {
    let (door, somebody_waits) = Door::new();
    let opener = thread::spawn({
        let door = door.clone();
        move || {
            somebody_waits.recv().expect("the door is polled");
            door.open();
        }
    });
    block_on(door.clone());
    opener.join().unwrap();
    assert_eq!(
        door.polls(),
        2,
        "the door was polled so often (left): once before it was open and once after the wake-up; \
         nobody asked for more (a `park` that returns is no wake-up yet)",
    );
}

#[interleave::test]
fn run_ends_when_every_task_has_ended() {
    let ended = Arc::new(AtomicUsize::new(0));
    let mut executor = Executor::new();
    for yields in 0..3 {
        let ended = Arc::clone(&ended);
        executor.spawn(async move {
            for _ in 0..yields {
                yield_now().await;
            }
            ended.fetch_add(1, Ordering::SeqCst);
        });
    }
    assert_eq!(ended.load(Ordering::SeqCst), 0, "tasks begin in `run`, not in `spawn`");
    executor.run();
    assert_eq!(ended.load(Ordering::SeqCst), 3, "`run` has returned, and so many (left) of three tasks have ended");
}

#[interleave::test]
fn an_executor_can_run_again() {
    let ended = Arc::new(AtomicUsize::new(0));
    let mut executor = Executor::new();
    for _ in 0..2 {
        let ended = Arc::clone(&ended);
        executor.spawn(async move {
            ended.fetch_add(1, Ordering::SeqCst);
        });
        executor.run();
    }
    assert_eq!(ended.load(Ordering::SeqCst), 2, "one task was spawned before the first `run`, one before the second");
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
        "each task yields after each step: first woken, first polled",
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
    assert_eq!(
        door.polls(),
        2,
        "while another task ran, the one at the door was polled so often (left), \
         and it had asked for one poll more than its first",
    );
}

#[interleave::test(early_deadlines)]
fn run_sleeps_until_a_thread_wakes_a_task() {
    let (door, somebody_waits) = Door::new();
    let mut executor = Executor::new();
    executor.spawn(door.clone());
    let opener = thread::spawn({
        let door = door.clone();
        move || {
            // An error says that the executor has given the task up.
            if somebody_waits.recv().is_ok() {
                door.open();
            }
        }
    });
    executor.run();
    let polls = door.polls();
    drop(executor);
    opener.join().unwrap();
    assert_eq!(
        polls, 2,
        "`run` has returned, and the door was polled so often (left): once before and once after it opened"
    );
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
