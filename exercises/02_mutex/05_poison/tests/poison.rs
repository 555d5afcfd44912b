use std::fmt;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

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

fn ledger(entries: &[i64]) -> Ledger {
    Ledger { entries: entries.to_vec(), balance: entries.iter().sum() }
}

/// A service whose ledger has one entry of ten.
fn service() -> Arc<Service> {
    Arc::new(Service::new(ledger(&[10])))
}

/// A thread that calls `change`, which may panic.
fn change(service: &Arc<Service>, change: impl FnOnce(&mut Ledger) + Send + 'static) -> JoinHandle<()> {
    let service = Arc::clone(service);
    thread::spawn(move || {
        let _ = service.change(change);
    })
}

/// A thread that panics in the middle of a change: five are in the balance and not in the entries.
fn half_a_change(service: &Arc<Service>) -> JoinHandle<()> {
    change(service, |ledger| {
        ledger.balance += 5;
        panic!("halfway through a change");
    })
}

#[interleave::test]
fn the_statistic_goes_on_counting() {
    let service = service();
    service.count("pay");
    for panics in 1..=2 {
        let bad = Arc::clone(&service);
        let nameless = thread::spawn(move || bad.count(Nameless)).join();
        assert!(nameless.is_err(), "a request panicked, and `count` did not");
        service.count("pay");
        service.count("refund");
        assert_eq!(service.counted("pay"), 1 + panics, "a request that panics is not counted, and all others are");
        assert_eq!(service.counted("refund"), panics, "each kind of request has a count of its own");
    }
    assert_eq!(service.counted("gift"), 0, "no request of this kind was counted");
    assert_eq!(add(&service, 1), Ok(()), "a request panicked that had nothing to do with the ledger");
}

#[interleave::test]
fn no_request_is_lost() {
    let service = service();
    let other = Arc::clone(&service);
    let other = thread::spawn(move || other.count("pay"));
    service.count("pay");
    other.join().unwrap();
    assert_eq!(service.counted("pay"), 2, "two threads counted a request each");
}

#[interleave::test]
fn the_statistic_counts_while_another_request_panics() {
    let service = service();
    let bad = Arc::clone(&service);
    let nameless = thread::spawn(move || bad.count(Nameless));
    service.count("pay");
    let counted = service.counted("pay");
    assert!(nameless.join().is_err(), "a request panicked, and `count` did not");
    assert_eq!(counted, 1, "one request was counted, while another one panicked");
}

#[interleave::test]
fn a_change_returns_what_its_closure_returns() {
    let service = service();
    let last = service.change(|ledger| {
        ledger.entries.push(4);
        ledger.balance = 14;
        ledger.entries.last().map(i64::to_string)
    });
    assert_eq!(last, Ok(Some("4".to_owned())), "the closure returned the last entry");
    assert_eq!(service.balance(), Ok(14), "the closure set the balance");
}

#[interleave::test]
fn a_half_changed_ledger_is_refused() {
    let service = service();
    let panicked = half_a_change(&service).join();
    assert!(panicked.is_err(), "the closure panicked, and `change` returned");
    assert_eq!(service.balance(), Err(OutOfOrder), "15 is not the sum of the entries, and `balance` returned it");
    let mut called = false;
    let changed = service.change(|_| called = true);
    assert_eq!(changed, Err(OutOfOrder), "a half-changed ledger was changed further");
    assert!(!called, "`change` was refused, and called its closure all the same");
    assert_eq!(service.balance(), Err(OutOfOrder), "one caller was refused, and the next one was not");
    service.count("pay");
    assert_eq!(
        service.counted("pay"),
        1,
        "a change of the ledger panicked, which has nothing to do with the statistic"
    );
}

#[interleave::test]
fn every_panic_of_a_change_counts() {
    let panics: [fn(&mut Ledger); 3] = [
        |_| panic!("before the first entry"),
        |ledger| {
            ledger.entries.push(5);
            ledger.balance += 5;
            panic!("after the first of two entries");
        },
        |ledger| {
            *ledger = Ledger { entries: Vec::new(), balance: 0 };
            panic!("after the old entries were removed");
        },
    ];
    for (case, panics) in panics.into_iter().enumerate() {
        let service = service();
        let _ = change(&service, panics).join();
        assert_eq!(
            service.balance(),
            Err(OutOfOrder),
            "a change panicked (case {case}), and nobody knows whether it was complete, even if the balance is the sum"
        );
    }
}

