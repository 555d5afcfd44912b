use std::thread;

use shared_counter::OrderNumbers;

#[interleave::test]
fn no_two_orders_get_the_same_number() {
    let here = OrderNumbers::new();
    let there = here.clone();
    let other = thread::spawn(move || there.next());
    let mut numbers = [here.next(), other.join().unwrap()];
    numbers.sort();
    assert_eq!(numbers, [1, 2], "two threads took a number each, on a fresh counter");
}

#[interleave::test]
fn no_number_is_left_out() {
    let here = OrderNumbers::new();
    let others: Vec<_> = (0..2)
        .map(|_| {
            let there = here.clone();
            thread::spawn(move || there.next())
        })
        .collect();
    let mut numbers: Vec<u64> = others.into_iter().map(|other| other.join().unwrap()).collect();
    numbers.push(here.next());
    numbers.sort();
    assert_eq!(numbers, [1, 2, 3], "two threads took a number each, and then the main thread took one");
    assert_eq!(here.last(), 3, "three numbers were given out, so the last one is 3");
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
