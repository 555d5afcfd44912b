use std::sync::Arc;
use std::thread;

use read_read::{Shelf, on_smol, on_tokio, threads};

const COUNTED: &str =
    "left: what `usable` returned while pieces were carried; nine can be sold, whichever shelf they are on";

/// Ten pieces on two shelves, one of them damaged: nine can be sold.
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
    assert_eq!(
        [warehouse.usable_on(0), warehouse.usable_on(1)],
        [2, 7],
        "left: how many can be sold from each shelf after two pieces were carried from 0 to 1"
    );
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
    assert_eq!(each, [2, 7], "left: how many can be sold from each shelf after two pieces were carried from 0 to 1");
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
    assert_eq!(each, [2, 7], "left: how many can be sold from each shelf after two pieces were carried from 0 to 1");
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

#[interleave::test(early_deadlines)]
fn pieces_may_be_carried_several_times_during_a_count_on_threads() {
    let warehouse = Arc::new(threads::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || {
            for _ in 0..2 {
                warehouse.carry(0, 1, 2);
            }
        })
    };
    let usable = warehouse.usable();
    carrier.join().unwrap();
    assert_eq!(usable, 9, "{COUNTED}");
}

#[interleave::test(early_deadlines)]
fn a_shelf_is_read_before_or_after_a_carry_on_threads() {
    let warehouse = Arc::new(threads::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.carry(0, 1, 2))
    };
    let usable = warehouse.usable_on(0);
    carrier.join().unwrap();
    assert!([4, 2].contains(&usable), "two of four pieces were carried away, and `usable_on` returned {usable}");
}

#[interleave::test]
fn each_warehouse_has_its_own_shelves_on_threads() {
    let (warehouse, mut model) = (threads::Warehouse::new(shelves()), shelves());
    let other = threads::Warehouse::new((0..5).map(|n| Shelf { pieces: 7 + n, damaged: n }).collect());
    let empty = threads::Warehouse::new(vec![]);
    assert_eq!(empty.usable(), 0, "left: what can be sold from a warehouse without shelves");
    for (from, to, pieces) in [(0, 1, 4), (1, 1, 3), (1, 0, 9), (0, 0, 0), (0, 1, 5)] {
        warehouse.carry(from, to, pieces);
        model[from].pieces -= pieces;
        model[to].pieces += pieces;
        let each = [warehouse.usable_on(0), warehouse.usable_on(1)];
        let expected = [model[0].usable(), model[1].usable()];
        assert_eq!(
            each, expected,
            "left: what can be sold from each shelf after carrying {pieces} from {from} to {to}"
        );
        assert_eq!(warehouse.usable(), 9, "left: what can be sold after carrying {pieces} from {from} to {to}");
    }
    assert_eq!(
        other.usable(),
        35,
        "left: what can be sold from another warehouse, with 7 good pieces on each of 5 shelves"
    );
}

#[interleave::test(early_deadlines)]
async fn pieces_may_be_carried_several_times_during_a_count_on_tokio() {
    let warehouse = Arc::new(on_tokio::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        tokio::spawn(async move {
            for _ in 0..2 {
                warehouse.carry(0, 1, 2).await;
            }
        })
    };
    let usable = warehouse.usable().await;
    carrier.await.unwrap();
    assert_eq!(usable, 9, "{COUNTED}");
}

#[interleave::test(early_deadlines)]
async fn a_shelf_is_read_before_or_after_a_carry_on_tokio() {
    let warehouse = Arc::new(on_tokio::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        tokio::spawn(async move { warehouse.carry(0, 1, 2).await })
    };
    let usable = warehouse.usable_on(0).await;
    carrier.await.unwrap();
    assert!([4, 2].contains(&usable), "two of four pieces were carried away, and `usable_on` returned {usable}");
}

#[interleave::test]
async fn each_warehouse_has_its_own_shelves_on_tokio() {
    let (warehouse, mut model) = (on_tokio::Warehouse::new(shelves()), shelves());
    let other = on_tokio::Warehouse::new((0..5).map(|n| Shelf { pieces: 7 + n, damaged: n }).collect());
    let empty = on_tokio::Warehouse::new(vec![]);
    assert_eq!(empty.usable().await, 0, "left: what can be sold from a warehouse without shelves");
    for (from, to, pieces) in [(0, 1, 4), (1, 1, 3), (1, 0, 9), (0, 0, 0), (0, 1, 5)] {
        warehouse.carry(from, to, pieces).await;
        model[from].pieces -= pieces;
        model[to].pieces += pieces;
        let each = [warehouse.usable_on(0).await, warehouse.usable_on(1).await];
        let expected = [model[0].usable(), model[1].usable()];
        assert_eq!(
            each, expected,
            "left: what can be sold from each shelf after carrying {pieces} from {from} to {to}"
        );
        assert_eq!(warehouse.usable().await, 9, "left: what can be sold after carrying {pieces} from {from} to {to}");
    }
    assert_eq!(
        other.usable().await,
        35,
        "left: what can be sold from another warehouse, with 7 good pieces on each of 5 shelves"
    );
}

#[interleave::test(runtime = "smol", early_deadlines)]
async fn pieces_may_be_carried_several_times_during_a_count_on_smol() {
    let warehouse = Arc::new(on_smol::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        smol::spawn(async move {
            for _ in 0..2 {
                warehouse.carry(0, 1, 2).await;
            }
        })
    };
    let usable = warehouse.usable().await;
    carrier.await;
    assert_eq!(usable, 9, "{COUNTED}");
}

#[interleave::test(runtime = "smol", early_deadlines)]
async fn a_shelf_is_read_before_or_after_a_carry_on_smol() {
    let warehouse = Arc::new(on_smol::Warehouse::new(shelves()));
    let carrier = {
        let warehouse = Arc::clone(&warehouse);
        smol::spawn(async move { warehouse.carry(0, 1, 2).await })
    };
    let usable = warehouse.usable_on(0).await;
    carrier.await;
    assert!([4, 2].contains(&usable), "two of four pieces were carried away, and `usable_on` returned {usable}");
}

#[interleave::test(runtime = "smol")]
async fn each_warehouse_has_its_own_shelves_on_smol() {
    let (warehouse, mut model) = (on_smol::Warehouse::new(shelves()), shelves());
    let other = on_smol::Warehouse::new((0..5).map(|n| Shelf { pieces: 7 + n, damaged: n }).collect());
    let empty = on_smol::Warehouse::new(vec![]);
    assert_eq!(empty.usable().await, 0, "left: what can be sold from a warehouse without shelves");
    for (from, to, pieces) in [(0, 1, 4), (1, 1, 3), (1, 0, 9), (0, 0, 0), (0, 1, 5)] {
        warehouse.carry(from, to, pieces).await;
        model[from].pieces -= pieces;
        model[to].pieces += pieces;
        let each = [warehouse.usable_on(0).await, warehouse.usable_on(1).await];
        let expected = [model[0].usable(), model[1].usable()];
        assert_eq!(
            each, expected,
            "left: what can be sold from each shelf after carrying {pieces} from {from} to {to}"
        );
        assert_eq!(warehouse.usable().await, 9, "left: what can be sold after carrying {pieces} from {from} to {to}");
    }
    assert_eq!(
        other.usable().await,
        35,
        "left: what can be sold from another warehouse, with 7 good pieces on each of 5 shelves"
    );
}
