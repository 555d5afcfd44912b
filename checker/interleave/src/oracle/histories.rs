//! Random sequences of a type's operations, compared with a model. A failing sequence is shortened.
//!
//! An operation is stored as the random numbers it was made from. So any generator's output can be shortened without
//! code from its author: by leaving out operations and by drawing smaller numbers, as in Hypothesis and proptest.

mod draws;
mod shorten;
#[cfg(test)]
mod tests;

use std::fmt::Debug;

use crate::panics;
use crate::random::Random;
use crate::test_fn;
pub use draws::Draws;
use shorten::shortest;

/// Runs 300 random histories of up to 20 operations and fails with the shortest one that `step` rejects.
///
/// `operation` makes one operation from random numbers, `start` creates a subject with its model, and `step` applies an
/// operation to both and returns an error if they differ. [`like_the_model`] compares two values. For an operation that
/// makes no sense now, such as cancelling a wait that does not exist, `step` does nothing and returns `Ok(())`. A panic
/// in `step` counts as an error, and so does a panic in a destructor of the state.
///
/// ```
/// use interleave::{histories, like_the_model};
/// use std::collections::BTreeSet;
///
/// #[derive(Debug)]
/// enum Op {
///     Insert(usize),
///     First,
/// }
///
/// histories(
///     |draws| if draws.below(2) == 0 { Op::Insert(draws.below(5)) } else { Op::First },
///     || (BTreeSet::new(), Vec::new()),
///     |(set, model), op| match op {
///         Op::Insert(n) => {
///             let is_new = !model.contains(&n);
///             model.push(n);
///             like_the_model(set.insert(n), is_new)
///         }
///         Op::First => like_the_model(set.first(), model.iter().min()),
///     },
/// );
/// ```
///
/// Async operations are polled by hand: the state keeps the pending futures, each with a [`CountingWaker`], and polling
/// and dropping a future are operations themselves. No runtime is involved. Call this from an `fn`: inside a tokio
/// task, tokio's own futures return `Pending` after 128 polls to let other tasks run.
///
/// The operations run on the calling thread, so explore mode has nothing to choose and runs one interleaving, unless
/// the subject starts threads. `step` must not block. Use [`Histories`] for other numbers, lengths and seeds.
///
/// [`CountingWaker`]: crate::CountingWaker
///
/// # Panics
///
/// If a history fails. The message contains its operations and the error of the last one.
#[track_caller]
pub fn histories<Op: Debug, S>(
    operation: impl Fn(&mut Draws) -> Op,
    start: impl Fn() -> S,
    step: impl Fn(&mut S, Op) -> Result<(), String>,
) {
    Histories::default().check(operation, start, step);
}

/// Configures the histories that [`histories`] runs.
///
/// ```
/// # use interleave::Histories;
/// Histories::default().seed(7).number(1_000).longest(50).check(
///     |draws| draws.below(10),
///     || 0,
///     |sum, n| {
///         *sum += n;
///         if *sum < 1_000 { Ok(()) } else { Err(format!("the sum is {sum}")) }
///     },
/// );
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Histories {
    seed: u64,
    number: usize,
    longest: usize,
}

impl Default for Histories {
    fn default() -> Self {
        Histories { seed: 1, number: 300, longest: 20 }
    }
}

impl Histories {
    /// Sets the seed. The same seed makes the same histories.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets how many histories are run.
    pub fn number(mut self, number: usize) -> Self {
        self.number = number;
        self
    }

    /// Sets the length of the longest history. The first ones are shorter.
    pub fn longest(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }

    /// See [`histories`].
    #[track_caller]
    pub fn check<Op: Debug, S>(
        self,
        operation: impl Fn(&mut Draws) -> Op,
        start: impl Fn() -> S,
        step: impl Fn(&mut S, Op) -> Result<(), String>,
    ) {
        let run = |history: &mut [Draws]| run(history, &operation, &start, &step);
        for number in 0..self.number {
            let mut history = self.history(number);
            let Err(refused) = run(&mut history) else { continue };
            let length = history.len();
            let (mut history, refused) = shortest(history, refused, run);
            let operations: String =
                history.iter_mut().zip(1..).map(|(op, n)| format!("\n  {n}. {:?}", operation(op.restart()))).collect();
            let Histories { seed, number: all, .. } = self;
            panic!(
                "this history fails:{operations}\n{}\n\
                 (history {} of {all} with seed {seed}, shortened from {length} operations)",
                refused.why,
                number + 1,
            );
        }
    }

    /// The operations of history `number`, with no numbers drawn yet.
    fn history(&self, number: usize) -> Vec<Draws> {
        let mut random = Random(Random(self.seed).next() ^ (number as u64).rotate_left(32));
        let length = ((number + 1) * self.longest).div_ceil(self.number);
        (0..length).map(|_| Draws::random(random.next())).collect()
    }
}

/// Why a history fails, and after how many of its operations.
#[derive(Debug)]
struct Refused {
    why: String,
    after: usize,
}

fn run<Op: Debug, S>(
    history: &mut [Draws],
    operation: &impl Fn(&mut Draws) -> Op,
    start: &impl Fn() -> S,
    step: &impl Fn(&mut S, Op) -> Result<(), String>,
) -> Result<(), Refused> {
    let (mut after, mut told) = (0, String::new());
    let ended = test_fn::catch(|| {
        let mut state = start();
        history.iter_mut().try_for_each(|draws| {
            after += 1;
            let operation = operation(draws.restart());
            tell(&mut told, after, &operation);
            step(&mut state, operation)
        })
    });
    forget_what_was_told();
    let result = ended.unwrap_or_else(|payload| Err(format!("panicked: {}", panics::text(&*payload))));
    result.map_err(|why| Refused { why, after })
}

/// Keeps the operations so far, in case this one never ends.
#[cfg(feature = "explore")]
fn tell<Op: Debug>(told: &mut String, after: usize, operation: &Op) {
    use crate::engine::session;
    if session::is_recorded() {
        told.push_str(&format!("\n  {after}. {operation:?}"));
        session::set_doing(Some(format!("the last operation of this history does not end:{told}")));
    }
}

#[cfg(not(feature = "explore"))]
fn tell<Op: Debug>(_: &mut String, _: usize, _: &Op) {}

fn forget_what_was_told() {
    #[cfg(feature = "explore")]
    crate::engine::session::set_doing(None);
}

/// Returns `Ok` if `seen` equals `model`, otherwise both values as text.
///
/// # Errors
///
/// If they differ.
pub fn like_the_model<T: Debug + PartialEq<M>, M: Debug>(seen: T, model: M) -> Result<(), String> {
    if seen == model { Ok(()) } else { Err(format!("seen: {seen:?}; the model says: {model:?}")) }
}
