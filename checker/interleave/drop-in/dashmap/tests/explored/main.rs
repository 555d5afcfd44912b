//! Exploring dashmap's shards: which bugs it finds, and which programs pass.
#![cfg(feature = "explore")]

#[path = "../../../exploring.rs"]
#[macro_use]
mod exploring;
mod names;
mod points;
mod soundness;

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use dashmap::DashMap;
use exploring::{both, can_be, explore, sleep_until};
use trace::{FailureKind, timeline};

#[test]
fn references_into_two_shards_deadlock_and_the_picture_names_them() {
    let failure = explore(|| {
        let rooms = DashMap::with_shard_amount(2);
        let (lobby, kitchen) = (keys().0, keys().1);
        rooms.insert(lobby, 1);
        rooms.insert(kitchen, 1);
        both(
            || {
                let here = rooms.get(&lobby).unwrap();
                rooms.insert(kitchen, *here);
            },
            || {
                let here = rooms.get(&kitchen).unwrap();
                rooms.insert(lobby, *here);
            },
        );
    });
    let failure = failure.expect_err("the two orders meet in some schedule");
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let picture = timeline::draw(&failure, 200);
    for part in [
        "main holds a reference into shard 1 of `rooms` and waits to write shard 0 of `rooms`",
        "thread 1 holds a reference into shard 0 of `rooms` and waits to write shard 1 of `rooms`",
        "reads shard 0 of `rooms`",
    ] {
        assert!(picture.contains(part), "{part} is missing in\n{picture}");
    }
}

/// A key of the first of two shards, and one of the second.
fn keys() -> (u32, u32) {
    let map: DashMap<u32, ()> = DashMap::with_shard_amount(2);
    let in_shard = |shard: usize| (0..).find(|key| map.hash_usize(key) << 7 >> (usize::BITS - 1) == shard).unwrap();
    (in_shard(0), in_shard(1))
}

#[test]
fn acting_on_an_outdated_look_is_found_and_an_entry_is_right() {
    let computed_once = |by_entry: bool| {
        move || {
            let map = DashMap::new();
            let computed = AtomicU32::new(0);
            let compute = || computed.fetch_add(1, SeqCst);
            let look = || {
                if by_entry {
                    map.entry("key").or_insert_with(compute);
                } else if !map.contains_key("key") {
                    map.insert("key", compute());
                }
            };
            both(look, look);
            assert_eq!(computed.into_inner(), 1, "it was computed twice");
        }
    };
    let failure = explore(computed_once(false)).expect_err("both see nothing in some schedule");
    assert!(failure.message.contains("it was computed twice"), "{}", failure.message);
    explore(computed_once(true)).expect("nothing is wrong");
}

#[test]
fn a_writer_that_waits_keeps_no_reader_out() {
    explore(|| {
        let map = DashMap::new();
        map.insert("key", 1);
        both(
            || {
                map.insert("key", 2);
            },
            || {
                let first = map.get("key").unwrap();
                sleep_until(1);
                assert_eq!(map.iter().count(), 1, "it reads the shard again");
                assert_eq!(*first, *map.get("key").unwrap());
            },
        );
    })
    .expect("a reader may read again");
}

#[test]
fn readers_and_a_writer_that_wait_come_in_any_order() {
    for order in [[1, 1], [1, 2], [2, 2]] {
        assert!(
            can_be(move || {
                let map = DashMap::new();
                map.insert("key", 1);
                let seen = std::sync::Mutex::new(Vec::new());
                let held = map.get_mut("key").unwrap();
                interleave::model::scope::scope(|scope| {
                    for _ in 0..2 {
                        scope.spawn(|| {
                            let value = *map.get("key").unwrap();
                            seen.lock().unwrap().push(value);
                        });
                    }
                    scope.spawn(|| {
                        map.insert("key", 2);
                    });
                    sleep_until(1);
                    drop(held);
                });
                let mut seen = seen.into_inner().unwrap();
                seen.sort_unstable();
                seen == order
            }),
            "what two readers see, of which {order:?} is possible"
        );
    }
}

#[test]
fn a_correct_program_passes_every_schedule() {
    explore(|| {
        let map = DashMap::new();
        let add = || *map.entry("key").or_insert(0) += 1;
        both(add, add);
        let alter = || map.alter("key", |_, value| value + 1);
        both(alter, alter);
        assert_eq!((map.len(), *map.get("key").unwrap()), (1, 4));
    })
    .expect("nothing is wrong");
}

#[test]
fn a_schedule_can_end_while_a_closure_runs_under_the_lock() {
    let failure = explore(|| {
        let map = DashMap::new();
        map.insert("key", 1);
        map.alter("key", |key, value| value + map.get(key).map_or(0, |value| *value));
    });
    assert_eq!(failure.expect_err("the shard is locked").kind, FailureKind::Deadlock);
    let failure = explore(|| {
        let map = DashMap::new();
        map.insert("key", 1);
        map.retain(|key, _| map.contains_key(key));
    });
    assert_eq!(failure.expect_err("the shard is locked").kind, FailureKind::Deadlock);
}
