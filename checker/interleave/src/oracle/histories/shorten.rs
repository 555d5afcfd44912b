//! Makes a failing history shorter and its numbers smaller, as long as it still fails.

use super::{Draws, Refused};

/// The most runs of one history, so that a slow subject does not keep the user waiting.
const MOST_RUNS: usize = 2_000;

/// A failing history from which no operation and no pair of operations can be left out, with its error.
pub(super) fn shortest(
    history: Vec<Draws>,
    refused: Refused,
    run: impl Fn(&mut [Draws]) -> Result<(), Refused>,
) -> (Vec<Draws>, Refused) {
    let numbers = history.into_iter().take(refused.after).map(|draws| draws.numbers).collect();
    let mut best = Shortening { best: numbers, refused, runs_left: MOST_RUNS, run };
    while best.leave_one_out() || best.leave_two_out() || best.draw_less() {}
    (best.best.into_iter().map(Draws::fixed).collect(), best.refused)
}

struct Shortening<R> {
    /// The numbers of each operation of the shortest history so far.
    best: Vec<Vec<usize>>,
    refused: Refused,
    runs_left: usize,
    run: R,
}

impl<R: Fn(&mut [Draws]) -> Result<(), Refused>> Shortening<R> {
    /// Tries to leave out one operation. Starts at the end, where leaving one out changes the least.
    fn leave_one_out(&mut self) -> bool {
        let one = (0..self.best.len()).rev().find(|one| self.try_without(&[*one]));
        one.is_some()
    }

    /// Tries to leave out two operations. Two that undo each other can only be left out together.
    fn leave_two_out(&mut self) -> bool {
        (0..self.best.len()).rev().any(|second| (0..second).rev().any(|first| self.try_without(&[first, second])))
    }

    /// Tries to make one number smaller: 0, half of it, or one less.
    fn draw_less(&mut self) -> bool {
        let places: Vec<(usize, usize, usize)> = self
            .best
            .iter()
            .enumerate()
            .flat_map(|(operation, numbers)| numbers.iter().enumerate().map(move |(at, n)| (operation, at, *n)))
            .filter(|(_, _, number)| *number > 0)
            .collect();
        places.into_iter().any(|(operation, at, number)| {
            [0, number / 2, number - 1].into_iter().any(|smaller| {
                let mut candidate = self.best.clone();
                candidate[operation][at] = smaller;
                self.try_this(candidate)
            })
        })
    }

    fn try_without(&mut self, left_out: &[usize]) -> bool {
        let kept = self.best.iter().enumerate().filter(|(at, _)| !left_out.contains(at));
        let candidate = kept.map(|(_, numbers)| numbers.clone()).collect();
        self.try_this(candidate)
    }

    fn try_this(&mut self, candidate: Vec<Vec<usize>>) -> bool {
        if self.runs_left == 0 {
            return false;
        }
        self.runs_left -= 1;
        let mut history: Vec<Draws> = candidate.into_iter().map(Draws::fixed).collect();
        let Err(refused) = (self.run)(&mut history) else { return false };
        self.best = history.into_iter().take(refused.after).map(|draws| draws.numbers).collect();
        self.refused = refused;
        true
    }
}
