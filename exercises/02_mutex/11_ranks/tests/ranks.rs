use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use interleave::{Histories, like_the_model};
use ranks::{Guard, Ranked};

/// The mutexes of a payment service, in their order.
struct Service {
    accounts: [Ranked<i64>; 2],
    ledger: Ranked<Vec<i64>>,
    audit: Ranked<u32>,
}

fn service() -> Arc<Service> {
    Arc::new(Service {
        accounts: [Ranked::new(10, "alice", 50), Ranked::new(10, "bob", 20)],
        ledger: Ranked::new(20, "ledger", Vec::new()),
        audit: Ranked::new(30, "audit", 0),
    })
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// Locks, and unlocks at once. Returns the message of the panic if `lock` panics.
fn refused<T>(mutex: &Ranked<T>) -> Option<String> {
    catch_unwind(AssertUnwindSafe(|| drop(mutex.lock()))).err().map(|panic| message(&*panic))
}

#[interleave::test]
fn a_rising_order_is_accepted() {
    let service = service();
    for round in 1..=2 {
        let mut alice = service.accounts[0].lock();
        let mut ledger = service.ledger.lock();
        let mut audit = service.audit.lock();
        *alice -= 5;
        ledger.push(-5);
        *audit += 1;
        assert_eq!(
            (*alice, ledger.len(), *audit),
            (50 - 5 * i64::from(round), round as usize, round),
            "three values changed"
        );
    }
    drop(service.ledger.lock());
    drop(service.accounts[1].lock());
    assert_eq!(
        *service.audit.lock(),
        2,
        "two rounds were counted; each lock was released before the next one was taken"
    );
}

#[interleave::test]
fn a_falling_order_is_refused() {
    let service = service();
    let ledger = service.ledger.lock();
    assert!(
        refused(&service.accounts[0]).is_some(),
        "this thread holds the ledger (rank 20) and has locked an account (rank 10); no other thread was near, and `lock` \
         should panic all the same"
    );
    drop(ledger);
    let audit = service.audit.lock();
    assert!(refused(&service.accounts[0]).is_some(), "rank 10 was locked while this thread held rank 30");
    assert!(refused(&service.ledger).is_some(), "rank 20 was locked while this thread held rank 30");
    drop(audit);
    assert_eq!(refused(&service.accounts[0]), None, "this thread holds no lock any more");
}

#[interleave::test]
fn the_same_rank_is_refused() {
    let service = service();
    let alice = service.accounts[0].lock();
    assert!(refused(&service.accounts[1]).is_some(), "two mutexes have rank 10, and this thread has locked both");
    assert!(refused(&service.accounts[0]).is_some(), "this thread has locked a mutex that it holds");
    drop(alice);
    assert_eq!(refused(&service.accounts[1]), None, "this thread holds no lock any more");
}

#[interleave::test]
fn the_message_names_both_locks() {
    let service = service();
    let audit = service.audit.lock();
    let alice = service.accounts[0].try_lock().expect("the account is free, and `try_lock` never waits");
    let message = refused(&service.ledger).expect("rank 20 was locked while this thread held rank 30");
    assert!(message.contains("ledger"), "the message does not name the lock that was refused, `ledger`: {message}");
    assert!(
        message.contains("audit"),
        "the message does not name the held lock of the highest rank, `audit`: {message}"
    );
    drop((audit, alice));
    let _ledger = service.ledger.lock();
    let _audit = service.audit.lock();
    let message = refused(&service.accounts[0]).expect("rank 10 was locked while this thread held ranks 20 and 30");
    assert!(
        message.contains("alice") && message.contains("audit"),
        "`alice` was refused, and of the held locks, `ledger` and `audit`, the second one has the highest rank; the message \
         is: {message}"
    );
}

#[interleave::test]
fn it_panics_before_it_waits() {
    let service = service();
    let wrong = {
        let service = Arc::clone(&service);
        thread::spawn(move || {
            let _ledger = service.ledger.lock();
            let _alice = service.accounts[0].lock();
        })
    };
    let mut alice = service.accounts[0].lock();
    service.ledger.lock().push(-5);
    *alice -= 5;
    drop(alice);
    let wrong = wrong.join();
    assert!(wrong.is_err(), "another thread locked the ledger and then an account, and neither call panicked");
    let left = (*service.accounts[0].lock(), service.ledger.lock().clone());
    assert_eq!(left, (45, vec![-5]), "this thread locked in the right order, and changed an account and the ledger");
}

#[interleave::test]
fn a_refused_lock_changes_nothing() {
    let service = service();
    let ledger = service.ledger.lock();
    for _ in 1..=2 {
        assert!(refused(&service.accounts[0]).is_some(), "rank 10 was locked while this thread held rank 20");
    }
    assert_eq!(refused(&service.audit), None, "this thread holds rank 20, so it may lock rank 30");
    assert!(service.accounts[0].try_lock().is_some(), "the mutex is locked, although `lock` has panicked");
    assert!(service.ledger.try_lock().is_none(), "this thread still holds the ledger; another `lock` has panicked");
    drop(ledger);
    assert_eq!(refused(&service.accounts[0]), None, "this thread holds no lock any more, and the last one was refused");
}

#[interleave::test]
fn guards_may_be_dropped_in_any_order() {
    let service = service();
    let alice = service.accounts[0].lock();
    let ledger = service.ledger.lock();
    let audit = service.audit.lock();
    drop(ledger);
    assert!(refused(&service.ledger).is_some(), "this thread has released rank 20, and still holds rank 30");
    drop(audit);
    assert_eq!(refused(&service.ledger), None, "of the ranks 10, 20 and 30, this thread has released 20 and then 30");
    let ledger = service.ledger.lock();
    drop(alice);
    let between = Ranked::new(15, "cache", ());
    assert!(refused(&between).is_some(), "this thread took the ranks 10 and 20, has released 10, and still holds 20");
    assert!(refused(&service.accounts[0]).is_some(), "this thread has released rank 10, and still holds rank 20");
    assert_eq!(refused(&service.audit), None, "this thread holds rank 20, so it may lock rank 30");
    drop(ledger);
    assert_eq!(refused(&service.accounts[0]), None, "this thread has released all locks");
}

#[interleave::test]
fn each_thread_holds_its_own_locks() {
    let service = service();
    let _audit = service.audit.lock();
    let other = {
        let service = Arc::clone(&service);
        thread::spawn(move || {
            let _alice = service.accounts[0].lock();
            service.ledger.lock().push(1);
        })
    };
    assert!(other.join().is_ok(), "one thread held rank 30, and another one was refused ranks 10 and 20");
    assert!(refused(&service.ledger).is_some(), "this thread has held rank 30 all the time");
}

#[interleave::test]
fn try_lock_is_allowed_in_any_order() {
    let service = service();
    let audit = service.audit.lock();
    let alice = service.accounts[0].try_lock().expect("the account is free, and `try_lock` never waits");
    let bob = service.accounts[1].try_lock().expect("the account is free, and `try_lock` never waits");
    assert_eq!((*alice, *bob, *audit), (50, 20, 0), "three locks are held");
    assert!(refused(&service.ledger).is_some(), "this thread took rank 30 first and rank 10 after it, and holds both");
    drop(audit);
    assert_eq!(refused(&service.ledger), None, "rank 30 was released, and this thread holds rank 10 twice");
    drop(alice);
    assert!(
        refused(&service.accounts[0]).is_some(),
        "this thread held two locks of rank 10, has released one, and still holds the other one"
    );
    drop(bob);
    assert_eq!(refused(&service.accounts[0]), None, "this thread has released all locks");
}

#[interleave::test]
fn a_tried_lock_counts() {
    let service = service();
    let ledger = service.ledger.try_lock().expect("the ledger is free");
    assert!(refused(&service.accounts[0]).is_some(), "this thread holds rank 20, through `try_lock`");
    assert!(service.ledger.try_lock().is_none(), "the ledger is locked");
    drop(ledger);
    assert_eq!(
        refused(&service.accounts[0]),
        None,
        "one `try_lock` got the lock, which was released; another one got none"
    );
}

#[interleave::test]
fn any_number_is_a_rank() {
    let ranks = [0, 1, 64, 65, 1 << 16, u32::MAX - 1, u32::MAX];
    let mutexes = ranks.map(|rank| Ranked::new(rank, "a mutex", rank));
    let mut held: Vec<Guard<'_, u32>> = Vec::new();
    for (index, mutex) in mutexes.iter().enumerate() {
        held.push(mutex.lock());
        let lower = mutexes[..=index].iter().filter(|mutex| refused(mutex).is_none()).count();
        assert_eq!(
            lower,
            0,
            "this thread holds the ranks {:?}, and so many locks up to the highest were not refused",
            held.iter().map(|guard| **guard).collect::<Vec<_>>()
        );
    }
}

#[interleave::test]
fn a_panic_ends_no_lock() {
    let service = service();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let mut alice = service.accounts[0].lock();
        let _ledger = service.ledger.lock();
        *alice = 7;
        panic!("halfway through");
    }));
    assert!(panicked.is_err(), "the closure panicked");
    assert_eq!(*service.accounts[0].lock(), 7, "a panic has released the lock; the value is as the panic left it");
    assert_eq!(service.accounts[0].try_lock().map(|alice| *alice), Some(7), "the same through `try_lock`");
    assert_eq!(refused(&service.ledger), None, "a panic has released the lock");
    let alice = service.accounts[0].lock();
    assert!(
        refused(&service.accounts[1]).is_some(),
        "after a panic, rank 10 was locked again, and this thread holds it"
    );
    drop(alice);
    let alice = service.accounts[0].try_lock().expect("a panic has released the lock");
    assert!(refused(&service.accounts[1]).is_some(), "after a panic, `try_lock` got rank 10, and this thread holds it");
    drop(alice);
    assert_eq!(refused(&service.accounts[1]), None, "this thread has released all locks");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn one_thread_locks_in_any_order() {
    #[derive(Debug)]
    enum Op {
        Lock(usize),
        TryLock(usize),
        Unlock(usize),
    }
    // The state of a history borrows them.
    let mutexes: Vec<Ranked<()>> = [1, 1, 2, 2].map(|rank| Ranked::new(rank, "a mutex", ())).into();
    let rank = |index: usize| [1, 1, 2, 2][index];
    Histories::default().number(100).check(
        |draws| match draws.below(4) {
            0 => Op::Lock(draws.below(4)),
            1 => Op::TryLock(draws.below(4)),
            _ => Op::Unlock(draws.below(3)),
        },
        Vec::new,
        |held: &mut Vec<(usize, Guard<'_, ()>)>, op| {
            match op {
                // If this were not refused, it would wait for itself, and say nothing. Other tests do it.
                Op::Lock(index) if held.iter().any(|(other, _)| *other == index) => {}
                Op::Lock(index) => {
                    let in_order = held.iter().all(|(other, _)| rank(*other) < rank(index));
                    let guard = catch_unwind(AssertUnwindSafe(|| mutexes[index].lock()));
                    like_the_model(guard.is_ok(), in_order)?;
                    held.extend(guard.ok().map(|guard| (index, guard)));
                }
                Op::TryLock(index) => {
                    let free = held.iter().all(|(other, _)| *other != index);
                    let guard = mutexes[index].try_lock();
                    like_the_model(guard.is_some(), free)?;
                    held.extend(guard.map(|guard| (index, guard)));
                }
                Op::Unlock(place) if place < held.len() => drop(held.remove(place)),
                Op::Unlock(_) => {}
            }
            Ok(())
        },
    );
}
