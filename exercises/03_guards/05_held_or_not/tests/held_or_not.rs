use std::cell::Cell;
use std::sync::{Mutex, TryLockError};

use held_or_not::State;

/// Predictions are compared by name: `==` may mean anything, and a variant that is no longer used may be gone.
fn name(prediction: State) -> &'static str {
    match prediction {
        State::Held => "Held",
        State::Free => "Free",
        #[allow(unreachable_patterns)]
        _ => "Unsaid",
    }
}

/// The name of a prediction. Fails before any answer is known if one of the eight is missing.
#[track_caller]
fn predicted(prediction: State) -> &'static str {
    let all = [
        ("LET", held_or_not::LET),
        ("IF_CONDITION", held_or_not::IF_CONDITION),
        ("IF_LET", held_or_not::IF_LET),
        ("IF_LET_ELSE", held_or_not::IF_LET_ELSE),
        ("MATCH_ON_A_CLONE", held_or_not::MATCH_ON_A_CLONE),
        ("MATCH_ON_A_BLOCK", held_or_not::MATCH_ON_A_BLOCK),
        ("FOR_OVER_A_CLONE", held_or_not::FOR_OVER_A_CLONE),
        ("SHADOWED", held_or_not::SHADOWED),
    ];
    let missing: Vec<&str> = all.iter().filter(|(_, said)| name(*said) == "Unsaid").map(|(name, _)| *name).collect();
    assert!(
        missing.is_empty(),
        "not predicted yet: {}. The tests say what happens once all eight are predicted",
        missing.join(", ")
    );
    name(prediction)
}

/// Runs `form` and returns the state that the mutex had at its `here()`.
fn run(form: impl FnOnce(&Mutex<Vec<u32>>, &dyn Fn())) -> &'static str {
    let jobs = Mutex::new(vec![3, 1, 2]);
    let seen = Cell::new("never called");
    form(&jobs, &|| {
        seen.set(match jobs.try_lock() {
            Ok(_) => "Free",
            Err(TryLockError::WouldBlock) => "Held",
            Err(TryLockError::Poisoned(_)) => unreachable!("no thread panics under the lock"),
        });
    });
    seen.get()
}

#[interleave::test]
fn a_let_with_a_value() {
    let prediction = predicted(held_or_not::LET);
    let seen = run(|jobs, here| {
        let count = jobs.lock().unwrap().len();
        here();
        assert_eq!(count, 3);
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. A `let` statement ends at its semicolon, and the guard had no name",
    );
}

#[interleave::test]
fn the_block_of_an_if_condition() {
    let prediction = predicted(held_or_not::IF_CONDITION);
    let seen = run(|jobs, here| {
        if !jobs.lock().unwrap().is_empty() {
            here();
        }
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. The temporaries of a plain `if` condition are dropped before its block",
    );
}

#[interleave::test]
fn the_first_block_of_an_if_let() {
    let prediction = predicted(held_or_not::IF_LET);
    let seen = run(|jobs, here| {
        if let Some(job) = jobs.lock().unwrap().first().copied() {
            here();
            assert_eq!(job, 3);
        }
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. `if let` keeps the temporaries of its value during the first block, \
         because the pattern may borrow from them, even where it does not",
    );
}

#[interleave::test]
fn the_else_of_an_if_let() {
    let prediction = predicted(held_or_not::IF_LET_ELSE);
    let seen = run(|jobs, here| {
        if let Some(job) = jobs.lock().unwrap().get(9).copied() {
            panic!("there is no tenth job, and it is {job}");
        } else {
            here();
        }
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. Since edition 2024 the temporaries are dropped before `else`",
    );
}

#[interleave::test]
fn a_match_on_a_clone() {
    let prediction = predicted(held_or_not::MATCH_ON_A_CLONE);
    let seen = run(|jobs, here| match jobs.lock().unwrap().clone().as_slice() {
        [] => {}
        _ => here(),
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. `match` keeps all temporaries of its value until it ends, also the \
         guard that a clone was made from",
    );
}

#[interleave::test]
fn a_match_on_a_block() {
    let prediction = predicted(held_or_not::MATCH_ON_A_BLOCK);
    #[expect(clippy::blocks_in_conditions, reason = "clippy finds the block useless")]
    let seen = run(|jobs, here| match { jobs.lock().unwrap().len() } {
        0 => {}
        _ => here(),
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. Since edition 2024 the temporaries of a block's last expression are \
         dropped with the block",
    );
}

#[interleave::test]
fn a_for_loop_over_a_clone() {
    let prediction = predicted(held_or_not::FOR_OVER_A_CLONE);
    let seen = run(|jobs, here| {
        for job in jobs.lock().unwrap().clone() {
            here();
            assert!(job > 0);
        }
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. `for` keeps the temporaries of the value after `in` until the loop ends",
    );
}

#[interleave::test]
fn a_shadowed_guard() {
    let prediction = predicted(held_or_not::SHADOWED);
    let seen = run(|jobs, here| {
        let jobs_now = jobs.lock().unwrap();
        let jobs_now = jobs_now.clone();
        here();
        assert_eq!(jobs_now.len(), 3);
    });
    assert_eq!(
        prediction, seen,
        "left: your prediction; right: what happened. A variable lives to the end of its block, and a second one of the \
         same name does not change that",
    );
}
