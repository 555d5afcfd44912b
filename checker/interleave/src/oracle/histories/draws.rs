//! The random numbers that make one operation.

use crate::random::Random;

/// Where a generator draws its numbers. Smaller ones are to make simpler operations, because a failing history is
/// shortened towards 0.
#[derive(Debug)]
pub struct Draws {
    /// What was drawn, or is to be drawn again.
    pub(super) numbers: Vec<usize>,
    next: usize,
    then: Then,
}

/// What is drawn when there are no numbers left.
#[derive(Debug)]
enum Then {
    /// The operation is new.
    Random(Random),
    /// The operation is one that is being shortened, and has taken another way than before.
    Zero,
}

impl Draws {
    pub(super) fn random(seed: u64) -> Self {
        Draws { numbers: Vec::new(), next: 0, then: Then::Random(Random(seed)) }
    }

    pub(super) fn fixed(numbers: Vec<usize>) -> Self {
        Draws { numbers, next: 0, then: Then::Zero }
    }

    /// The same operation once more.
    pub(super) fn restart(&mut self) -> &mut Self {
        self.next = 0;
        self
    }

    /// A number from 0 to `n - 1`.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "no number is below 0");
        let number = match self.numbers.get(self.next) {
            // A smaller number before this one may have narrowed what can follow.
            Some(number) => number % n,
            None => self.new_number(n),
        };
        self.next += 1;
        number
    }

    /// One of `values`; the first counts as the simplest.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn one_of<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())].clone()
    }

    fn new_number(&mut self, n: usize) -> usize {
        let number = match &mut self.then {
            Then::Zero => 0,
            Then::Random(random) => random.below(n),
        };
        self.numbers.push(number);
        number
    }
}
