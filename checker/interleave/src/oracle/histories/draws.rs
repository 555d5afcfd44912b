//! The random numbers that make one operation.

use crate::random::Random;

/// The source of a generator's numbers. Smaller numbers should make simpler operations, because a failing history is
/// shortened towards 0.
#[derive(Debug)]
pub struct Draws {
    /// The numbers drawn so far, or those to draw again.
    pub(super) numbers: Vec<usize>,
    next: usize,
    then: Then,
}

/// The source of numbers when the stored ones run out.
#[derive(Debug)]
enum Then {
    /// A random number, because the operation is new.
    Random(Random),
    /// Zero, because the operation is being shortened and has taken a different path than before.
    Zero,
}

impl Draws {
    pub(super) fn random(seed: u64) -> Self {
        Draws { numbers: Vec::new(), next: 0, then: Then::Random(Random(seed)) }
    }

    pub(super) fn fixed(numbers: Vec<usize>) -> Self {
        Draws { numbers, next: 0, then: Then::Zero }
    }

    /// Starts again with the first number, to make the same operation once more.
    pub(super) fn restart(&mut self) -> &mut Self {
        self.next = 0;
        self
    }

    /// Draws a number from 0 to `n - 1`.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    #[track_caller]
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "no number is below 0");
        let number = match self.numbers.get(self.next) {
            // With a smaller number before this one, the range may be narrower now.
            Some(number) => number % n,
            None => self.new_number(n),
        };
        self.next += 1;
        number
    }

    /// Draws one of `values`. The first counts as the simplest.
    ///
    /// # Panics
    ///
    /// If `values` is empty.
    #[track_caller]
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
