// Counting is not what is explored here, so the counters are `core`'s own.
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::collections::BTreeSet;
use std::sync::{Arc, Barrier};
use std::thread;

use if_let_else::{Pool, BATCH};
use interleave::{histories, like_the_model};

/// A buffer, which cannot be copied.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Buffer(u32);

/// A card that numbers its buffers, and its pool.
struct Card {
    pool: Pool<Buffer>,
    mapped: Arc<AtomicU32>,
}

impl Card {
    /// `before` is called each time before the card maps a buffer, with the buffer's number.
    fn new(before: impl Fn(u32) + Send + Sync + 'static) -> Arc<Self> {
        let mapped = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&mapped);
        let pool = Pool::new(move || {
            let number = count.fetch_add(1, SeqCst);
            before(number);
            Buffer(number)
        });
        Arc::new(Self { pool, mapped })
    }

    fn mapped(&self) -> usize {
        self.mapped.load(SeqCst) as usize
    }

    fn take_some(&self, number: usize) -> Vec<Buffer> {
        (0..number).map(|_| self.pool.take()).collect()
    }
}

/// Fails if one buffer is in two hands, or if a buffer is neither free nor taken.
#[track_caller]
fn each_buffer_is_in_one_place(card: &Card, taken: &[Buffer]) {
    let different: BTreeSet<_> = taken.iter().collect();
    assert_eq!(
        different.len(),
        taken.len(),
        "two callers have the same buffer (right: how many were taken): {taken:?}"
    );
    let (mapped, free) = (card.mapped(), card.pool.free());
    assert_eq!(
        free + taken.len(),
        mapped,
        "{mapped} buffers are mapped and {} are taken, so the others are free; `free` returned {free}",
        taken.len()
    );
}

/// Runs `other` on another thread and `own` on this one.
fn both<A: Send + 'static, B>(
    card: &Arc<Card>,
    other: impl FnOnce(&Card) -> A + Send + 'static,
    own: impl FnOnce(&Card) -> B,
) -> (A, B) {
    let theirs = Arc::clone(card);
    let other = thread::spawn(move || other(&theirs));
    let own = own(card);
    (other.join().unwrap(), own)
}

#[interleave::test]
fn a_pool_without_a_free_buffer_maps_some() {
    let card = Card::new(|_| {});
    assert_eq!(card.pool.free(), 0, "a new pool has no buffers");
    let taken = [card.pool.take()];
    assert_eq!(card.mapped(), BATCH, "no buffer was free, so the card maps `BATCH` of them (left: how many it mapped)");
    each_buffer_is_in_one_place(&card, &taken);
}

#[interleave::test(real_only)]
fn buffers_are_taken_and_given_back_in_any_order() {
    #[derive(Debug)]
    enum Op {
        Take,
        Give,
    }
    /// How many buffers the model has.
    #[derive(Default)]
    struct Model {
        mapped: usize,
        free: usize,
    }
    histories(
        |draws| if draws.below(3) == 0 { Op::Give } else { Op::Take },
        || (Card::new(|_| {}), Vec::new(), Model::default()),
        |(card, taken, model), op| {
            match op {
                Op::Take => {
                    if model.free == 0 {
                        (model.mapped, model.free) = (model.mapped + BATCH, BATCH);
                    }
                    model.free -= 1;
                    taken.push(card.pool.take());
                }
                Op::Give if taken.is_empty() => {}
                Op::Give => {
                    model.free += 1;
                    card.pool.give(taken.remove(0));
                }
            }
            like_the_model(card.pool.free(), model.free)?;
            like_the_model(card.mapped(), model.mapped)?;
            like_the_model(taken.iter().collect::<BTreeSet<_>>().len(), taken.len())
        },
    );
}

