use std::cell::Cell;
use std::sync::{Mutex, TryLockError};

use held_or_not::State;

/// A probe: what the mutex was when somebody passed by here.
struct Probe<'a> {
    jobs: &'a Mutex<Vec<u32>>,
    seen: Cell<State>,
}

impl Probe<'_> {
    fn here(&self) {
        self.seen.set(match self.jobs.try_lock() {
            Ok(_) => State::Free,
            Err(TryLockError::WouldBlock) => State::Held,
            Err(TryLockError::Poisoned(_)) => unreachable!("nobody panics under the lock"),
        });
    }
}

/// Runs `form` and says what the mutex was at its `here()`.
fn run(form: impl FnOnce(&Mutex<Vec<u32>>, &dyn Fn())) -> State {
    let jobs = Mutex::new(vec![3, 1, 2]);
    let probe = Probe { jobs: &jobs, seen: Cell::new(State::Unsaid) };
    form(&jobs, &|| probe.here());
    probe.seen.get()
}

#[interleave::test]
fn a_let_keeps_the_value_and_not_the_guard() {
    let seen = run(|jobs, here| {
        let count = jobs.lock().unwrap().len();
        here();
        assert_eq!(count, 3);
    });
    assert_eq!(
        held_or_not::LET,
        seen,
        "left the prediction, right what was seen: a `let` ends at its semicolon, and the guard had no name",
    );
}

#[interleave::test]
fn a_condition_lets_go_before_the_block() {
    let seen = run(|jobs, here| {
        if !jobs.lock().unwrap().is_empty() {
            here();
        }
    });
    assert_eq!(
        held_or_not::IF_CONDITION,
        seen,
        "left the prediction, right what was seen: the temporaries of a plain `if` condition end with the condition",
    );
}

#[interleave::test]
fn an_if_let_holds_the_guard_in_its_first_block() {
    let seen = run(|jobs, here| {
        if let Some(job) = jobs.lock().unwrap().first().copied() {
            here();
            assert_eq!(job, 3);
        }
    });
    assert_eq!(
        held_or_not::IF_LET,
        seen,
        "left the prediction, right what was seen: what stands after `if let … =` keeps its temporaries for the first \
         block, because the pattern may borrow from them, even where it does not",
    );
}

#[interleave::test]
fn an_if_let_lets_go_before_else() {
    let seen = run(|jobs, here| {
        if let Some(job) = jobs.lock().unwrap().get(9).copied() {
            panic!("there is no tenth job, and it is {job}");
        } else {
            here();
        }
    });
    assert_eq!(
        held_or_not::IF_LET_ELSE,
        seen,
        "left the prediction, right what was seen: since edition 2024 the temporaries end before `else`",
    );
}

#[interleave::test]
fn a_match_holds_the_guard_although_the_value_is_a_clone() {
    let seen = run(|jobs, here| match jobs.lock().unwrap().clone().as_slice() {
        [] => {}
        _ => here(),
    });
    assert_eq!(
        held_or_not::MATCH_ON_A_CLONE,
        seen,
        "left the prediction, right what was seen: a `match` keeps all temporaries to its end, also the guard that a \
         clone was made from",
    );
}

#[interleave::test]
fn a_match_on_a_block_holds_nothing() {
    #[expect(clippy::blocks_in_conditions, reason = "clippy takes the block for decoration")]
    let seen = run(|jobs, here| match { jobs.lock().unwrap().len() } {
        0 => {}
        _ => here(),
    });
    assert_eq!(
        held_or_not::MATCH_ON_A_BLOCK,
        seen,
        "left the prediction, right what was seen: since edition 2024 the temporaries of a block's last expression end \
         with the block",
    );
}

#[interleave::test]
fn a_for_loop_holds_the_guard_while_it_walks_over_a_clone() {
    let seen = run(|jobs, here| {
        for job in jobs.lock().unwrap().clone() {
            here();
            assert!(job > 0);
        }
    });
    assert_eq!(
        held_or_not::FOR_OVER_A_CLONE,
        seen,
        "left the prediction, right what was seen: what stands after `in` keeps its temporaries to the end of the loop",
    );
}

#[interleave::test]
fn a_shadowed_guard_is_still_there() {
    let seen = run(|jobs, here| {
        let jobs_now = jobs.lock().unwrap();
        let jobs_now = jobs_now.clone();
        here();
        assert_eq!(jobs_now.len(), 3);
    });
    assert_eq!(
        held_or_not::SHADOWED,
        seen,
        "left the prediction, right what was seen: a variable lives to the end of its block, and a second one of the \
         same name does not change that",
    );
}
