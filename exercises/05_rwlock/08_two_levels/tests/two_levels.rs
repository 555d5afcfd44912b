// How often the bank was asked is not what is explored here, so the counter is `core`'s own.
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use interleave::{HighWater, histories, like_the_model};
use two_levels::Auctions;

/// How long the bank takes to answer. Real threads do not wait so long.
const DELAY: Duration = Duration::from_millis(if cfg!(feature = "explore") { 100 } else { 5 });

/// Runs `call` on another thread.
fn spawn<R: Send + 'static>(
    house: &Arc<Auctions>,
    call: impl FnOnce(&Auctions) -> R + Send + 'static,
) -> JoinHandle<R> {
    let house = Arc::clone(house);
    thread::spawn(move || call(&house))
}

/// A house in which these auctions are running.
fn house<const N: usize>(auctions: [u32; N]) -> Arc<Auctions> {
    let house = Auctions::new();
    for id in auctions {
        assert!(house.open(id), "auction {id} was not running, and could not be opened");
    }
    Arc::new(house)
}

fn slow_bank() -> bool {
    thread::sleep(DELAY);
    true
}

fn bank() -> bool {
    true
}

/// Compares the time since `start`. Real clocks are never exact, so this looks only in explore mode, on the virtual clock.
#[track_caller]
fn took(start: Instant, expected: Duration, what: &str) {
    let took = start.elapsed();
    if cfg!(feature = "explore") {
        assert_eq!(took, expected, "{what}");
    }
}

#[interleave::test]
fn opening_an_auction_does_not_wait_for_a_bid() {
    let house = house([1]);
    let start = Instant::now();
    let bidder = spawn(&house, |house| house.bid(1, 10, slow_bank));
    thread::sleep(DELAY / 2);
    assert!(!house.open(1), "auction 1 is running, and was opened again");
    took(
        start,
        DELAY / 2,
        "an attempt to open auction 1 waited for a bid in it that had begun 50 ms before (left: when `open` returned)",
    );
    assert!(house.open(2), "auction 2 was not running, and could not be opened");
    took(
        start,
        DELAY / 2,
        "auction 2 was opened 50 ms after a bid in auction 1 had begun, and had to wait (left: when `open` returned)",
    );
    assert_eq!(house.running(), 2, "left: how many auctions are running");
    took(start, DELAY / 2, "the auctions were counted during a bid (left: when `running` returned)");
    assert!(bidder.join().unwrap(), "a bid of 10 in a new auction was covered and not taken");
}

#[interleave::test]
fn a_bid_that_waits_keeps_nobody_else_waiting() {
    let house = house([1]);
    let start = Instant::now();
    let bidder = spawn(&house, |house| house.bid(1, 10, slow_bank));
    thread::sleep(DELAY / 4);
    let next = spawn(&house, |house| house.bid(1, 20, bank));
    thread::sleep(DELAY / 4);
    assert!(house.open(2), "auction 2 was not running, and could not be opened");
    took(
        start,
        DELAY / 2,
        "one bid in auction 1 waited for another one; auction 2 was opened 50 ms after the first bid had begun, and had to \
         wait (left: when `open` returned)",
    );
    let taken = [bidder, next].map(|bidder| bidder.join().unwrap());
    if cfg!(feature = "explore") {
        assert_eq!(taken, [true, true], "a bid of 20 waited for one of 10 (left: whether they were taken)");
        took(start, DELAY, "the second of two bids waited for the first (left: when both were handled)");
    }
}

#[interleave::test]
fn closing_an_auction_does_not_wait_for_a_bid_in_another_one() {
    let house = house([1, 2]);
    let start = Instant::now();
    let bidder = spawn(&house, |house| house.bid(1, 10, slow_bank));
    thread::sleep(DELAY / 2);
    assert_eq!(house.close(2), Some(0), "auction 2 was running, and there was no bid in it");
    took(
        start,
        DELAY / 2,
        "auction 2 was closed 50 ms after a bid in auction 1 had begun, and had to wait (left: when `close` returned)",
    );
    assert!(bidder.join().unwrap(), "a bid of 10 in a new auction was covered and not taken");
}

