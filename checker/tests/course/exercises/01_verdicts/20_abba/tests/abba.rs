use std::thread;

use abba::Pair;

#[interleave::test]
fn one_way_is_harmless() {
    Pair::full().to_the_right();
}

#[interleave::test]
fn moving_both_ways_never_deadlocks() {
    let pair = Pair::full();
    thread::scope(|scope| {
        scope.spawn(|| pair.to_the_right());
        scope.spawn(|| pair.to_the_left());
    });
}
