use std::sync::Arc;
use std::thread;

use abba::Shop;

/// A shop of ten pieces, three of which are reserved by order 1.
fn shop_with_an_order() -> Arc<Shop> {
    let shop = Shop::new(10);
    assert!(shop.place(1, 3), "ten pieces are in stock, so three can be reserved");
    Arc::new(shop)
}

#[interleave::test(early_deadlines)]
fn placing_and_cancelling_never_deadlock() {
    // One round where every interleaving is tried; thousands on real threads, which meet rarely.
    let rounds = interleave::rounds();
    let shop = Arc::new(Shop::new(10 * rounds));
    assert!((0..rounds).all(|id| shop.place(id, 3)), "ten pieces a round are in stock, so three can be reserved");
    let customer = {
        let shop = Arc::clone(&shop);
        thread::spawn(move || (rounds..2 * rounds).all(|id| shop.place(id, 5)))
    };
    let cancelled = (0..rounds).all(|id| shop.cancel(id));
    let placed = customer.join().unwrap();
    assert!(cancelled, "each of these orders existed, so it can be cancelled");
    assert!(placed, "seven pieces a round were in stock at least, so five can be reserved");
    assert_eq!(shop.pieces(), 10 * rounds, "pieces go from stock to orders and back: as many as before");
}

#[interleave::test(early_deadlines)]
fn no_piece_is_missing_at_any_moment() {
    let shop = shop_with_an_order();
    let clerk = {
        let shop = Arc::clone(&shop);
        thread::spawn(move || shop.cancel(1) && shop.place(2, 4))
    };
    let counted = shop.pieces();
    assert!(clerk.join().unwrap(), "order 1 could be cancelled, and then order 2 placed");
    assert_eq!(counted, 10, "a piece left one place before it was in the other, and somebody counted just then");
}

#[interleave::test]
fn an_order_is_cancelled_once() {
    let shop = shop_with_an_order();
    let other = {
        let shop = Arc::clone(&shop);
        thread::spawn(move || shop.cancel(1))
    };
    let both = [shop.cancel(1), other.join().unwrap()];
    assert!(
        both[0] != both[1],
        "two threads cancelled the same order, so one of them finds it and one does not: {both:?}"
    );
    assert_eq!(shop.pieces(), 10, "the pieces of one order went back into stock");
}

#[interleave::test]
fn the_last_pieces_are_sold_once() {
    let shop = Arc::new(Shop::new(5));
    let other = {
        let shop = Arc::clone(&shop);
        thread::spawn(move || shop.place(1, 4))
    };
    let both = [shop.place(2, 4), other.join().unwrap()];
    assert!(both[0] != both[1], "five pieces are enough for one order of four, not for two: {both:?}");
    assert_eq!(shop.pieces(), 5, "an order moves pieces, it makes none");
}