#[interleave::test]
fn a_bid_does_not_wait_for_a_bid_in_another_auction() {
    let house = house([1, 2]);
    let start = Instant::now();
    let bidder = spawn(&house, |house| house.bid(1, 10, slow_bank));
    thread::sleep(DELAY / 4);
    // If this one waits to write, readers wait for it.
    let opener = spawn(&house, |house| house.open(3));
    thread::sleep(DELAY / 4);
    assert!(house.bid(2, 20, bank), "a bid of 20 in a new auction was covered and not taken");
    took(
        start,
        DELAY / 2,
        "there was a bid in auction 2, 50 ms after one in auction 1 had begun, and it had to wait (left: when `bid` \
         returned)",
    );
    assert!(opener.join().unwrap(), "auction 3 was not running, and could not be opened");
    assert!(bidder.join().unwrap(), "a bid of 10 in a new auction was covered and not taken");
    assert_eq!([house.close(1), house.close(2)], [Some(10), Some(20)], "left: the highest bids in auctions 1 and 2");
}

/// With a fixed number of locks, some of these auctions share one.
#[interleave::test]
fn no_other_auction_waits_for_a_bid() {
    let house = Arc::new(Auctions::new());
    for id in 0..=64 {
        assert!(house.open(id), "auction {id} was not running, and could not be opened");
    }
    let start = Instant::now();
    let bidder = spawn(&house, |house| house.bid(0, 10, slow_bank));
    thread::sleep(DELAY / 2);
    for id in 1..=64 {
        assert!(house.bid(id, 20, bank), "a bid of 20 in a new auction was covered and not taken");
        took(start, DELAY / 2, "a bid in another auction waited for a bid in auction 0 (left: when `bid` returned)");
    }
    assert!(bidder.join().unwrap(), "a bid of 10 in a new auction was covered and not taken");
}

#[interleave::test]
fn a_close_that_waits_keeps_nobody_else_waiting() {
    let house = house([1, 2]);
    let start = Instant::now();
    let bidder = spawn(&house, |house| house.bid(1, 10, slow_bank));
    thread::sleep(DELAY / 4);
    let closer = spawn(&house, |house| house.close(1));
    thread::sleep(DELAY / 4);
    assert!(house.bid(2, 20, bank), "a bid of 20 in a new auction was covered and not taken");
    assert!(house.open(3), "auction 3 was not running, and could not be opened");
    took(
        start,
        DELAY / 2,
        "auction 1 was being closed, which waits for a bid; auctions 2 and 3 had to wait for that (left: when they were \
         done)",
    );
    let (is_taken, highest) = (bidder.join().unwrap(), closer.join().unwrap());
    if cfg!(feature = "explore") {
        assert_eq!((is_taken, highest), (true, Some(10)), "left: whether the bid was taken, and what `close` returned");
        took(start, DELAY, "the auction was closed 25 ms after a bid of 100 ms had begun (left: when all was done)");
    }
}

#[interleave::test]
fn bids_in_one_auction_are_handled_one_after_the_other() {
    let (house, asking) = (house([1]), Arc::new(HighWater::new()));
    let bid = |house: &Auctions, asking: &HighWater, amount| {
        let mut asked = false;
        let is_taken = house.bid(1, amount, || {
            let _asking = asking.enter();
            thread::yield_now();
            asked = true;
            true
        });
        (asked, is_taken)
    };
    let other = {
        let asking = Arc::clone(&asking);
        spawn(&house, move |house| bid(house, &asking, 10))
    };
    let bids = [bid(&house, &asking, 20), other.join().unwrap()];
    assert_eq!(asking.highest(), 1, "two bids in one auction; left: for how many of them the bank was asked at once");
    for (asked, is_taken) in bids {
        assert_eq!(asked, is_taken, "the bank sets money aside (left: whether it did) for bids that are taken (right)");
    }
}

#[interleave::test]
fn the_highest_bid_wins() {
    let house = house([1]);
    let other = spawn(&house, |house| house.bid(1, 10, bank));
    let is_taken = house.bid(1, 20, bank);
    other.join().unwrap();
    assert!(is_taken, "there were bids of 10 and 20 in one auction, and the higher one was not taken");
    assert_eq!(house.close(1), Some(20), "left: what `close` returned after bids of 10 and 20");
}

