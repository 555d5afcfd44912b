//! How shards are called.

use dashmap::{DashMap, DashSet};
use trace::timeline;

use super::exploring::explore;

/// The picture of a deadlock.
fn picture(body: impl Fn() + Send + Sync + 'static) -> String {
    timeline::draw(&explore(body).expect_err("it waits for itself"), 200)
}

#[derive(Default)]
struct Hotel {
    rooms: DashMap<u32, u32>,
    guests: DashSet<u32>,
}

#[test]
fn maps_have_the_names_of_their_fields() {
    let picture = picture(|| {
        let hotel = Hotel::default();
        hotel.rooms.insert(1, 1);
        hotel.guests.insert(1);
        let _guest = hotel.guests.get(&1);
        let _room = hotel.rooms.get(&1);
        hotel.rooms.insert(1, 2);
    });
    assert!(picture.contains("holds a reference into shard"), "{picture}");
    assert!(picture.contains("of `guests` and a reference into shard"), "{picture}");
    assert!(picture.contains("of `rooms` and waits to write shard"), "{picture}");
    assert!(picture.contains("of `rooms`, which it holds itself"), "{picture}");
}

#[test]
fn maps_with_the_same_name_are_numbered_and_their_shards_are_not() {
    let picture = picture(|| {
        let floor = || {
            let rooms = DashMap::with_shard_amount(2);
            for key in 0..8 {
                rooms.insert(key, key);
            }
            rooms
        };
        let (first, second) = (floor(), floor());
        let _kept = first.get(&1);
        let _mine = second.get_mut(&1);
        second.contains_key(&1);
    });
    assert!(picture.contains("of `rooms #1` and a mutable reference into shard"), "{picture}");
    assert!(picture.contains("of `rooms #2`, which it holds itself"), "{picture}");
    assert!(!picture.contains("#3"), "{picture}");
}

#[test]
fn a_map_made_by_a_library_has_the_name_of_its_first_use() {
    let picture = picture(|| {
        let rooms: DashMap<u32, u32> = [(1, 1)].into_iter().collect();
        let _kept = rooms.get(&1);
        rooms.remove(&1);
    });
    assert!(picture.contains("of `rooms`, which it holds itself"), "{picture}");
}
