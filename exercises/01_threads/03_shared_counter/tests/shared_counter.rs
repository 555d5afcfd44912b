use std::thread;
use std::time::{Duration, Instant};

use shared_counter::OrderNumbers;

#[interleave::test]
fn no_two_orders_get_the_same_number() {
    let here = OrderNumbers::new();
    let there = here.clone();
    let other = thread::spawn(move || there.next());
    let mut numbers = [here.next(), other.join().unwrap()];
    numbers.sort();
    assert_eq!(numbers, [1, 2], "two threads took a number each from a new counter, and these are the numbers (left)");
}

#[interleave::test]
fn three_threads_get_1_to_4() {
    let here = OrderNumbers::new();
    let others = [here.clone(), here.clone()].map(|there| thread::spawn(move || there.next()));
    let mut numbers = vec![here.next(), here.next()];
    numbers.extend(others.map(|other| other.join().unwrap()));
    numbers.sort();
    assert_eq!(
        numbers,
        [1, 2, 3, 4],
        "three threads took numbers from a new counter, one of them two (left: the numbers)"
    );
}

#[interleave::test]
fn each_thread_sees_its_numbers_rise() {
    let here = OrderNumbers::new();
    let there = here.clone();
    let other = thread::spawn(move || [there.next(), there.next()]);
    let own = [here.next(), here.next()];
    let theirs = other.join().unwrap();
    assert!(own[0] < own[1] && theirs[0] < theirs[1], "later orders got lower numbers: {own:?} and {theirs:?}");
    let mut all = [own, theirs].concat();
    all.sort();
    assert_eq!(all, [1, 2, 3, 4], "two threads took two numbers each: {own:?} and {theirs:?}");
}

#[interleave::test]
fn the_numbers_begin_at_1_and_none_is_left_out() {
    let numbers = OrderNumbers::new();
    let many = if cfg!(feature = "explore") { 20 } else { 70_000 };
    let start = Instant::now();
    // An answer that sends messages is right, too, and slower.
    for number in (1..=many).take_while(|&number| number < 300 || start.elapsed() < Duration::from_millis(300)) {
        assert_eq!(
            numbers.next(),
            number,
            "one thread took {number} numbers, one after the other (left: the last one)"
        );
    }
}

#[interleave::test]
fn clones_share_one_counter() {
    let late = {
        let first = OrderNumbers::new();
        let early = first.clone();
        first.next();
        let late = early.clone();
        let numbers = [late.next(), first.next(), early.next()];
        assert_eq!(numbers, [2, 3, 4], "after 1, a clone of a clone, the original and the clone took a number (left)");
        assert_eq!(
            [first.last(), early.last(), late.last()],
            [4; 3],
            "all three share a counter whose last number is 4"
        );
        late
    };
    assert_eq!(late.next(), 5, "a clone continues the count when its original is dropped");
}

#[interleave::test]
fn asking_for_the_last_number_uses_none_up() {
    let numbers = OrderNumbers::new();
    assert_eq!([numbers.last(), numbers.last()], [0, 0], "no number was given out yet");
    assert_eq!(numbers.next(), 1, "`last` was called on a new counter, and the first number should still be 1");
    assert_eq!([numbers.last(), numbers.last()], [1, 1], "one number was given out");
    assert_eq!(numbers.next(), 2, "`last` was called after number 1, and the next one should still be 2");
}

#[interleave::test]
fn last_is_never_behind_a_number_that_was_given_out() {
    let here = OrderNumbers::new();
    let there = here.clone();
    let other = thread::spawn(move || there.next());
    let own = here.next();
    let last = here.last();
    assert!(own <= last, "this thread has number {own}, and afterwards `last` returned {last}");
    other.join().unwrap();
    assert_eq!(here.last(), 2, "two numbers were given out, so the last one (left) is 2");
}

#[interleave::test]
fn two_counters_do_not_disturb_each_other() {
    let shop = OrderNumbers::new();
    shop.next();
    shop.next();
    let garage = OrderNumbers::new();
    assert_eq!(garage.last(), 0, "another counter has given out numbers, this one has not");
    assert_eq!(garage.next(), 1, "this is the first number of a new counter, although another one is at 2");
    assert_eq!(shop.last(), 2, "the counter was at 2 before another one was made");
    assert_eq!(shop.next(), 3, "the counter was at 2 before another one was made and gave out a number");
}
