//! FILL IN, for every test, the wrong answer that it catches.

use std::thread;

use __name__::Counter;

#[interleave::test]
fn each_number_is_given_once() {
    let counter = Counter::default();
    let (one, other) = thread::scope(|scope| {
        let (one, other) = (scope.spawn(|| counter.increment()), scope.spawn(|| counter.increment()));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert_ne!(one, other, "two threads got the same number");
}

#[interleave::test]
fn numbers_begin_at_one() {
    assert_eq!(Counter::default().increment(), 1, "the first number");
}
