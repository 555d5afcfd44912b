use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use abba::Shop;
use interleave::{histories, like_the_model};

/// A shop of ten pieces, three of which are reserved by order 1.
fn shop_with_an_order() -> Arc<Shop> {
    let shop = Shop::new(10);
    assert!(shop.place(1, 3), "ten pieces are in stock, so three can be reserved");
    Arc::new(shop)
}

/// Runs `other` on another thread and `own` on this one.
fn both<A: Send + 'static, B>(
    shop: &Arc<Shop>,
    other: impl FnOnce(&Shop) -> A + Send + 'static,
    own: impl FnOnce(&Shop) -> B,
) -> (A, B) {
    let theirs = Arc::clone(shop);
    let other = thread::spawn(move || other(&theirs));
    let own = own(shop);
    (other.join().unwrap(), own)
}

/// How many pieces are in stock: as many as one more order can reserve.
fn in_stock(shop: &Shop) -> u32 {
    let most = (0..=shop.pieces()).rev().find(|&pieces| shop.place(u32::MAX, pieces)).unwrap_or(0);
    shop.cancel(u32::MAX);
    most
}

#[interleave::test(early_deadlines)]
fn placing_and_cancelling_never_deadlock() {
    let shop = Arc::new(Shop::new(10));
    // One round where every interleaving is tried; thousands on real threads, which meet rarely.
    let rounds = interleave::rounds().div_ceil(5);
    let (theirs, own) = both(
        &shop,
        move |shop| (0..rounds).all(|_| shop.place(1, 3) && shop.cancel(1)),
        |shop| (0..rounds).all(|_| shop.place(2, 5) && shop.cancel(2)),
    );
    assert!(
        theirs && own,
        "ten pieces are enough for an order of three and one of five, and each order was cancelled by the thread that \
         placed it; one of these calls returned `false`"
    );
    assert_eq!(shop.pieces(), 10, "pieces go from stock to orders and back: as many as before");
}

