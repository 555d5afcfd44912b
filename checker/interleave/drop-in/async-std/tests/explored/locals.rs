//! Task-local values.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use async_std::prelude::*;
use async_std::task::{self, spawn, yield_now};
use interleave::engine::Exploration;

use crate::mistakes::explore;

/// Counts how often it is dropped.
#[derive(Default)]
struct Noisy(Cell<Option<Arc<AtomicUsize>>>);

impl Drop for Noisy {
    fn drop(&mut self) {
        if let Some(drops) = self.0.take() {
            drops.fetch_add(1, SeqCst);
        }
    }
}

task_local! {
    static COUNT: Cell<u32> = Cell::new(1);
    static NOISY: Noisy = Noisy::default();
}

#[test]
fn each_task_has_its_own_values() {
    explore(|| async {
        COUNT.with(|count| count.set(10));
        let add = async |n| {
            for _ in 0..n {
                COUNT.with(|count| count.set(count.get() + 1));
                yield_now().await;
            }
            COUNT.with(Cell::get)
        };
        let (first, second) = (spawn(async move { add(2).await }), spawn(async move { add(3).await }));
        assert_eq!((first.await, second.await, add(1).await), (3, 4, 11));
        assert_eq!(task::block_on(async { COUNT.with(Cell::get) }), 1, "`block_on` is a task of its own");
        assert_eq!(COUNT.with(Cell::get), 11);
    })
    .expect("nothing is wrong");
}

#[test]
fn values_are_dropped_with_their_task() {
    explore(|| async {
        let drops = Arc::new(AtomicUsize::new(0));
        let own = Arc::clone(&drops);
        spawn(async move { NOISY.with(|noisy| noisy.0.set(Some(own))) }).await;
        assert_eq!(drops.load(SeqCst), 1);
    })
    .expect("nothing is wrong");
}

#[test]
fn there_are_no_values_outside_a_task() {
    let finding = Exploration::new(env!("CARGO_MANIFEST_DIR")).run(|| {
        assert!(COUNT.try_with(Cell::get).is_err());
        assert!(task::try_current().is_none());
    });
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
}
