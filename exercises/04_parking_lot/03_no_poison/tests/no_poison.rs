use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;
use std::thread;

use no_poison::{PriceList, Prices};

const BEFORE: [(&str, u64); 3] = [("bread", 4), ("cheese", 9), ("wine", 12)];
const DOUBLED: [(&str, u64); 3] = [("bread", 8), ("cheese", 18), ("wine", 24)];

/// What `snapshot` returns if these are the prices.
fn prices(each: [(&'static str, u64); 3]) -> Prices {
    Prices { sum: each.iter().map(|(_, price)| price).sum(), each: each.into() }
}

/// What the panic of a rule carries: the number of the call at which it panicked.
#[derive(Debug, PartialEq)]
struct OnPurpose(u32);

/// Changes `list` by `rule`, which panics at call number `broken`, counted from 1. Returns the payload of the panic that
/// the caller of `change` got, if it got one.
fn change_with_a_panic_at(
    broken: u32,
    list: &PriceList,
    rule: impl Fn(&str, u64) -> u64,
) -> Result<(), Box<dyn Any + Send>> {
    let mut calls = 0;
    let change = AssertUnwindSafe(|| {
        list.change(|name, price| {
            calls += 1;
            if calls == broken {
                panic_any(OnPurpose(broken));
            }
            rule(name, price)
        });
    });
    catch_unwind(change)
}

#[interleave::test]
fn a_change_gives_every_article_its_new_price() {
    let list = PriceList::new(BEFORE);
    list.change(|_, price| price * 2);
    assert_eq!(list.snapshot(), prices(DOUBLED), "left: the list after doubling every price");
}

#[interleave::test]
fn a_change_that_fails_changes_nothing() {
    for broken in 1..=3 {
        let list = PriceList::new(BEFORE);
        let _ = change_with_a_panic_at(broken, &list, |_, price| price * 2);
        assert_eq!(
            list.snapshot(),
            prices(BEFORE),
            "the rule panicked at call no. {broken}; left: the list now, right: the list before the change. \
             A panic unlocks the mutex and leaves behind what was written until then",
        );
    }
}

#[interleave::test]
fn a_rule_may_panic_at_any_of_its_calls() {
    for broken in 1..=100 {
        let list = PriceList::new(BEFORE);
        if change_with_a_panic_at(broken, &list, |_, price| price * 2).is_ok() {
            // There was no such call.
            assert_eq!(list.snapshot(), prices(DOUBLED), "no call panicked; left: the list after doubling every price");
            return;
        }
        assert_eq!(
            list.snapshot(),
            prices(BEFORE),
            "the rule panicked at call no. {broken} of three articles; left: the list now, right: the list before",
        );
    }
    panic!("three articles were changed by one thread, and `rule` was called 100 times");
}

#[interleave::test]
fn the_caller_gets_the_panic_of_the_rule() {
    for broken in 1..=3 {
        let list = PriceList::new(BEFORE);
        match change_with_a_panic_at(broken, &list, |_, price| price * 2) {
            Ok(()) => panic!("the rule panicked at call no. {broken}, and `change` returned as if the prices were new"),
            Err(payload) => assert_eq!(
                payload.downcast_ref(),
                Some(&OnPurpose(broken)),
                "the rule panicked, and `change` panicked with something else in its place",
            ),
        }
    }
}

#[interleave::test]
fn the_list_can_be_changed_after_a_change_that_failed() {
    let list = PriceList::new(BEFORE);
    let _ = change_with_a_panic_at(2, &list, |_, price| price * 2);
    list.change(|_, price| price * 2);
    assert_eq!(list.snapshot(), prices(DOUBLED), "left: the list after a change that failed and one that doubled");
}

#[interleave::test]
fn prices_without_a_sum_change_nothing() {
    let list = PriceList::new(BEFORE);
    // Their sum is larger than any `u64`, so computing it may panic.
    let outcome = catch_unwind(AssertUnwindSafe(|| list.change(|_, _| u64::MAX)));
    if outcome.is_err() {
        assert_eq!(list.snapshot(), prices(BEFORE), "the sum overflowed; left: the list now, right: the list before");
    }
}

#[interleave::test]
fn each_change_starts_from_the_last_one() {
    let list = PriceList::new(BEFORE);
    let mut expected = prices(BEFORE);
    // Some rules panic, some make an article free, and then it gets a price again.
    for (n, broken) in [0, 0, 3, 0, 1, 2, 0, 0].into_iter().enumerate() {
        let rule = |name: &str, price: u64| if name.len() == 4 + n % 3 { 0 } else { price + n as u64 };
        if change_with_a_panic_at(broken, &list, rule).is_ok() {
            expected.each.iter_mut().for_each(|(name, price)| *price = rule(name, *price));
            expected.sum = expected.each.values().sum();
        }
        assert_eq!(list.snapshot(), expected, "left: the list after change no. {}, right: what it should be", n + 1);
    }
}

#[interleave::test]
fn a_list_may_be_empty() {
    let list = PriceList::new([]);
    list.change(|_, price| price + 1);
    assert_eq!(list.snapshot(), Prices::default(), "left: a list without articles, after a change");
    assert_eq!(PriceList::default().snapshot(), Prices::default(), "left: the default list");
}

#[interleave::test]
fn two_lists_do_not_disturb_each_other() {
    let (list, import) = (PriceList::new(BEFORE), PriceList::new(BEFORE));
    // A rule may use another list: what is locked here is not locked there.
    list.change(|name, price| {
        import.change(|_, price| price + 1);
        price + import.snapshot().each[name]
    });
    let imported = prices([("bread", 7), ("cheese", 12), ("wine", 15)]);
    assert_eq!(import.snapshot(), imported, "left: the other list, raised by 1 for each of three articles");
    let expected = prices([("bread", 9), ("cheese", 20), ("wine", 27)]);
    assert_eq!(list.snapshot(), expected, "left: the list after adding the other list's price at that moment");
}

#[interleave::test(early_deadlines)]
fn nobody_sees_half_a_change() {
    let list = Arc::new(PriceList::new(BEFORE));
    let clerk = {
        let list = Arc::clone(&list);
        thread::spawn(move || {
            list.change(|_, price| {
                thread::yield_now();
                price * 2
            });
        })
    };
    let seen = list.snapshot();
    clerk.join().unwrap();
    assert!(
        seen == prices(BEFORE) || seen == prices(DOUBLED),
        "a snapshot during a change must show the list before or after it, not {seen:?}",
    );
}

#[interleave::test(early_deadlines)]
fn two_changes_at_once_are_both_kept() {
    let list = Arc::new(PriceList::new(BEFORE));
    let clerk = {
        let list = Arc::clone(&list);
        // The sum stays the same: wine gets dearer, and cheese cheaper.
        thread::spawn(move || {
            list.change(|name, price| match name {
                "wine" => price + 1,
                "cheese" => price - 1,
                _ => price,
            });
        })
    };
    list.change(|name, price| if name == "bread" { price + 1 } else { price });
    clerk.join().unwrap();
    let expected = prices([("bread", 5), ("cheese", 8), ("wine", 13)]);
    assert_eq!(
        list.snapshot(),
        expected,
        "left: the list after one thread raised bread while another raised wine and lowered cheese"
    );
}

#[interleave::test(early_deadlines)]
fn a_change_is_kept_however_many_others_come_first() {
    let list = Arc::new(PriceList::new(BEFORE));
    let clerk = {
        let list = Arc::clone(&list);
        thread::spawn(move || {
            for _ in 0..5 {
                list.change(|name, price| if name == "wine" { price + 1 } else { price });
            }
        })
    };
    list.change(|name, price| if name == "bread" { price + 1 } else { price });
    clerk.join().unwrap();
    let expected = prices([("bread", 5), ("cheese", 9), ("wine", 17)]);
    assert_eq!(list.snapshot(), expected, "left: the list after one thread raised wine five times and another bread");
}

#[interleave::test(early_deadlines)]
fn a_change_that_fails_disturbs_no_other() {
    let list = Arc::new(PriceList::new(BEFORE));
    let clerk = {
        let list = Arc::clone(&list);
        thread::spawn(move || _ = change_with_a_panic_at(2, &list, |_, price| price * 2))
    };
    let seen = list.snapshot();
    list.change(|name, price| if name == "wine" { price + 1 } else { price });
    clerk.join().unwrap();
    assert_eq!(seen, prices(BEFORE), "left: what another thread saw while a change failed, right: the list before it");
    let expected = prices([("bread", 4), ("cheese", 9), ("wine", 13)]);
    assert_eq!(list.snapshot(), expected, "left: the list after one change failed while another raised wine");
}