#[interleave::test]
fn an_order_needs_pieces_in_stock_and_a_new_id() {
    let shop = shop_with_an_order();
    assert!(!shop.place(2, 8), "seven of ten pieces are in stock, and eight were reserved");
    assert!(
        shop.place(2, 4),
        "seven pieces are in stock, so four can be reserved; an order of eight was refused before"
    );
    assert!(!shop.place(1, 1), "order 1 exists, and it was placed again");
    assert!(shop.place(3, 3), "three pieces are left, so three can be reserved");
    assert!(shop.place(4, 0), "an order of no pieces needs none in stock");
    assert!(!shop.place(5, 1), "all ten pieces are reserved, and one more was");
    assert_eq!(shop.pieces(), 10, "orders reserve pieces, they use none up");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn one_thread_places_and_cancels_in_any_order() {
    #[derive(Debug)]
    enum Op {
        Place(u32, u32),
        Cancel(u32),
    }
    histories(
        |draws| {
            let id = draws.below(3) as u32;
            if draws.below(3) == 0 {
                Op::Cancel(id)
            } else {
                Op::Place(id, [0, 1, 4, 10, 11, u32::MAX][draws.below(6)])
            }
        },
        || (Shop::new(10), BTreeMap::new()),
        |(shop, model), op| {
            match op {
                Op::Place(id, pieces) => {
                    let stock = 10 - model.values().sum::<u32>();
                    let fine = pieces <= stock && !model.contains_key(&id);
                    if fine {
                        model.insert(id, pieces);
                    }
                    like_the_model(shop.place(id, pieces), fine)?;
                }
                Op::Cancel(id) => like_the_model(shop.cancel(id), model.remove(&id).is_some())?,
            }
            like_the_model(shop.pieces(), 10)
        },
    );
}

#[interleave::test(real_only)]
fn a_shop_has_as_many_orders_as_it_has_pieces() {
    let shop = Shop::new(500);
    let placed = (0..500).take_while(|&id| shop.place(id, 1)).count();
    assert_eq!(placed, 500, "500 pieces are enough for 500 orders of one; so many were placed (left)");
    assert_eq!(shop.pieces(), 500, "all 500 pieces are reserved");
    let cancelled = (0..500).take_while(|&id| shop.cancel(id)).count();
    assert_eq!(cancelled, 500, "500 orders exist, and so many were cancelled (left)");
}

#[interleave::test]
fn a_cancelled_order_gives_back_what_it_reserved() {
    let shop = shop_with_an_order();
    assert!(shop.place(2, 4), "seven pieces are in stock, so four can be reserved");
    assert_eq!(in_stock(&shop), 3, "three and four of ten pieces are reserved (left: how many are in stock)");
    assert!(shop.cancel(1), "order 1 exists, so it can be cancelled");
    assert_eq!(in_stock(&shop), 6, "only order 2 with its four of ten pieces is left (left: how many are in stock)");
    assert!(!shop.cancel(1), "order 1 was cancelled before, and it was cancelled again");
    assert!(!shop.cancel(7), "there never was an order 7, and it was cancelled");
    assert!(shop.place(1, 6), "order 1 was cancelled, so its id is free again, and six pieces are in stock");
    assert!(shop.cancel(1) && shop.cancel(2), "both orders exist, so they can be cancelled");
    assert_eq!(in_stock(&shop), 10, "all orders are cancelled, so all pieces are in stock (left: how many are)");
}

#[interleave::test(early_deadlines)]
fn no_piece_is_missing_at_any_moment() {
    let shop = shop_with_an_order();
    let (done, counted) = both(&shop, |shop| shop.cancel(1) && shop.place(2, 4), Shop::pieces);
    assert!(done, "order 1 can be cancelled, and then there is enough for order 2");
    assert_eq!(counted, 10, "a piece left one place before it was in the other, and just then `pieces` counted");
}

#[interleave::test]
fn a_cancelled_order_gives_back_its_id_and_its_pieces_together() {
    let shop = shop_with_an_order();
    let (cancelled, (again, next)) = both(&shop, |shop| shop.cancel(1), |shop| (shop.place(1, 5), shop.place(2, 5)));
    assert!(cancelled, "order 1 exists, so it can be cancelled");
    assert!(
        next,
        "an order 2 of five was refused. There is enough for it, whether order 1 has three of the ten pieces, or was \
         cancelled and placed again with five (was it? {again}): three pieces were neither in stock nor reserved"
    );
}

#[interleave::test]
fn an_order_is_cancelled_once() {
    let shop = shop_with_an_order();
    let (theirs, own) = both(&shop, |shop| shop.cancel(1), |shop| shop.cancel(1));
    assert!(
        theirs != own,
        "two threads cancelled one order, so one of them finds it and the other does not; they got {theirs} and {own}"
    );
    assert_eq!(shop.pieces(), 10, "the pieces of one order went back into stock, once");
    assert_eq!(in_stock(&shop), 10, "the only order was cancelled, so all pieces are in stock (left: how many are)");
}

#[interleave::test]
fn an_order_that_is_placed_again_gives_back_its_new_pieces() {
    let shop = shop_with_an_order();
    both(&shop, |shop| shop.cancel(1) && shop.place(1, 5), |shop| shop.cancel(1));
    assert_eq!(
        shop.pieces(),
        10,
        "order 1 was cancelled, placed again with more pieces and cancelled: with the pieces of the old order, where \
         this is not ten"
    );
    shop.cancel(1);
    assert_eq!(in_stock(&shop), 10, "no order is left, so all pieces are in stock (left: how many are)");
}

#[interleave::test]
fn an_order_is_placed_once() {
    let shop = Arc::new(Shop::new(10));
    let (theirs, own) = both(&shop, |shop| shop.place(1, 2), |shop| shop.place(1, 3));
    assert!(theirs != own, "two threads placed an order 1, so one of them is refused; they got {theirs} and {own}");
    let reserved = if own { 3 } else { 2 };
    assert_eq!(in_stock(&shop), 10 - reserved, "one order of {reserved} pieces exists (left: how many are in stock)");
}

#[interleave::test]
fn the_last_pieces_are_sold_once() {
    let shop = Arc::new(Shop::new(5));
    let (theirs, own) = both(&shop, |shop| shop.place(1, 4), |shop| shop.place(2, 4));
    assert!(theirs != own, "five pieces are enough for one order of four, not for two: they got {theirs} and {own}");
    assert_eq!(shop.pieces(), 5, "an order moves pieces, it makes none");
}

#[interleave::test]
fn a_refused_order_reserves_nothing_at_any_moment() {
    let shop = Arc::new(Shop::new(10));
    let (refused, (counted, placed)) =
        both(&shop, |shop| !shop.place(1, 11), |shop| (shop.pieces(), shop.place(2, 10)));
    assert!(refused, "there are ten pieces, and eleven were reserved");
    assert_eq!(counted, 10, "while an order was refused, `pieces` counted (left) what it had reserved meanwhile");
    assert!(placed, "ten pieces were in stock; an order of ten was refused because of another one that was refused");
}

#[interleave::test]
fn each_shop_has_its_own_stock_and_orders() {
    let (here, there) = (shop_with_an_order(), Shop::new(4));
    assert_eq!(there.pieces(), 4, "this shop was made with four pieces, another one with ten");
    assert!(!there.cancel(1), "order 1 is one of another shop");
    assert!(there.place(1, 4), "four pieces are in stock, and the order 1 of another shop is none of this one");
    assert_eq!(in_stock(&here), 7, "another shop's order reserved pieces of this one (left: how many are in stock)");
}
