use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use no_poison::{PriceList, Prices};

const BEFORE: [(&str, u64); 3] = [("bread", 4), ("cheese", 9), ("wine", 12)];
const DOUBLED: [(&str, u64); 3] = [("bread", 8), ("cheese", 18), ("wine", 24)];

/// What `snapshot` returns if these are the prices.
fn prices(each: [(&'static str, u64); 3]) -> Prices {
    Prices { sum: each.iter().map(|(_, price)| price).sum(), each: each.into() }
}

/// Doubles the prices, and panics at `broken`. Returns whether the caller of `change` learned of it.
fn double_with_a_panic_at(broken: &str, list: &PriceList) -> bool {
    let change = AssertUnwindSafe(|| {
        list.change(|name, price| {
            assert!(name != broken, "on purpose: no price for {name}");
            price * 2
        });
    });
    catch_unwind(change).is_err()
}

#[interleave::test]
fn a_change_gives_every_article_its_new_price() {
    let list = PriceList::new(BEFORE);
    list.change(|_, price| price * 2);
    assert_eq!(list.snapshot(), prices(DOUBLED), "left the list after all prices were doubled");
}

#[interleave::test]
fn a_change_that_fails_changes_nothing() {
    for (broken, _) in BEFORE {
        let list = PriceList::new(BEFORE);
        double_with_a_panic_at(broken, &list);
        assert_eq!(
            list.snapshot(),
            prices(BEFORE),
            "the rule panicked at `{broken}`; left what is served now, right what was served before: a panic \
             unlocks the mutex and leaves behind what was done until then",
        );
    }
}

#[interleave::test]
fn the_caller_learns_that_the_change_failed() {
    for (broken, _) in BEFORE {
        let list = PriceList::new(BEFORE);
        assert!(
            double_with_a_panic_at(broken, &list),
            "the rule panicked at `{broken}`, and `change` returned as if the prices were new",
        );
    }
}

#[interleave::test]
fn the_list_can_be_changed_after_a_change_that_failed() {
    let list = PriceList::new(BEFORE);
    double_with_a_panic_at("cheese", &list);
    list.change(|_, price| price * 2);
    assert_eq!(list.snapshot(), prices(DOUBLED), "one change failed, and then all prices were doubled, once");
}

#[interleave::test]
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
        "somebody looked while all prices were being doubled, and saw {seen:?}",
    );
}

#[interleave::test]
fn two_changes_at_once_are_both_kept() {
    let list = Arc::new(PriceList::new(BEFORE));
    let clerk = {
        let list = Arc::clone(&list);
        thread::spawn(move || list.change(|name, price| if name == "wine" { price + 1 } else { price }))
    };
    list.change(|name, price| if name == "bread" { price + 1 } else { price });
    clerk.join().unwrap();
    let expected = prices([("bread", 5), ("cheese", 9), ("wine", 13)]);
    assert_eq!(list.snapshot(), expected, "one thread raised the bread, another one at the same time the wine");
}
