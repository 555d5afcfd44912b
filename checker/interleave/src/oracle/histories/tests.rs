//! Planted bugs are found and reported as the shortest history that shows them.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::*;
use crate::CountingWaker;

/// The message that `check` fails with.
fn failure(check: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(check)).expect_err("the planted error is not found");
    panics::text(&*payload).to_owned()
}

#[derive(Debug)]
enum Op {
    Put(usize),
    Take,
}

fn op(draws: &mut Draws) -> Op {
    if draws.below(2) == 0 { Op::Put(draws.below(100)) } else { Op::Take }
}

/// A queue whose third value overtakes the others if a value was taken before.
#[derive(Default)]
struct Overtaking {
    values: VecDeque<usize>,
    taken: bool,
}

impl Overtaking {
    fn put(&mut self, value: usize) {
        if self.taken && self.values.len() == 1 { self.values.push_front(value) } else { self.values.push_back(value) }
    }

    fn take(&mut self) -> Option<usize> {
        self.taken = true;
        self.values.pop_front()
    }
}

#[test]
fn a_bug_that_takes_four_operations_is_shortened_to_these_four() {
    let message = failure(|| {
        histories(
            op,
            || (Overtaking::default(), VecDeque::new()),
            |(queue, model), op| match op {
                Op::Put(value) => {
                    queue.put(value);
                    model.push_back(value);
                    Ok(())
                }
                Op::Take => like_the_model(queue.take(), model.pop_front()),
            },
        );
    });
    let (history, found) = message.rsplit_once('\n').unwrap();
    assert_eq!(
        history,
        "this history fails:\n  1. Take\n  2. Put(0)\n  3. Put(1)\n  4. Take\nseen: Some(1); the model says: Some(0)"
    );
    assert!(found.starts_with("(history ") && found.contains(" of 300 with seed 1, shortened from "), "{found}");
}

#[test]
fn a_correct_type_passes_every_history_up_to_the_longest() {
    let lengths = RefCell::new(Vec::new());
    Histories::default().number(40).longest(8).check(
        op,
        || {
            lengths.borrow_mut().push(0);
            (VecDeque::new(), Vec::new())
        },
        |(queue, model), op| {
            *lengths.borrow_mut().last_mut().unwrap() += 1;
            match op {
                Op::Put(value) => {
                    queue.push_back(value);
                    model.push(value);
                    Ok(())
                }
                Op::Take => {
                    let first = (!model.is_empty()).then(|| model.remove(0));
                    like_the_model(queue.pop_front(), first)
                }
            }
        },
    );
    let lengths = lengths.into_inner();
    assert_eq!((lengths.len(), lengths[0], lengths[39]), (40, 1, 8));
}

#[test]
fn a_seed_decides_the_histories() {
    let drawn = |seed| {
        let all = RefCell::new(Vec::new());
        Histories::default().seed(seed).check(
            |draws| draws.below(1_000),
            || (),
            |(), number| {
                all.borrow_mut().push(number);
                Ok(())
            },
        );
        all.into_inner()
    };
    assert_eq!(drawn(7), drawn(7));
    assert_ne!(drawn(7), drawn(8));
}

#[test]
fn a_pair_that_undoes_itself_is_left_out_together() {
    // An even number of toggles, so that none can be left out alone.
    let message = failure(|| {
        Histories::default().number(1).longest(100).check(
            |draws| draws.below(10) == 0,
            || 0,
            |toggles, looks| {
                *toggles += usize::from(!looks);
                if looks && *toggles >= 2 && *toggles % 2 == 0 { Err("even".to_owned()) } else { Ok(()) }
            },
        );
    });
    assert!(message.starts_with("this history fails:\n  1. false\n  2. false\n  3. true\neven\n"), "{message}");
}

#[test]
fn a_panic_of_the_subject_is_reported_with_its_history() {
    let message = failure(|| {
        histories(
            op,
            || 1_usize,
            |free, op| {
                match op {
                    Op::Put(_) => *free = free.checked_sub(1).expect("nothing is free"),
                    Op::Take => *free += 1,
                }
                Ok(())
            },
        );
    });
    assert!(
        message.starts_with("this history fails:\n  1. Put(0)\n  2. Put(0)\npanicked: nothing is free\n"),
        "{message}"
    );
}

/// A bell that wakes the longest-waiting future. The ring is lost if that future is dropped before it is polled.
#[derive(Default)]
struct Bell {
    waiting: RefCell<VecDeque<(usize, Waker)>>,
    rung: RefCell<Vec<usize>>,
    next: Cell<usize>,
}

impl Bell {
    fn ring(&self) -> bool {
        let Some((number, waker)) = self.waiting.borrow_mut().pop_front() else { return false };
        self.rung.borrow_mut().push(number);
        waker.wake();
        true
    }

    async fn wait(self: Rc<Self>) {
        let number = self.next.replace(self.next.get() + 1);
        let mut is_queued = false;
        std::future::poll_fn(|context| {
            if self.rung.borrow().contains(&number) {
                return Poll::Ready(());
            }
            if !is_queued {
                is_queued = true;
                self.waiting.borrow_mut().push_back((number, context.waker().clone()));
            }
            Poll::Pending
        })
        .await;
    }
}

type Waiting = Pin<Box<dyn Future<Output = ()>>>;

#[derive(Debug)]
enum Await {
    Wait,
    Drop(usize),
    Ring,
}

#[test]
fn an_async_operation_is_polled_and_dropped_by_the_history() {
    struct State {
        bell: Rc<Bell>,
        waiting: Vec<(Waiting, CountingWaker)>,
    }
    let message = failure(|| {
        histories(
            |draws| match draws.below(3) {
                0 => Await::Wait,
                1 => Await::Ring,
                _ => Await::Drop(draws.below(4)),
            },
            || State { bell: Rc::default(), waiting: Vec::new() },
            |state, op| {
                match op {
                    Await::Wait => {
                        let (mut future, task) = (Box::pin(Rc::clone(&state.bell).wait()), CountingWaker::new());
                        assert!(task.poll(future.as_mut()).is_pending());
                        state.waiting.push((future, task));
                    }
                    Await::Drop(n) if n < state.waiting.len() => drop(state.waiting.remove(n)),
                    Await::Drop(_) => {}
                    // The model: a ring reaches a future if one is waiting.
                    Await::Ring => {
                        state.bell.ring();
                        let before = state.waiting.len();
                        state.waiting.retain_mut(|(future, task)| task.poll(future.as_mut()).is_pending());
                        return like_the_model(before - state.waiting.len(), before.min(1));
                    }
                }
                Ok(())
            },
        );
    });
    assert!(
        message.starts_with("this history fails:\n  1. Wait\n  2. Wait\n  3. Drop(0)\n  4. Ring\nseen: 0; the model"),
        "{message}"
    );
}
