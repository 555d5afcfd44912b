//! Every operation is a scheduling point.

use dashmap::{DashMap, DashSet};

use super::exploring::explore;

#[test]
fn operations_of_maps() {
    explore(|| {
        let map = DashMap::with_shard_amount(2);
        assert_each_passes_a_point! {
            map.insert(1, 1);
            map.get(&1);
            map.get(&2);
            map.get_mut(&1);
            map.try_get(&1);
            map.try_get_mut(&1);
            map.entry(1);
            map.try_entry(1);
            map.contains_key(&1);
            map.remove(&2);
            map.remove_if(&1, |_, _| false);
            map.remove_if_mut(&1, |_, _| false);
            map.iter().next();
            map.iter_mut().next();
            map.iter().count();
            map.len();
            map.is_empty();
            map.capacity();
            map.shrink_to_fit();
            map.retain(|_, _| true);
            map.alter(&1, |_, value| value);
            map.alter_all(|_, value| value);
            map.view(&1, |_, value| *value);
            map.clone();
            map.clear();
            format!("{map:?}");
        }
        map.insert(1, 1);
        assert_each_release_passes_two_points! {
            map.get(&1);
            map.get_mut(&1);
            map.iter().next();
            map.iter_mut().next();
            map.entry(1);
            map.entry(2);
            map.get(&1).unwrap().map(|value| value);
            map.get_mut(&1).unwrap().downgrade();
        }
        let held = map.get_mut(&1).unwrap();
        assert_each_passes_a_point! {
            map.try_get(&1);
            map.try_get_mut(&1);
            map.try_entry(1);
            held.downgrade();
        }
    })
    .expect("all of them are scheduling points");
}

#[test]
fn operations_of_sets() {
    explore(|| {
        let set = DashSet::new();
        assert_each_passes_a_point! {
            set.insert(1);
            set.get(&1);
            set.contains(&1);
            set.iter().count();
            set.len();
            set.is_empty();
            set.retain(|_| true);
            set.remove_if(&1, |_| false);
            set.remove(&1);
            set.clear();
        }
    })
    .expect("all of them are scheduling points");
}