#[interleave::test]
fn a_panic_about_something_else_does_not_count() {
    /// Adds five when it is dropped.
    struct Closing(Arc<Service>);
    impl Drop for Closing {
        fn drop(&mut self) {
            let _ = add(&self.0, 5);
        }
    }
    let service = service();
    let closing = Closing(Arc::clone(&service));
    let request = thread::spawn(move || {
        let _closing = closing;
        panic!("something else, and no change is under way");
    });
    assert!(request.join().is_err(), "the request panicked");
    assert_eq!(
        service.balance(),
        Ok(15),
        "a destructor added five to ten while its thread was panicking about something else, and that change was \
         complete"
    );
}

#[interleave::test]
fn a_restored_ledger_is_back_in_service() {
    let service = service();
    for round in 1..=2 {
        let _ = half_a_change(&service).join();
        assert_eq!(service.balance(), Err(OutOfOrder), "a change has panicked (time {round})");
        service.restore(ledger(&[10, 20]));
        assert_eq!(service.balance(), Ok(30), "the ledger was restored to two entries, 10 and 20 (time {round})");
        assert_eq!(add(&service, 5), Ok(()), "a restored ledger can be changed (time {round})");
        let entries = service.change(|ledger| ledger.entries.clone());
        assert_eq!(entries, Ok(vec![10, 20, 5]), "two entries were restored, and one was added (time {round})");
    }
}

#[interleave::test]
fn a_healthy_ledger_can_be_replaced() {
    let service = service();
    service.restore(ledger(&[7]));
    assert_eq!(service.balance(), Ok(7), "the ledger was replaced");
}

#[interleave::test]
fn callers_wait_for_a_ledger_in_use() {
    let service = service();
    let other = Arc::clone(&service);
    let other = thread::spawn(move || (add(&other, 5), other.balance().is_ok()));
    let own = (add(&service, 7), service.balance().is_ok());
    assert_eq!(own, (Ok(()), true), "nothing panicked; the ledger was in use, and this thread was refused");
    assert_eq!(
        other.join().unwrap(),
        (Ok(()), true),
        "nothing panicked; the ledger was in use, and a thread was refused"
    );
    assert_eq!(service.balance(), Ok(22), "ten, and what two threads added");
}

#[interleave::test]
fn a_caller_that_waited_for_the_change_is_refused_as_well() {
    let service = service();
    let change = half_a_change(&service);
    let seen = service.balance();
    let _ = change.join();
    assert!(
        seen == Ok(10) || seen == Err(OutOfOrder),
        "a thread called `balance` while a change was under way, and got what it left behind: {seen:?}"
    );
}

#[interleave::test]
fn nobody_sees_the_half_change_while_it_is_replaced() {
    let service = service();
    let _ = half_a_change(&service).join();
    let restores = {
        let service = Arc::clone(&service);
        thread::spawn(move || service.restore(ledger(&[30])))
    };
    let seen = service.balance();
    restores.join().unwrap();
    assert!(
        seen == Ok(30) || seen == Err(OutOfOrder),
        "a thread called `balance` while the ledger was being restored, and got what the panic had left: {seen:?}"
    );
    assert_eq!(service.balance(), Ok(30), "the ledger was restored");
}

#[interleave::test]
fn a_restore_does_not_clear_a_panic_that_comes_after_it() {
    let service = service();
    let _ = half_a_change(&service).join();
    let restores = {
        let service = Arc::clone(&service);
        thread::spawn(move || service.restore(ledger(&[30])))
    };
    service.restore(ledger(&[20]));
    let _ = half_a_change(&service).join();
    restores.join().unwrap();
    let seen = service.balance();
    assert!(
        seen == Ok(30) || seen == Err(OutOfOrder),
        "the ledger was restored twice, and in between or afterwards a change panicked; `balance` got what it left: {seen:?}"
    );
}

#[interleave::test]
fn each_service_has_its_own_ledger_and_statistic() {
    let (broken, healthy) = (service(), Service::new(ledger(&[1, 2])));
    let _ = half_a_change(&broken).join();
    broken.count("pay");
    assert_eq!(healthy.balance(), Ok(3), "a change of another service's ledger panicked");
    assert_eq!(healthy.counted("pay"), 0, "the request was one to another service");
    let nested = healthy.change(|_| broken.balance().or(broken.change(|ledger| ledger.balance)));
    assert_eq!(
        nested,
        Ok(Err(OutOfOrder)),
        "during a change of one ledger, the broken one of another service was used"
    );
    healthy.restore(ledger(&[4]));
    assert_eq!(broken.balance(), Err(OutOfOrder), "another service's ledger was restored");
}