#[interleave::test]
fn a_bid_is_taken_before_its_auction_is_closed_or_not_at_all() {
    let (house, asked) = (house([1]), Arc::new(AtomicU32::new(0)));
    let bidder = {
        let asked = Arc::clone(&asked);
        spawn(&house, move |house| house.bid(1, 10, || asked.fetch_add(1, SeqCst) == 0))
    };
    let highest = house.close(1);
    let seen = (bidder.join().unwrap(), asked.load(SeqCst), highest);
    assert!(
        seen == (true, 1, Some(10)) || seen == (false, 0, Some(0)),
        "an auction was closed while there was a bid of 10; whether it was taken, how often the bank was asked, and what \
         `close` returned: {seen:?}"
    );
    assert!(!house.bid(1, 30, bank), "the auction is closed, and a bid of 30 was taken");
}

#[interleave::test]
fn two_bids_are_taken_before_their_auction_is_closed_or_not_at_all() {
    let house = house([1]);
    let bidders = [10, 20].map(|amount| spawn(&house, move |house| house.bid(1, amount, bank)));
    let highest = house.close(1);
    let taken = bidders.map(|bidder| bidder.join().unwrap());
    let expected = if taken[1] {
        20
    } else if taken[0] {
        10
    } else {
        0
    };
    assert_eq!(
        highest,
        Some(expected),
        "an auction was closed while there were bids of 10 and 20, which were taken: {taken:?}; left: what `close` \
         returned"
    );
}

#[interleave::test]
fn a_late_bid_is_not_taken_by_the_next_auction_of_that_number() {
    let house = house([1]);
    let bidder = spawn(&house, |house| house.bid(1, 10, bank));
    let first = house.close(1);
    assert!(house.open(1), "auction 1 was closed, and could not be opened again");
    let second = house.close(1);
    let is_taken = bidder.join().unwrap();
    let seen = [first, second];
    assert!(
        match is_taken {
            true => seen == [Some(10), Some(0)] || seen == [Some(0), Some(10)],
            false => seen == [Some(0), Some(0)],
        },
        "auction 1 was closed, opened and closed while there was a bid of 10; taken: {is_taken}, closed at {seen:?}"
    );
}

#[interleave::test]
fn a_bid_that_has_to_wait_sleeps() {
    let house = house([1]);
    let mut other = None;
    let is_taken = house.bid(1, 10, || {
        other = Some(spawn(&house, |house| house.bid(1, 20, bank)));
        // A thread that tries again and again never settles.
        interleave::settle();
        true
    });
    assert!(is_taken, "a bid of 10 in a new auction was covered and not taken");
    assert!(other.unwrap().join().unwrap(), "a bid of 20 waited for one of 10, and was not taken");
}

#[interleave::test]
fn a_close_that_has_to_wait_sleeps() {
    let house = house([1]);
    let mut closer = None;
    let is_taken = house.bid(1, 10, || {
        closer = Some(spawn(&house, |house| house.close(1)));
        // A thread that tries again and again never settles.
        interleave::settle();
        true
    });
    assert!(is_taken, "a bid of 10 in a new auction was covered and not taken");
    assert_eq!(closer.unwrap().join().unwrap(), Some(10), "the auction was closed while a bid of 10 was handled");
}

#[interleave::test]
fn an_auction_is_opened_once() {
    let house = Arc::new(Auctions::new());
    let other = spawn(&house, |house| house.open(1));
    let is_new = house.open(1);
    let is_taken = house.bid(1, 10, bank);
    let opened = [is_new, other.join().unwrap()];
    assert!(opened == [true, false] || opened == [false, true], "two threads opened auction 1; they got {opened:?}");
    assert!(is_taken, "a bid of 10 in a new auction was covered and not taken");
    assert_eq!(house.close(1), Some(10), "a bid of 10 was taken while another thread tried to open the auction again");
}

#[interleave::test]
fn an_auction_is_closed_once() {
    let house = house([1]);
    let other = spawn(&house, |house| house.close(1));
    let closed = [house.close(1), other.join().unwrap()];
    assert!(
        closed == [Some(0), None] || closed == [None, Some(0)],
        "two threads closed auction 1, which had no bid; they got {closed:?}"
    );
    assert_eq!(house.running(), 0, "left: how many auctions are running");
}

