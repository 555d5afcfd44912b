use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

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

#[interleave::test]
fn every_call_counts_however_many_there_are() {
    let warehouse = Warehouse::new();
    let mut model = BTreeMap::from([("screws", 0), ("nails", 0)]);
    // The multiplier is Knuth's; its low bits are not random.
    let mut random = 1_u64;
    for call in 0..200 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let item = if random >> 63 == 0 { "screws" } else { "nails" };
        let pieces = (random >> 33) as u32 % 20;
        let there = model.get_mut(item).unwrap();
        if random >> 62 & 1 == 0 {
            warehouse.store(item, pieces);
            *there += pieces;
        } else if *there > 0 {
            let took = warehouse.take(item, pieces);
            assert_eq!(
                took,
                pieces <= *there,
                "call {call} took {pieces} {item} of {there} (left: what `take` returned)"
            );
            *there -= if took { pieces } else { 0 };
        }
        for (&item, &there) in &model {
            assert_eq!(warehouse.count(item), there, "after call {call}, `count` of {item} (left) should be {there}");
        }
    }
    let large = Warehouse::new();
    large.store("grains", u32::MAX);
    assert!(large.take("grains", u32::MAX - 1), "all but one of the most pieces that there can be");
    assert_eq!(large.count("grains"), 1, "one grain is left");
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
