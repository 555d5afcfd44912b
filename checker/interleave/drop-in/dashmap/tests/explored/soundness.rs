//! A shard never has two conflicting references, however its map is shared.

use std::sync::LazyLock;

use dashmap::DashMap;
use trace::FailureKind;

use super::exploring::{assert_refused, explore};

fn one_entry() -> DashMap<u32, u32> {
    [(1, 1)].into_iter().collect()
}

#[test]
fn two_concurrent_tests_do_not_both_have_a_reference_into_a_static_map() {
    static MAP: LazyLock<DashMap<u32, u32>> = LazyLock::new(one_entry);
    let read = |meanwhile: &dyn Fn()| {
        let _kept = MAP.get(&1);
        meanwhile();
    };
    let write = |meanwhile: &dyn Fn()| {
        let _kept = MAP.get_mut(&1);
        meanwhile();
    };
    assert_refused(read, || drop(MAP.get_mut(&1)));
    assert_refused(write, || drop(MAP.get(&1)));
    assert_refused(write, || drop(MAP.try_get(&1)));
    assert_refused(read, || drop(MAP.entry(1)));
    explore(|| drop(MAP.get_mut(&1))).expect("it is free again");
}

#[test]
fn a_reference_of_an_earlier_schedule_still_locks_its_shard() {
    static MAP: LazyLock<DashMap<u32, u32>> = LazyLock::new(one_entry);
    explore(|| std::mem::forget(MAP.get_mut(&1))).expect("nothing is wrong yet");
    let failure = explore(|| drop(MAP.get(&1))).expect_err("there would be two references");
    assert_eq!(failure.kind, FailureKind::Unsupported, "{}", failure.message);
}

#[test]
fn the_values_of_an_iterator_can_be_changed_side_by_side() {
    explore(|| {
        let map: DashMap<u32, u32> = (0..8).map(|key| (key, key)).collect();
        for shard in 0..2 {
            let all: Vec<_> = map.iter_mut().take(4 + shard).collect();
            drop(all);
        }
        let mut iter = map.iter_mut();
        let (mut first, mut second) = (iter.next().unwrap(), iter.next().unwrap());
        std::mem::swap(first.value_mut(), second.value_mut());
        drop(iter);
        assert_eq!((*first.key(), *second.key()), (*second, *first));
    })
    .expect("nothing is wrong");
}

#[test]
fn a_reference_keeps_its_entry_when_others_come_and_go() {
    explore(|| {
        let map: DashMap<u32, String> = DashMap::with_shard_amount(2);
        (0..8).for_each(|key| drop(map.insert(key, key.to_string())));
        let kept = map.get(&3).unwrap();
        super::both(
            || (8..16).for_each(|key| drop(map.insert(key, key.to_string()))),
            || {
                super::sleep_until(1);
                assert_eq!((*kept.key(), kept.value().as_str()), (3, "3"));
                drop(kept);
            },
        );
        assert_eq!(map.len(), 16);
    })
    .expect("nothing is wrong");
}
