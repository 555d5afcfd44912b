//! Failures that need one exact order of the steps of two threads.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use drop_in_std::sync::atomic::AtomicUsize;

use crate::{Fails, Program, programs, run_all};

programs! {
    three_switches = exact("three exact switches", || pass(&[2, 3, 3, 2]), || fixed(&[2, 3, 3, 2]));
    four_switches = exact("four exact switches", || pass(&[2, 2, 3, 3, 2]), || fixed(&[2, 2, 3, 3, 2]));
    six_switches = exact("six exact switches", || pass(&[1, 2, 2, 2, 2, 1, 2]), || fixed(&[1, 2, 2, 2, 2, 1, 2]));
    twelve_steps_in_turn = exact("twelve steps in turn", || pass(&[1; 12]), || fixed(&[1; 12]));
    twenty_steps_in_turn = exact("twenty steps in turn", || pass(&[1; 20]), || fixed(&[1; 20]));
}

const fn exact(name: &'static str, bug: fn(), fixed: fn()) -> Program {
    Program::new(name, Fails::Saying("the end was reached"), bug, fixed)
}

fn pass(runs: &'static [usize]) {
    assert!(!reaches_end(runs, 0), "the end was reached");
}

/// One number is left out, so the end cannot be reached.
fn fixed(runs: &'static [usize]) {
    assert!(!reaches_end(runs, 1), "the end was reached");
}

/// Two threads count together, in runs of the given numbers of steps: the first thread makes the first run, the second
/// thread the second run, and so on. A step that comes too early or too late is lost. Returns whether they reach the
/// end, which is `gap` numbers after the last step.
fn reaches_end(runs: &'static [usize], gap: usize) -> bool {
    let count = Arc::new(AtomicUsize::new(0));
    let counts = |parity: usize| -> Box<dyn FnOnce() + Send> {
        let count = Arc::clone(&count);
        Box::new(move || {
            let mut from = 0;
            for (run, steps) in runs.iter().enumerate() {
                for number in (from..from + steps).filter(|_| run % 2 == parity) {
                    let _ = count.compare_exchange(number, number + 1, SeqCst, SeqCst);
                }
                from += steps;
            }
        })
    };
    run_all(vec![counts(0), counts(1)]);
    count.load(SeqCst) == runs.iter().sum::<usize>() + gap
}
