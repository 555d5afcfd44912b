use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use interleave::{histories, like_the_model};
use self_call::Warehouse;

/// A warehouse with five screws and five nails.
fn warehouse() -> Arc<Warehouse> {
    let warehouse = Warehouse::new();
    warehouse.store("screws", 5);
    warehouse.store("nails", 5);
    Arc::new(warehouse)
}

#[interleave::test]
fn taken_pieces_are_gone() {
    let warehouse = warehouse();
    assert!(warehouse.take("screws", 3), "five screws are there, so three can be taken");
    assert_eq!(warehouse.count("screws"), 2, "three of five screws were taken");
    assert!(warehouse.take("screws", 2), "two screws are left, so two can be taken");
    assert_eq!(warehouse.count("screws"), 0, "all five screws were taken");
    assert_eq!(warehouse.count("nails"), 5, "no nail was taken");
}

#[interleave::test]
fn more_than_there_are_is_refused() {
    let warehouse = warehouse();
    assert!(!warehouse.take("screws", 6), "five screws are there, and `take` took six");
    assert_eq!(warehouse.count("screws"), 5, "a refused `take` should take nothing");
    assert!(!warehouse.take("bolts", 1), "there never was a bolt, and `take` took one");
    assert_eq!(warehouse.count("bolts"), 0, "there never was a bolt");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn every_call_counts_however_many_there_are() {
    #[derive(Debug)]
    enum Op {
        Store(&'static str, u32),
        Take(&'static str, u32),
    }
    const ITEMS: [&str; 2] = ["screws", "nails"];
    histories(
        |draws| {
            let item = ITEMS[draws.below(2)];
            match draws.below(2) {
                0 => Op::Store(item, draws.below(20) as u32),
                _ => Op::Take(item, 1 + draws.below(20) as u32),
            }
        },
        || (Warehouse::new(), BTreeMap::new()),
        |(warehouse, model), op| {
            match op {
                Op::Store(item, pieces) => {
                    warehouse.store(item, pieces);
                    *model.entry(item).or_default() += pieces;
                }
                Op::Take(item, wanted) => {
                    let there: &mut u32 = model.entry(item).or_default();
                    let enough = wanted <= *there;
                    like_the_model(warehouse.take(item, wanted), enough)?;
                    *there -= if enough { wanted } else { 0 };
                }
            }
            for item in ITEMS {
                like_the_model(warehouse.count(item), model.get(item).copied().unwrap_or(0))?;
            }
            Ok(())
        },
    );
}

#[interleave::test(real_only)]
fn there_may_be_any_number_of_items() {
    let warehouse = Warehouse::new();
    let items: Vec<String> = (0..300).map(|size| format!("screws of {size} mm")).collect();
    for (item, pieces) in items.iter().zip(1..) {
        warehouse.store(item, pieces);
    }
    for (item, pieces) in items.iter().zip(1..) {
        assert_eq!(warehouse.count(item), pieces, "so many pieces of the item {item:?} were stored, among 300 items");
    }
}

#[interleave::test]
fn there_may_be_as_many_pieces_as_a_u32_can_count() {
    let warehouse = Warehouse::new();
    warehouse.store("grains", u32::MAX);
    assert!(warehouse.take("grains", u32::MAX - 1), "so many grains were stored, and one more");
    assert_eq!(warehouse.count("grains"), 1, "all grains but one were taken");
}

#[interleave::test]
fn the_last_pieces_are_taken_once() {
    let warehouse = warehouse();
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.take("screws", 4))
    };
    let both = [warehouse.take("screws", 4), other.join().unwrap()];
    assert!(
        both[0] != both[1],
        "five screws are enough for one `take` of four, not for two and not for none: {both:?}"
    );
    assert_eq!(warehouse.count("screws"), 1, "four of five screws were taken");
}

#[interleave::test]
fn two_takes_that_fit_both_succeed() {
    let warehouse = warehouse();
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.take("screws", 2))
    };
    let both = [warehouse.take("screws", 3), other.join().unwrap()];
    assert_eq!(both, [true, true], "five screws are enough for three and two, and one `take` was refused");
    assert_eq!(warehouse.count("screws"), 0, "all five screws were taken");
}

#[interleave::test]
fn what_others_do_meanwhile_is_kept() {
    let warehouse = warehouse();
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || {
            warehouse.store("screws", 2);
            assert!(warehouse.take("nails", 1), "five nails are there, so one can be taken");
        })
    };
    assert!(warehouse.take("screws", 1), "at least five screws were there");
    other.join().unwrap();
    assert_eq!(warehouse.count("screws"), 6, "five screws, two stored and one taken");
    assert_eq!(warehouse.count("nails"), 4, "five nails, one taken");
}

#[interleave::test]
fn a_busy_warehouse_refuses_nothing() {
    let warehouse = warehouse();
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || (0..6).for_each(|_| warehouse.store("screws", 1)))
    };
    let took = warehouse.take("screws", 5);
    other.join().unwrap();
    assert!(took, "five screws were there, and one after the other was stored meanwhile; a `take` of five was refused");
    assert_eq!(warehouse.count("screws"), 6, "five screws, six stored and five taken");
}

#[interleave::test]
fn count_is_exact_at_every_moment() {
    let warehouse = warehouse();
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.take("screws", 3))
    };
    let counted = warehouse.count("screws");
    assert!(other.join().unwrap(), "five screws were there, so three can be taken");
    assert!(counted == 5 || counted == 2, "there were five screws, and then two; `count` returned {counted}");
}

#[interleave::test]
fn a_refused_take_changes_nothing_at_any_moment() {
    let warehouse = warehouse();
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.take("screws", 6))
    };
    let counted = warehouse.count("screws");
    let took = warehouse.take("screws", 5);
    assert!(!other.join().unwrap(), "there never were six screws");
    assert_eq!(
        counted, 5,
        "five screws were there while a `take` of six was refused, and `count` returned another number"
    );
    assert!(took, "five screws were there; a `take` of five was refused because another thread asked for six");
}

#[interleave::test]
fn each_warehouse_has_its_own_pieces() {
    let (here, there) = (warehouse(), Warehouse::new());
    assert_eq!(there.count("screws"), 0, "this warehouse is new; another one has five screws");
    assert!(!there.take("screws", 1), "a screw was taken from an empty warehouse; another one has five");
    there.store("screws", 1);
    assert_eq!(here.count("screws"), 5, "a screw was stored in another warehouse");
}