#[interleave::test(real_only)]
fn any_number_of_buffers_is_taken_and_kept() {
    let card = Card::new(|_| {});
    let taken = card.take_some(3_000);
    each_buffer_is_in_one_place(&card, &taken);
    taken.into_iter().for_each(|buffer| card.pool.give(buffer));
    each_buffer_is_in_one_place(&card, &[]);
    let again = card.take_some(3_000);
    assert_eq!(card.mapped(), 3_000, "3,000 buffers were given back and taken again (left: how many are mapped)");
    each_buffer_is_in_one_place(&card, &again);
}

#[interleave::test]
fn others_use_the_pool_while_the_card_maps() {
    let maps = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&maps);
    // While it maps each buffer of the second batch, the card waits until the other thread is done.
    let card = Card::new(move |number| {
        if (BATCH..2 * BATCH).contains(&(number as usize)) {
            theirs.wait();
            theirs.wait();
        }
    });
    let mut taken = card.take_some(BATCH);
    let given = taken.remove(0);
    let number = given.0;
    let (theirs, own) = both(
        &card,
        move |card| {
            maps.wait();
            card.pool.give(given);
            let free = card.pool.free();
            let taken = card.pool.take();
            maps.wait();
            for _ in 1..BATCH {
                maps.wait();
                card.pool.free();
                maps.wait();
            }
            (free, taken)
        },
        |card| card.pool.take(),
    );
    let (free, theirs) = theirs;
    assert_eq!(free, 1, "while the card mapped new buffers, another thread gave one back (left: how many were free)");
    assert_eq!(theirs, Buffer(number), "one buffer was free, so `take` returns that one");
    taken.extend([own, theirs]);
    each_buffer_is_in_one_place(&card, &taken);
}

#[interleave::test]
fn a_free_buffer_is_found_while_others_use_the_pool() {
    let card = Card::new(|_| {});
    let mut taken = vec![card.pool.take()];
    let (theirs, own) = both(&card, |card| card.pool.take(), |card| (card.pool.free(), card.pool.take()));
    let (free, own) = own;
    assert!(
        free == BATCH - 1 || free == BATCH - 2,
        "another thread took one of {} free buffers, and meanwhile `free` returned {free}",
        BATCH - 1
    );
    assert_eq!(card.mapped(), BATCH, "enough buffers were free for both threads (left: how many are mapped)");
    taken.extend([theirs, own]);
    each_buffer_is_in_one_place(&card, &taken);
}

#[interleave::test]
fn no_buffer_is_lost_when_two_threads_give_back() {
    let card = Card::new(|_| {});
    let mut taken = card.take_some(BATCH);
    let theirs = taken.remove(0);
    let own = taken.remove(0);
    both(&card, |card| card.pool.give(theirs), |card| card.pool.give(own));
    each_buffer_is_in_one_place(&card, &taken);
}

#[interleave::test]
fn two_threads_at_an_empty_pool_get_different_buffers() {
    let card = Card::new(|_| {});
    // The other thread takes as many buffers as this one may have mapped.
    let (mut taken, own) = both(&card, |card| card.take_some(BATCH), |card| card.pool.take());
    taken.push(own);
    each_buffer_is_in_one_place(&card, &taken);
}

#[interleave::test]
fn two_threads_share_the_last_free_buffer_and_a_new_one() {
    let card = Card::new(|_| {});
    let mut taken = card.take_some(BATCH - 1);
    let (theirs, own) = both(&card, |card| card.pool.take(), |card| card.pool.take());
    assert_eq!(card.mapped(), 2 * BATCH, "one of two threads found no free buffer (left: how many are mapped)");
    taken.extend([theirs, own]);
    each_buffer_is_in_one_place(&card, &taken);
}

#[interleave::test]
fn one_card_may_need_a_buffer_of_another_one() {
    let there = Card::new(|_| {});
    let theirs = Arc::clone(&there);
    let here = Card::new(move |_| {
        theirs.pool.take();
    });
    let taken = here.take_some(1);
    each_buffer_is_in_one_place(&here, &taken);
    assert_eq!(
        there.mapped(),
        BATCH,
        "`BATCH` buffers were mapped here, and each of them needed one of the other card"
    );
}