#[interleave::test]
fn a_late_close_does_not_close_the_next_auction_of_that_number() {
    let house = house([1]);
    let other = spawn(&house, |house| house.close(1));
    let closed = house.close(1);
    let is_open = house.open(1);
    assert!(is_open || closed.is_none(), "this thread closed auction 1, and could not open it again");
    let late = other.join().unwrap();
    let running = house.running();
    let expected = match (closed, is_open, late) {
        // The other thread may have closed the next auction.
        (Some(0), true, Some(0)) => 0,
        (Some(0), true, None) | (None, true, Some(0)) => 1,
        (None, false, Some(0)) => 0,
        _ => panic!(
            "one thread closed auction 1 ({closed:?}) and opened it again ({is_open}); another closed it ({late:?})"
        ),
    };
    assert_eq!(
        running, expected,
        "one thread closed auction 1 ({closed:?}) and opened it again ({is_open}), and another thread closed it ({late:?}); \
         left: how many auctions are running"
    );
}

#[interleave::test]
fn the_bank_is_asked_only_for_a_higher_bid() {
    let house = house([1]);
    let asked = AtomicU32::new(0);
    let bank = || asked.fetch_add(1, SeqCst) < 10;
    assert!(house.bid(1, 10, bank), "a bid of 10 in a new auction was covered and not taken");
    for amount in [0, 9, 10] {
        assert!(!house.bid(1, amount, bank), "10 was bid, and then {amount} was taken");
    }
    assert!(!house.bid(2, 10, bank), "auction 2 is not running, and a bid in it was taken");
    assert_eq!(asked.load(SeqCst), 1, "left: how often the bank was asked; only the first bid was high enough");
    assert!(house.bid(1, 11, bank), "10 was bid, and then 11 was not taken");
}

#[interleave::test]
fn a_bid_without_cover_changes_nothing() {
    let house = house([1]);
    assert!(!house.bid(1, 1_000, || false), "the bank said no, and the bid was taken");
    assert!(house.bid(1, 10, bank), "a bid of 1,000 had no cover, and after it a bid of 10 was not taken");
    assert_eq!(house.close(1), Some(10), "left: the highest bid; 1,000 had no cover, and 10 was taken");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn auctions_are_like_a_map() {
    #[derive(Debug)]
    enum Op {
        Open(u32),
        Bid(u32, u64, bool),
        Close(u32),
    }
    histories(
        |draws| match draws.below(4) {
            0 => Op::Open(draws.below(3) as u32),
            1 => Op::Close(draws.below(3) as u32),
            _ => Op::Bid(draws.below(3) as u32, draws.below(5) as u64, draws.below(4) > 0),
        },
        || (Auctions::new(), BTreeMap::new()),
        |(house, model), op| {
            match op {
                Op::Open(id) => {
                    let is_new = !model.contains_key(&id);
                    model.entry(id).or_insert(0);
                    like_the_model(house.open(id), is_new)?;
                }
                Op::Bid(id, amount, is_covered) => {
                    let is_taken = is_covered && model.get(&id).is_some_and(|highest| *highest < amount);
                    if is_taken {
                        model.insert(id, amount);
                    }
                    like_the_model(house.bid(id, amount, || is_covered), is_taken)?;
                }
                Op::Close(id) => like_the_model(house.close(id), model.remove(&id))?,
            }
            like_the_model(house.running(), model.len())
        },
    );
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn there_may_be_any_number_of_auctions() {
    let house = Auctions::new();
    for id in 0..300 {
        assert!(house.open(id), "auction {id} was not running, and could not be opened");
        assert!(house.bid(id, u64::from(id) + 1, bank), "the first bid in auction {id} was not taken");
    }
    assert_eq!(house.running(), 300, "left: how many auctions are running");
    for id in 0..300 {
        assert_eq!(house.close(id), Some(u64::from(id) + 1), "left: the highest bid in auction {id}");
    }
    assert_eq!(house.running(), 0, "left: how many auctions are running");
}

#[interleave::test]
fn each_house_has_its_own_auctions() {
    let (here, there) = (house([1]), Auctions::new());
    assert_eq!(there.running(), 0, "left: how many auctions are running in another house");
    // The bank of one house may use the other one.
    let is_taken = here.bid(1, 10, || there.open(1) && there.bid(1, 5, bank));
    assert!(is_taken, "a bid in one house opened an auction in the other");
    assert_eq!(
        [here.close(1), there.close(1)],
        [Some(10), Some(5)],
        "left: the highest bids in auction 1 of two houses"
    );
}
