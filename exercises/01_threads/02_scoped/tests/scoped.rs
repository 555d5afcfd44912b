use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use scoped::{Photo, develop_all};

/// Borrows its negative from the test. It is not `Clone`, and the `Cell` keeps it from being `Sync`.
struct Plain<'a> {
    negative: &'a str,
    developed: Cell<u32>,
}

impl Photo for Plain<'_> {
    fn develop(&mut self) -> usize {
        self.developed.set(self.developed.get() + 1);
        self.negative.len()
    }
}

fn film<'a>(negatives: &'a [String]) -> Vec<Plain<'a>> {
    negatives.iter().map(|negative| Plain { negative, developed: Cell::new(0) }).collect()
}

/// Takes so many seconds to develop in explore mode, where the clock moves only when every thread sleeps.
struct Slow(u64);

impl Photo for Slow {
    fn develop(&mut self) -> usize {
        if cfg!(feature = "explore") {
            thread::sleep(Duration::from_secs(self.0));
        }
        self.0 as usize
    }
}

/// Is developed when all others are being developed as well.
struct Together<'a>(&'a Barrier);

impl Photo for Together<'_> {
    fn develop(&mut self) -> usize {
        self.0.wait();
        1
    }
}

/// Panics while it is developed, where it has no negative.
struct Fragile {
    has_negative: bool,
    is_developed: bool,
}

impl Photo for Fragile {
    fn develop(&mut self) -> usize {
        assert!(self.has_negative, "a photo without a negative");
        self.is_developed = true;
        1
    }
}

#[interleave::test]
fn each_photo_is_developed_once_and_in_place() {
    let negatives = ["sea", "snow"].map(str::to_owned);
    let mut film = film(&negatives);
    develop_all(&mut film);
    let developed: Vec<u32> = film.iter().map(|photo| photo.developed.get()).collect();
    assert_eq!(developed, [1, 1], "left: how often each of two photos was developed");
}

#[interleave::test]
fn the_size_of_each_photo_comes_back() {
    let negatives: Vec<String> = (0..3).map(|length| "x".repeat(length * 7)).collect();
    let mut sizes = develop_all(&mut film(&negatives));
    sizes.sort_unstable(); // their order is the next test's
    assert_eq!(sizes, [0, 7, 14], "left: the sizes of three photos, sorted");
}

#[interleave::test]
fn the_sizes_come_back_in_the_order_of_the_photos() {
    let sizes = develop_all(&mut [Slow(2), Slow(3), Slow(1)]);
    assert_eq!(
        sizes,
        [2, 3, 1],
        "the third photo was ready first, then the first one (left: the sizes as they came back)"
    );
}

#[interleave::test]
fn three_photos_take_as_long_as_the_slowest() {
    let begun = Instant::now();
    let sizes = develop_all(&mut [Slow(10), Slow(10), Slow(10)]);
    let took = begun.elapsed();
    assert_eq!(sizes, [10; 3], "left: the sizes of three photos");
    if cfg!(feature = "explore") {
        // Only the clock of explore mode stands still while a thread runs.
        assert_eq!(
            took,
            Duration::from_secs(10),
            "three photos of ten seconds each took so long (left): they were not all developed at the same time"
        );
    }
}

#[interleave::test(real_only)]
fn two_hundred_photos_are_developed_at_the_same_time() {
    let all = Barrier::new(200);
    let mut film: Vec<_> = (0..200).map(|_| Together(&all)).collect();
    let sizes = develop_all(&mut film);
    assert_eq!(sizes, [1; 200], "each of two hundred photos waited for all others (left: their sizes)");
}

#[interleave::test]
fn a_film_without_photos_is_done_at_once() {
    assert_eq!(develop_all::<Slow>(&mut []), [0; 0], "left: the sizes of no photos");
}

#[interleave::test]
fn a_panic_reaches_the_caller_when_the_others_are_developed() {
    for (panics, which) in ["first", "second", "third"].into_iter().enumerate() {
        let mut film = [0, 1, 2].map(|index| Fragile { has_negative: index != panics, is_developed: false });
        let result = panic::catch_unwind(AssertUnwindSafe(|| develop_all(&mut film)));
        assert!(
            result.is_err(),
            "the {which} of three photos panicked, and `develop_all` returned {:?}",
            result.unwrap()
        );
        assert_eq!(
            film.map(|photo| photo.is_developed),
            [0, 1, 2].map(|index| index != panics),
            "the {which} of three photos panicked, and the others are to be developed all the same (left: which were)"
        );
    }
}
