use std::fmt;
use std::sync::Arc;
use std::thread;

use poison::{Ledger, OutOfOrder, Service};

/// A kind of request that panics when it is asked for its name.
struct Nameless;

impl fmt::Display for Nameless {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("a request without a name")
    }
}

/// Adds an entry, as every change should.
fn add(service: &Service, amount: i64) -> Result<(), OutOfOrder> {
    service.change(|ledger| {
        ledger.entries.push(amount);
        ledger.balance += amount;
    })
}

/// A service whose ledger has one entry of ten.
fn service() -> Arc<Service> {
    Arc::new(Service::new(Ledger { entries: vec![10], balance: 10 }))
}

/// A thread that panics in the middle of a change: five are in the balance and not in the entries.
fn half_a_change(service: &Arc<Service>) -> thread::JoinHandle<()> {
    let service = Arc::clone(service);
    thread::spawn(move || {
        let _ = service.change(|ledger| {
            ledger.balance += 5;
            panic!("half-way through a change");
        });
    })
}

#[interleave::test]
fn the_statistic_goes_on_counting() {
    let service = service();
    service.count("pay");
    let bad = Arc::clone(&service);
    let _ = thread::spawn(move || bad.count(Nameless)).join();
    service.count("pay");
    assert_eq!(service.counted("pay"), 2, "two requests had a name; the one that panicked in between changes nothing");
    assert_eq!(add(&service, 1), Ok(()), "the ledger has nothing to do with it");
}

#[interleave::test]
fn a_half_changed_ledger_is_refused() {
    let service = service();
    let _ = half_a_change(&service).join();
    assert_eq!(service.balance(), Err(OutOfOrder), "15 is not the sum of the entries, and nobody may see it");
    let mut called = false;
    let changed = service.change(|_| called = true);
    assert_eq!(changed, Err(OutOfOrder), "a half-changed ledger must not be changed further");
    assert!(!called, "the change was refused, and made all the same");
    assert_eq!(service.balance(), Err(OutOfOrder), "being refused once does not mend a ledger");
    service.count("pay");
    assert_eq!(service.counted("pay"), 1, "the statistic has nothing to do with it");
}

#[interleave::test]
fn a_restored_ledger_is_back_in_service() {
    let service = service();
    let _ = half_a_change(&service).join();
    service.restore(Ledger { entries: vec![10, 20], balance: 30 });
    assert_eq!(service.balance(), Ok(30), "the ledger was restored to two entries, 10 and 20");
    assert_eq!(add(&service, 5), Ok(()), "a restored ledger can be changed");
    let entries = service.change(|ledger| ledger.entries.clone());
    assert_eq!(entries, Ok(vec![10, 20, 5]), "two entries were restored, and one was added");
}

#[interleave::test]
fn a_healthy_ledger_can_be_replaced() {
    let service = service();
    service.restore(Ledger { entries: vec![7], balance: 7 });
    assert_eq!(service.balance(), Ok(7), "the ledger was replaced");
}

#[interleave::test]
fn who_waited_for_the_ledger_is_refused_as_well() {
    let service = service();
    let change = half_a_change(&service);
    let seen = service.balance();
    let _ = change.join();
    assert!(
        seen == Ok(10) || seen == Err(OutOfOrder),
        "somebody looked while a change was under way, and got what it left behind: {seen:?}"
    );
}

#[interleave::test]
fn nobody_sees_the_half_change_while_it_is_replaced() {
    let service = service();
    let _ = half_a_change(&service).join();
    let restores = {
        let service = Arc::clone(&service);
        thread::spawn(move || service.restore(Ledger { entries: vec![30], balance: 30 }))
    };
    let seen = service.balance();
    restores.join().unwrap();
    assert!(
        seen == Ok(30) || seen == Err(OutOfOrder),
        "somebody looked while the ledger was being restored, and got what the panic had left: {seen:?}"
    );
    assert_eq!(service.balance(), Ok(30), "the ledger was restored");
}
