use std::thread;

use abba::Pair;

#[interleave::test]
fn filling_is_harmless() {
    Pair::default().fill();
}

#[interleave::test]
fn moving_both_ways_never_deadlocks() {
    let pair = Pair::default();
    pair.fill();
    thread::scope(|scope| {
        scope.spawn(|| pair.to_the_right());
        scope.spawn(|| pair.to_the_left());
    });
}
