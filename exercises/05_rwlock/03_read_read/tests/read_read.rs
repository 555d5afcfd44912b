use std::sync::Arc;
use std::thread;

use read_read::{Shelf, on_smol, on_tokio, threads};

const COUNTED: &str =
    "nine pieces can be sold, whichever shelf they stand on; somebody counted while some were carried";

/// Ten pieces on two shelves, one of them damaged.
fn shelves() -> Vec<Shelf> {
    vec![Shelf { pieces: 4, damaged: 0 }, Shelf { pieces: 6, damaged: 1 }]
}

#[interleave::test(early_deadlines)]
fn a_count_on_threads_is_from_one_moment() {
    let warehouse = Arc::new(threads::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.carry(0, 1, 2))
    };
    let usable = warehouse.usable();
    carrier.join().unwrap();
    assert_eq!(usable, 9, "{COUNTED}");
    assert_eq!([warehouse.usable_on(0), warehouse.usable_on(1)], [2, 7], "two pieces were carried from 0 to 1");
}

#[interleave::test(early_deadlines)]
fn two_counts_on_threads_are_from_one_moment_each() {
    let warehouse = Arc::new(threads::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.carry(1, 0, 3))
    };
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.usable())
    };
    let both = [warehouse.usable(), other.join().unwrap()];
    carrier.join().unwrap();
    assert_eq!(both, [9, 9], "{COUNTED}");
}

#[interleave::test(early_deadlines)]
async fn a_count_on_tokio_is_from_one_moment() {
    let warehouse = Arc::new(on_tokio::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        tokio::spawn(async move { warehouse.carry(0, 1, 2).await })
    };
    let usable = warehouse.usable().await;
    carrier.await.unwrap();
    assert_eq!(usable, 9, "{COUNTED}");
    let each = [warehouse.usable_on(0).await, warehouse.usable_on(1).await];
    assert_eq!(each, [2, 7], "two pieces were carried from 0 to 1");
}

#[interleave::test(early_deadlines)]
async fn two_counts_on_tokio_are_from_one_moment_each() {
    let warehouse = Arc::new(on_tokio::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        tokio::spawn(async move { warehouse.carry(1, 0, 3).await })
    };
    let other = {
        let warehouse = Arc::clone(&warehouse);
        tokio::spawn(async move { warehouse.usable().await })
    };
    let both = [warehouse.usable().await, other.await.unwrap()];
    carrier.await.unwrap();
    assert_eq!(both, [9, 9], "{COUNTED}");
}

#[interleave::test(runtime = "smol", early_deadlines)]
async fn a_count_on_smol_is_from_one_moment() {
    let warehouse = Arc::new(on_smol::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        smol::spawn(async move { warehouse.carry(0, 1, 2).await })
    };
    let usable = warehouse.usable().await;
    carrier.await;
    assert_eq!(usable, 9, "{COUNTED}");
    let each = [warehouse.usable_on(0).await, warehouse.usable_on(1).await];
    assert_eq!(each, [2, 7], "two pieces were carried from 0 to 1");
}

#[interleave::test(runtime = "smol", early_deadlines)]
async fn two_counts_on_smol_are_from_one_moment_each() {
    let warehouse = Arc::new(on_smol::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        smol::spawn(async move { warehouse.carry(1, 0, 3).await })
    };
    let other = {
        let warehouse = Arc::clone(&warehouse);
        smol::spawn(async move { warehouse.usable().await })
    };
    let both = [warehouse.usable().await, other.await];
    carrier.await;
    assert_eq!(both, [9, 9], "{COUNTED}");
}
