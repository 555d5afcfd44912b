//! dashmap behaves the same in both modes: what it stores, and which of its shards are locked when.

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher};

use dashmap::mapref::entry::Entry;
use dashmap::{DashMap, DashSet};

/// Puts even numbers into the first of two shards, and odd ones into the second.
#[derive(Clone, Default)]
struct ByParity(u64);

impl Hasher for ByParity {
    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("the keys are numbers");
    }

    fn write_u32(&mut self, n: u32) {
        // The map takes the bits below the upper seven.
        self.0 = u64::from(n) << 56;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl BuildHasher for ByParity {
    type Hasher = ByParity;

    fn build_hasher(&self) -> ByParity {
        ByParity::default()
    }
}

/// Two shards: one with 0 and 2, and one with 1 and 3.
fn numbers() -> DashMap<u32, String, ByParity> {
    let map = DashMap::with_hasher_and_shard_amount(ByParity::default(), 2);
    for (n, name) in ["zero", "one", "two", "three"].into_iter().enumerate() {
        assert_eq!(map.insert(n as u32, name.to_owned()), None);
    }
    map
}

/// What can be done with each of both shards now.
fn state(map: &DashMap<u32, String, ByParity>) -> [&'static str; 2] {
    [0, 1].map(|key| {
        if map.try_get(&key).is_locked() {
            "locked"
        } else if map.try_get_mut(&key).is_locked() {
            "read"
        } else {
            "free"
        }
    })
}

#[interleave::test]
fn references_keep_their_shard_locked() {
    let map = numbers();
    assert_eq!(state(&map), ["free", "free"]);
    let zero = map.get(&0).unwrap();
    assert_eq!((zero.key(), zero.value().as_str()), (&0, "zero"));
    assert_eq!(state(&map), ["read", "free"]);
    let two = map.get(&2).unwrap();
    drop(zero);
    assert_eq!(state(&map), ["read", "free"], "another reference is left");
    drop(two);
    let mut one = map.get_mut(&1).unwrap();
    one.push('!');
    assert_eq!(state(&map), ["free", "locked"]);
    assert!(map.try_get(&3).is_locked(), "it is in the same shard");
    let one = one.downgrade();
    assert_eq!((one.as_str(), state(&map)), ("one!", ["free", "read"]));
    drop(one);
    assert!(map.get(&5).is_none() && map.get_mut(&5).is_none() && map.try_get(&5).is_absent());
    assert_eq!(state(&map), ["free", "free"], "what was not found locks nothing");
}

#[interleave::test]
fn references_to_parts_of_values_keep_the_shard_locked() {
    let map = DashMap::with_shard_amount(2);
    map.insert("a", (1, Some(2)));
    let first = map.get("a").unwrap().map(|pair| &pair.0);
    assert_eq!((*first, *first.key()), (1, "a"));
    assert!(map.try_get("a").is_present() && map.try_get_mut("a").is_locked());
    drop(first);
    let mut second = map.get_mut("a").unwrap().map(|pair| &mut pair.1).try_map(Option::as_mut).unwrap();
    *second += 1;
    assert!(map.try_get("a").is_locked());
    drop(second);
    let whole = map.get("a").unwrap().try_map(|_| None::<&u32>).unwrap_err();
    assert_eq!(*whole, (1, Some(3)));
    assert!(map.try_get_mut("a").is_locked());
}

#[interleave::test]
fn an_iterator_keeps_the_shard_locked_that_it_is_in() {
    let map = numbers();
    let mut iter = map.iter();
    assert_eq!(state(&map), ["free", "free"], "it has not begun");
    let first = iter.next().unwrap();
    assert_eq!((first.key() % 2, state(&map)), (0, ["read", "free"]));
    let second = iter.next().unwrap();
    drop(first);
    assert_eq!((second.key() % 2, state(&map)), (0, ["read", "free"]));
    drop(second);
    assert_eq!(state(&map), ["read", "free"], "it is still in that shard");
    let third = iter.next().unwrap();
    assert_eq!((third.key() % 2, state(&map)), (1, ["free", "read"]));
    drop(third);
    drop(iter.next().unwrap());
    assert!(iter.next().is_none());
    assert_eq!(state(&map), ["free", "read"], "it has ended, and exists");
    drop(iter);
    assert_eq!(state(&map), ["free", "free"]);
    let mut iter = map.iter_mut();
    iter.next().unwrap().push('!');
    assert_eq!(state(&map), ["locked", "free"]);
    let kept = iter.next().unwrap();
    drop(iter);
    assert_eq!((kept.key() % 2, state(&map)), (0, ["locked", "free"]), "one of its references is left");
}

#[interleave::test]
fn an_entry_keeps_its_shard_locked() {
    let map = numbers();
    let Entry::Vacant(vacant) = map.entry(4) else { panic!("there is no 4") };
    assert_eq!(state(&map), ["locked", "free"]);
    assert!(map.try_entry(2).is_none() && map.try_entry(5).is_some());
    drop(vacant);
    assert_eq!((map.len(), state(&map)), (4, ["free", "free"]), "an entry that is dropped inserts nothing");
    map.entry(4).or_insert_with(|| {
        assert_eq!(state(&map), ["locked", "free"], "the value is computed while the shard is locked");
        "four".to_owned()
    });
    assert_eq!(*map.entry(4).or_default(), "four");
    map.entry(4).and_modify(|value| value.push('!')).or_insert_with(|| unreachable!("it is there"));
    assert_eq!(map.entry(4).insert("4".to_owned()).value(), "4");
    let Entry::Occupied(entry) = map.entry(4) else { panic!("there is a 4") };
    assert_eq!((entry.key(), entry.get().as_str()), (&4, "4"));
    assert_eq!(entry.replace_entry("vier".to_owned()), (4, "4".to_owned()));
    let Entry::Occupied(entry) = map.entry(4) else { panic!("there is a 4") };
    assert_eq!((entry.remove_entry(), map.contains_key(&4)), ((4, "vier".to_owned()), false));
    assert!(map.entry(6).or_try_insert_with(|| Err(())).is_err());
    assert_eq!(*map.entry(6).insert_entry("six".to_owned()).get(), "six");
}

#[interleave::test]
fn closures_run_while_the_shard_is_locked() {
    let map = numbers();
    assert_eq!(map.view(&0, |_, value| (value.len(), state(&map))), Some((4, ["read", "free"])));
    assert_eq!(map.remove_if(&0, |_, _| state(&map) == ["free", "free"]), None);
    assert!(map.remove_if(&0, |_, value| value == "zero" && state(&map) == ["locked", "free"]).is_some());
    assert!(map.remove_if_mut(&2, |_, value| std::mem::take(value).is_empty()).is_none());
    assert_eq!(map.get(&2).unwrap().as_str(), "", "it was changed, and not removed");
    map.insert(0, "zero".to_owned());
    map.alter(&1, |key, value| {
        assert!(map.try_get(key).is_locked());
        value + "!"
    });
    assert_eq!(map.get(&1).unwrap().as_str(), "one!");
    let seen = Cell::new(0);
    map.retain(|key, value| {
        assert!(map.try_get(key).is_locked(), "{key} is in the shard that is locked");
        assert!(!map.try_get(&(key + 1)).is_locked(), "and no other one is");
        seen.set(seen.get() + 1);
        !value.is_empty()
    });
    assert_eq!((seen.get(), map.len(), map.contains_key(&2)), (4, 3, false));
    map.alter_all(|key, _| key.to_string());
    assert_eq!(map.get(&3).unwrap().as_str(), "3");
}

#[interleave::test]
fn the_shard_of_a_key_follows_from_its_hash() {
    let map: DashMap<u32, ()> = DashMap::with_shard_amount(8);
    (0..64).for_each(|key| assert!(map.insert(key, ()).is_none()));
    let shard = |key: u32| (map.hash_usize(&key) << 7) >> (usize::BITS - 3);
    let held = map.get(&7).unwrap();
    for key in 0..64 {
        let is_locked = map.try_get_mut(&key).is_locked();
        assert_eq!(is_locked, shard(key) == shard(7), "7 is held; {key} is in shard {}, 7 in {}", shard(key), shard(7));
    }
    drop(held);
}

#[interleave::test]
fn maps_are_collections() {
    let mut map: DashMap<&str, u32> = [("a", 1), ("b", 2)].into_iter().collect();
    map.extend([("c", 3)]);
    assert_eq!((map.insert("a", 4), map.remove("b"), map.remove("b")), (Some(1), Some(("b", 2)), None));
    assert_eq!((map.len(), map.is_empty(), map.contains_key("c")), (2, false, true));
    let copy = map.clone();
    map.clear();
    map.shrink_to_fit();
    assert_eq!((map.len(), map.capacity(), map.is_empty()), (0, 0, true));
    map.try_reserve(10).unwrap();
    assert!(map.capacity() >= 10);
    assert!(map.try_reserve(usize::MAX).is_err());
    let mut entries: Vec<_> = copy.into_iter().collect();
    entries.sort_unstable();
    assert_eq!(entries, [("a", 4), ("c", 3)]);
    let map = &DashMap::with_capacity(1);
    assert_eq!(map << (1, 2), None);
    assert_eq!((*(map >> &1), map & &1, map & &2), (2, true, false));
    *(map | &1) += 1;
    assert_eq!(format!("{map:?}"), "{1: 3}");
    assert_eq!(map - &1, Some((1, 3)));
}

#[interleave::test]
fn sets_and_views() {
    let set: DashSet<u32> = [1, 2, 3].into_iter().collect();
    assert!(!set.insert(1) && set.insert(4) && set.contains(&4));
    assert_eq!((set.remove(&4), set.remove_if(&3, |_| false), set.get(&3).as_deref()), (Some(4), None, Some(&3)));
    set.retain(|key| *key > 1);
    let mut keys: Vec<u32> = set.iter().map(|key| *key).collect();
    keys.sort_unstable();
    assert_eq!((keys, set.len(), set.is_empty()), (vec![2, 3], 2, false));
    let mut keys: Vec<u32> = set.clone().into_iter().collect();
    keys.sort_unstable();
    assert_eq!(keys, [2, 3]);
    set.clear();
    assert_eq!(set.len(), 0);
    let view = numbers().into_read_only();
    assert_eq!((view.get(&1).map(String::as_str), view.get_key_value(&9), view.len()), (Some("one"), None, 4));
    let (mut keys, lengths): (Vec<u32>, usize) = (view.keys().copied().collect(), view.values().map(String::len).sum());
    keys.sort_unstable();
    assert_eq!((keys, lengths, view.iter().count()), (vec![0, 1, 2, 3], 15, 4));
    assert_eq!(view.into_inner().len(), 4);
}

#[test]
fn a_map_has_at_least_two_shards_and_a_power_of_two() {
    for number in [0, 1, 3, 12] {
        let made = std::panic::catch_unwind(|| DashMap::<u32, u32>::with_shard_amount(number));
        assert!(made.is_err(), "a map with {number} shards");
    }
}

/// The compiler does not say that a guard is kept across an await: all of them may move to another thread.
#[interleave::test]
fn references_are_send() {
    fn assert_send<T: Send>(_: &T) {}
    let map = numbers();
    assert_send(&map);
    assert_send(&map.get(&0));
    assert_send(&map.get_mut(&0));
    assert_send(&map.entry(0));
    assert_send(&map.try_get(&0));
    let mut iter = map.iter();
    assert_send(&iter);
    assert_send(&iter.next());
    drop(iter);
    let mut iter = map.iter_mut();
    assert_send(&iter);
    assert_send(&iter.next());
}

/// Runs both, each on a thread of its own.
fn both(first: impl FnOnce() + Send, second: impl FnOnce()) {
    #[cfg(feature = "explore")]
    interleave::model::scope::scope(|scope| {
        scope.spawn(first);
        second();
    });
    #[cfg(not(feature = "explore"))]
    std::thread::scope(|scope| {
        scope.spawn(first);
        second();
    });
}

/// Lets other threads run until `condition` holds.
fn wait_until(condition: impl Fn() -> bool) {
    while !condition() {
        #[cfg(feature = "explore")]
        interleave::model::thread::yield_now();
        #[cfg(not(feature = "explore"))]
        std::thread::yield_now();
    }
}

#[interleave::test]
fn a_writer_that_waits_keeps_no_reader_out() {
    let map = numbers();
    let first = map.get(&0).unwrap();
    both(
        || assert_eq!(map.insert(0, "0".to_owned()).as_deref(), Some("zero")),
        || {
            #[cfg(not(feature = "explore"))]
            std::thread::sleep(std::time::Duration::from_millis(20)); // until the other thread waits
            let second = map.get(&0).unwrap();
            assert_eq!((first.as_str(), second.as_str()), ("zero", "zero"));
            drop((first, second));
        },
    );
    assert_eq!(map.get(&0).unwrap().as_str(), "0");
}

#[interleave::test]
fn an_iterator_keeps_a_shard_until_it_has_the_next_one() {
    let map = numbers();
    let one = map.get_mut(&1).unwrap();
    both(
        || assert_eq!(map.iter().count(), 4),
        || {
            // As long as the other thread waits for the second shard, nobody can change the first.
            wait_until(|| map.try_get_mut(&0).is_locked());
            drop(one);
        },
    );
}
