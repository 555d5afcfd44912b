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
fn what_is_taken_is_gone() {
    let warehouse = warehouse();
    assert!(warehouse.take("screws", 3), "five screws are there, so three can be taken");
    assert_eq!(warehouse.count("screws"), 2, "three of five screws were taken");
    assert!(warehouse.take("screws", 2), "two screws are left, so two can be taken");
    assert_eq!(warehouse.count("screws"), 0, "all five screws were taken");
    assert_eq!(warehouse.count("nails"), 5, "nobody took nails");
}

#[interleave::test]
fn what_is_not_there_is_not_taken() {
    let warehouse = warehouse();
    assert!(!warehouse.take("screws", 6), "five screws are not six");
    assert_eq!(warehouse.count("screws"), 5, "a refused call takes nothing");
    assert!(!warehouse.take("bolts", 1), "there never was a bolt");
}

#[interleave::test]
fn the_last_pieces_are_taken_once() {
    let warehouse = warehouse();
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.take("screws", 4))
    };
    let both = [warehouse.take("screws", 4), other.join().unwrap()];
    assert!(both[0] != both[1], "five screws are enough for one who takes four, not for two: {both:?}");
    assert_eq!(warehouse.count("screws"), 1, "four of five screws were taken");
}

#[interleave::test]
fn what_others_store_meanwhile_is_kept() {
    let warehouse = warehouse();
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || {
            warehouse.store("screws", 2);
            warehouse.store("nails", 1);
        })
    };
    assert!(warehouse.take("screws", 1), "five screws were there at least");
    other.join().unwrap();
    assert_eq!(warehouse.count("screws"), 6, "five screws, two more and one less");
    assert_eq!(warehouse.count("nails"), 6, "five nails and one more; nobody took any");
}

#[interleave::test]
fn counting_is_exact_at_every_moment() {
    let warehouse = warehouse();
    let other = {
        let warehouse = Arc::clone(&warehouse);
        thread::spawn(move || warehouse.take("screws", 3))
    };
    let counted = warehouse.count("screws");
    assert!(other.join().unwrap(), "five screws were there, so three can be taken");
    assert!(counted == 5 || counted == 2, "there were five screws, and then two; somebody counted {counted}");
}
