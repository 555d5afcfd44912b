//! The map of a test.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use interleave::engine::Exploration;
use trace::map::{Extent, Map, Outcome, Tree};

use super::abba;

fn map(body: impl Fn() + Send + Sync + 'static) -> Map {
    Exploration::new(env!("CARGO_MANIFEST_DIR")).map(body).expect("its steps are all known")
}

/// Would catch: equivalent schedules that do not share their states.
#[test]
fn two_updates_have_two_orders_whether_or_not_a_join_waits() {
    let map = map(|| {
        let count = Arc::new(AtomicU32::new(0));
        let other = Arc::clone(&count);
        let thread = thread::spawn(move || other.fetch_add(1, SeqCst));
        count.fetch_add(1, SeqCst);
        thread.join().unwrap();
    });
    assert_eq!(Tree::new(&map).summary, "2 interleavings: all pass");
    assert_eq!(map.extent, Extent::Whole);
}

/// Would catch: a state reported as lost too early or too late.
#[test]
fn a_deadlock_is_sealed_as_soon_as_each_thread_has_one_lock() {
    let map = map(abba);
    let tree = Tree::new(&map);
    assert_eq!(tree.summary, "9 interleavings: 8 pass, 1 ends in a deadlock");
    let fails = |row: &&trace::map::Row| row.outcome == Outcome::Fails("deadlock".into());
    let lost: Vec<&str> = tree.rows.iter().filter(fails).map(|row| row.words.as_str()).collect();
    assert_eq!(lost, ["thread 1 locks `b`", "main locks `a`"]);
    let fates = map.fates();
    assert!(!fates[0].is_sealed() && !fates[0].is_safe());
}

/// Would catch: an assertion that fails in some orders, drawn as if it held.
#[test]
fn an_assertion_fails_in_the_orders_that_break_it() {
    let map = map(|| {
        let count = Arc::new(Mutex::new(0));
        let other = Arc::clone(&count);
        let thread = thread::spawn(move || *other.lock().unwrap() += 1);
        assert_eq!(*count.lock().unwrap(), 0, "the other thread was first");
        thread.join().unwrap();
    });
    let summary = Tree::new(&map).summary;
    assert!(summary.contains("pass") && summary.contains("panic"), "{summary}");
}

/// Would catch: a way treated as explored although it depends on something that the map does not see.
#[test]
fn a_test_that_polls_the_clock_has_no_map() {
    let map = Exploration::new(".").map(|| {
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(1) {
            thread::yield_now();
        }
    });
    assert_eq!(map, None);
}
