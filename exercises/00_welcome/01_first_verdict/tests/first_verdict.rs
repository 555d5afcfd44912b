use std::panic;

use first_verdict::Pool;

#[interleave::test]
fn free_is_size_minus_in_use() {
    let pool = Pool::new(10, 3);
    assert_eq!(pool.free(), 7, "10 connections exist and 3 are in use, so 7 are free (left: what `free` returned)");
}

#[interleave::test]
fn an_exhausted_pool_has_nothing_free() {
    let pool = Pool::new(5, 5);
    assert_eq!(pool.free(), 0, "all 5 connections are in use, so none is free (left: what `free` returned)");
}

#[interleave::test]
fn an_idle_pool_is_all_free() {
    let pool = Pool::new(4, 0);
    assert_eq!(pool.free(), 4, "none of the 4 connections is in use, so all 4 are free (left: what `free` returned)");
}

#[interleave::test]
fn free_is_right_for_every_pool() {
    // All pools exist before the first one is asked, so they must not share their numbers.
    let pools: Vec<_> =
        (0..=40).flat_map(|size| (0..=size).map(move |in_use| (size, in_use, Pool::new(size, in_use)))).collect();
    for (size, in_use, pool) in pools {
        assert_eq!(
            pool.free() + in_use,
            size,
            "with {in_use} of {size} connections in use, those that are free and those in use (left: their sum) should \
             be all that exist (right)"
        );
    }
    let largest = Pool::new(usize::MAX, 1);
    assert_eq!(largest.free(), usize::MAX - 1, "`size` and `in_use` may be any number that a `usize` can hold");
}

#[interleave::test]
fn asking_changes_nothing() {
    let pool = Pool::new(8, 3);
    let (first, second) = (pool.free(), pool.free());
    assert_eq!(first, second, "`free` was called twice and gave two answers, and nothing had happened in between");
    assert_eq!(pool.status(), "3 of 8 in use", "after two calls of `free` the status is another one (left)");
}

#[interleave::test]
fn the_status_says_how_many_are_in_use() {
    for (size, in_use) in (0..=40).flat_map(|size| (0..=size).map(move |in_use| (size, in_use))) {
        let status = Pool::new(size, in_use).status();
        assert_eq!(status, format!("{in_use} of {size} in use"), "this is the status of a pool that was not asked yet");
    }
}

#[interleave::test]
fn more_in_use_than_exist_is_refused() {
    for (size, in_use) in [(0, 1), (5, 6), (5, 40)] {
        let pool = panic::catch_unwind(|| Pool::new(size, in_use));
        assert!(pool.is_err(), "`new` accepted a pool of {size} connections with {in_use} of them in use");
    }
}
