use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, Weak};
use std::thread::{self, JoinHandle};

use bank::{Balances, Bank, Entry, Journal, Number, Refused};
use interleave::settle;

type Hook = Box<dyn Fn(Entry) + Send + Sync>;

/// A journal that is kept in memory. Its hook is called before an entry is made.
struct Book {
    entries: Mutex<Vec<Entry>>,
    hook: Hook,
}

impl Book {
    fn entries(&self) -> Vec<Entry> {
        self.entries.lock().unwrap().clone()
    }
}

impl Journal for Book {
    fn note(&self, entry: Entry) {
        (self.hook)(entry);
        self.entries.lock().unwrap().push(entry);
    }
}

/// A bank with accounts 1, 2, 3, … and these balances.
fn bank(balances: &[u64]) -> Arc<Bank<Book>> {
    with_hook(balances, |_, _| {})
}

/// The same, with something that happens while the journal is being written.
fn with_hook(balances: &[u64], hook: impl Fn(&Arc<Bank<Book>>, Entry) + Send + Sync + 'static) -> Arc<Bank<Book>> {
    let bank = Arc::new_cyclic(|bank: &Weak<Bank<Book>>| {
        let bank = bank.clone();
        let hook = move |entry| hook(&bank.upgrade().expect("a transfer is under way"), entry);
        Bank::new(Book { entries: Mutex::default(), hook: Box::new(hook) })
    });
    open_all(&bank, balances);
    bank
}

/// A journal that nobody reads.
struct Silent;

impl Journal for Silent {
    fn note(&self, _entry: Entry) {}
}

/// A bank with such a journal.
fn silent(balances: &[u64]) -> Bank<Silent> {
    let bank = Bank::new(Silent);
    open_all(&bank, balances);
    bank
}

fn open_all<J: Journal>(bank: &Bank<J>, balances: &[u64]) {
    for (&balance, number) in balances.iter().zip(1..) {
        assert_eq!(bank.open(number, balance), Ok(()), "{number} is a new account");
    }
}

/// Accounts 1, 2, 3, … with these balances.
fn all<const N: usize>(balances: [u64; N]) -> Balances {
    (1..).zip(balances).collect()
}

fn entry(from: Number, to: Number, amount: u64) -> Entry {
    Entry { from, to, amount }
}

/// The balances after all entries, or the entry that overdraws an account.
fn replayed(mut balances: Balances, entries: &[Entry]) -> Result<Balances, Entry> {
    for entry in entries {
        let source = balances.get_mut(&entry.from).expect("the account exists");
        *source = source.checked_sub(entry.amount).ok_or(*entry)?;
        *balances.get_mut(&entry.to).expect("the account exists") += entry.amount;
    }
    Ok(balances)
}

// Transfers

#[interleave::test]
fn opposite_transfers_both_end() {
    let bank = silent(&[100, 100]);
    thread::scope(|scope| {
        let other = scope.spawn(|| bank.transfer(2, 1, 10));
        assert_eq!(bank.transfer(1, 2, 30), Ok(()), "account 1 has 100");
        assert_eq!(other.join().unwrap(), Ok(()), "account 2 has 100");
    });
    assert_eq!(bank.audit(), all([80, 120]), "30 went from 1 to 2, and 10 came back; left: the balances");
}

#[interleave::test]
fn a_transfer_to_the_same_account_changes_nothing() {
    let bank = bank(&[100]);
    assert_eq!(bank.transfer(1, 1, 100), Ok(()), "account 1 has 100");
    assert_eq!(bank.transfer(1, 1, 101), Err(Refused::BalanceTooLow), "account 1 has 100");
    assert_eq!(bank.balance(1), Ok(100), "100 went from account 1 to account 1; left: its balance");
    assert_eq!(bank.journal().entries(), [entry(1, 1, 100)], "one of two transfers was done; left: the journal");
}

#[interleave::test]
fn an_account_can_be_emptied() {
    let bank = bank(&[100, 0]);
    for (from, to, amount) in [(1, 2, 100), (2, 1, 60), (1, 2, 0), (1, 2, 60)] {
        assert_eq!(bank.transfer(from, to, amount), Ok(()), "account {from} has {amount}");
    }
    assert_eq!((bank.balance(1), bank.balance(2)), (Ok(0), Ok(100)), "left: the balances after four transfers");
    let expected = [entry(1, 2, 100), entry(2, 1, 60), entry(1, 2, 0), entry(1, 2, 60)];
    assert_eq!(bank.journal().entries(), expected, "four transfers were done; left: the journal");
}

#[interleave::test]
fn what_is_refused_changes_nothing() {
    let bank = bank(&[100, 100]);
    assert_eq!(bank.transfer(1, 2, 101), Err(Refused::BalanceTooLow), "account 1 has 100");
    assert_eq!(bank.transfer(2, 1, 101), Err(Refused::BalanceTooLow), "account 2 has 100");
    assert_eq!(bank.transfer(1, 3, 1), Err(Refused::Unknown), "there is no account 3");
    assert_eq!(bank.transfer(3, 1, 1), Err(Refused::Unknown), "there is no account 3");
    assert_eq!(bank.transfer(3, 3, 0), Err(Refused::Unknown), "there is no account 3");
    assert_eq!(bank.open(1, 5), Err(Refused::NumberTaken), "there is an account 1");
    assert_eq!(bank.balance(3), Err(Refused::Unknown), "there is no account 3");
    assert_eq!(bank.audit(), all([100, 100]), "everything was refused; left: the balances");
    assert_eq!(bank.journal().entries(), [], "everything was refused; left: the journal");
}

#[interleave::test]
fn an_account_may_have_as_much_as_a_number_can_say() {
    let bank = bank(&[u64::MAX, 0]);
    assert_eq!(bank.transfer(1, 1, u64::MAX), Ok(()), "account 1 has that much");
    assert_eq!(bank.transfer(2, 2, u64::MAX), Err(Refused::BalanceTooLow), "account 2 is empty");
    assert_eq!(bank.transfer(1, 2, u64::MAX), Ok(()), "account 1 has that much");
    assert_eq!(bank.audit(), all([0, u64::MAX]), "everything went from 1 to 2; left: the balances");
}

#[interleave::test(spurious_wakes)]
fn two_transfers_at_once_do_not_overdraw() {
    let bank = silent(&[100, 0, 0]);
    let (ours, theirs) = thread::scope(|scope| {
        let other = scope.spawn(|| bank.transfer(1, 2, 70));
        (bank.transfer(1, 3, 70), other.join().unwrap())
    });
    let refused = Err(Refused::BalanceTooLow);
    assert!(
        (ours, theirs) == (Ok(()), refused) || (ours, theirs) == (refused, Ok(())),
        "100 cover one transfer of 70, not two: {ours:?} and {theirs:?}"
    );
    assert_eq!(bank.balance(1), Ok(30), "70 have left account 1 once; left: its balance");
}

#[interleave::test]
fn a_number_is_taken_once() {
    let bank = silent(&[]);
    let (ours, theirs) = thread::scope(|scope| {
        let other = scope.spawn(|| bank.open(1, 10));
        (bank.open(1, 20), other.join().unwrap())
    });
    assert!(ours != theirs, "two threads opened account 1, and one of them should succeed: {ours:?} and {theirs:?}");
    let balance = if ours.is_ok() { 20 } else { 10 };
    assert_eq!(bank.balance(1), Ok(balance), "left: the balance; right: what was paid in by the thread that succeeded");
}

// The journal

#[interleave::test]
fn the_journal_never_overdraws_an_account() {
    let bank = bank(&[100, 0, 0]);
    let done = thread::scope(|scope| {
        let other = scope.spawn(|| bank.transfer(1, 2, 100));
        // Possible only after the other one.
        let ours = bank.transfer(2, 3, 100);
        [ours, other.join().unwrap()].iter().filter(|result| result.is_ok()).count()
    });
    let entries = bank.journal().entries();
    assert_eq!(entries.len(), done, "left: how many transfers were noted; right: how many were done");
    assert_eq!(
        replayed(all([100, 0, 0]), &entries),
        Ok(bank.audit()),
        "left: the balances according to the journal, or its entry that overdraws an account; right: the balances"
    );
}

#[interleave::test]
fn transfers_between_other_accounts_do_not_wait_for_the_journal() {
    let bank = with_hook(&[100, 100, 100, 100], |bank, entry| {
        if entry.from == 1 {
            // The journal takes as long as everything that another thread does here.
            let other = thread::spawn({
                let bank = Arc::clone(bank);
                move || (bank.transfer(3, 4, 10), bank.transfer(4, 3, 20), bank.balance(3))
            });
            let done = other.join().unwrap();
            assert_eq!(done, (Ok(()), Ok(()), Ok(110)), "the accounts 3 and 4 have 100 each");
        }
    });
    assert_eq!(bank.transfer(1, 2, 30), Ok(()), "account 1 has 100");
    assert_eq!(bank.transfer(2, 1, 10), Ok(()), "account 2 has 130");
    assert_eq!(bank.audit(), all([80, 120, 110, 90]), "left: the balances after four transfers");
    assert_eq!(bank.journal().entries().len(), 4, "four transfers were done; left: how many were noted");
}

/// A multiple of every number up to 22, and of 256: a hash of a few bits takes accounts that far apart for the same.
const FAR: Number = 3_724_680_960;

#[interleave::test]
fn transfers_do_not_wait_for_an_account_that_only_looks_like_theirs() {
    let bank = with_hook(&[100, 100], |bank, entry| {
        if entry.to == 2 {
            // The journal takes as long as everything that another thread does here.
            let other = thread::spawn({
                let bank = Arc::clone(bank);
                move || bank.transfer(FAR + 1, FAR + 2, 10)
            });
            assert_eq!(other.join().unwrap(), Ok(()), "account {} has 100", FAR + 1);
        }
    });
    for number in [FAR + 1, FAR + 2] {
        assert_eq!(bank.open(number, 100), Ok(()), "{number} is a new account");
    }
    assert_eq!(bank.transfer(1, 2, 30), Ok(()), "account 1 has 100");
    assert_eq!(bank.transfer(1, FAR + 1, 30), Ok(()), "account 1 has 70");
    let expected = BTreeMap::from([(1, 40), (2, 130), (FAR + 1, 120), (FAR + 2, 110)]);
    assert_eq!(bank.audit(), expected, "left: the balances after three transfers");
}

#[interleave::test]
fn an_opening_does_not_make_transfers_wait_for_the_journal() {
    let opening = Arc::new(Mutex::new(None));
    let hook = {
        let opening = Arc::clone(&opening);
        move |bank: &Arc<Bank<Book>>, entry: Entry| {
            if entry.from == 1 {
                let bank = Arc::clone(bank);
                *opening.lock().unwrap() = Some(thread::spawn({
                    let bank = Arc::clone(&bank);
                    move || bank.open(5, 50)
                }));
                // If the opening waits for the journal, it does so now, at least when exploring.
                settle();
                let other = thread::spawn(move || bank.transfer(3, 4, 10));
                assert_eq!(other.join().unwrap(), Ok(()), "account 3 has 100");
            }
        }
    };
    let bank = with_hook(&[100, 100, 100, 100], hook);
    assert_eq!(bank.transfer(1, 2, 30), Ok(()), "account 1 has 100");
    let opening = opening.lock().unwrap().take().expect("the transfer was noted");
    assert_eq!(opening.join().unwrap(), Ok(()), "5 is a new account");
    assert_eq!(bank.audit(), all([70, 130, 90, 110, 50]), "left: the balances after two transfers and an opening");
}

#[interleave::test]
fn a_transfer_that_waits_does_not_delay_others() {
    let (waiting, late) = (Arc::new(Mutex::new(None)), Arc::new(Mutex::new(None)));
    let hook = {
        let (waiting, late) = (Arc::clone(&waiting), Arc::clone(&late));
        move |bank: &Arc<Bank<Book>>, entry: Entry| {
            let transfer = |from, to| {
                let bank = Arc::clone(bank);
                thread::spawn(move || bank.transfer(from, to, 10))
            };
            match (entry.from, entry.to) {
                // While 5 to 6 is being written, 1 to 2 begins and ends.
                (5, 6) => {
                    assert_eq!(transfer(1, 2).join().unwrap(), Ok(()), "account 1 has 100");
                    // Account 2 is not in use any more. The transfer from 5 still waits.
                    let late: JoinHandle<_> = late.lock().unwrap().take().expect("1 to 2 was noted");
                    assert_eq!(late.join().unwrap(), Ok(()), "account 2 has 110");
                }
                // While 1 to 2 is being written, two transfers come. One of them needs account 5, too.
                (1, 2) => {
                    *waiting.lock().unwrap() = Some(transfer(5, 1));
                    settle();
                    *late.lock().unwrap() = Some(transfer(2, 3));
                    settle();
                }
                _ => {}
            }
        }
    };
    let bank = with_hook(&[100, 100, 100, 100, 100, 100], hook);
    assert_eq!(bank.transfer(5, 6, 10), Ok(()), "account 5 has 100");
    let waiting: JoinHandle<_> = waiting.lock().unwrap().take().expect("1 to 2 was noted");
    assert_eq!(waiting.join().unwrap(), Ok(()), "account 5 has 90");
    assert_eq!(bank.audit(), all([100, 100, 110, 100, 80, 110]), "left: the balances after four transfers");
}

/// Transfers 30 from one account to another. While that is being noted, other transfers of 10 begin, one after the
/// other. Each of them is asleep when the next one begins, at least when exploring.
fn begin_meanwhile(from: Number, to: Number, others: &'static [(Number, Number)]) -> Balances {
    let begun = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let begun = Arc::clone(&begun);
        move |bank: &Arc<Bank<Book>>, entry: Entry| {
            if entry.amount == 30 {
                for &(from, to) in others {
                    let bank = Arc::clone(bank);
                    begun.lock().unwrap().push(thread::spawn(move || bank.transfer(from, to, 10)));
                    // A thread that looks again and again never settles.
                    settle();
                }
            }
        }
    };
    let bank = with_hook(&[100, 100, 100, 100], hook);
    assert_eq!(bank.transfer(from, to, 30), Ok(()), "account {from} has 100");
    for transfer in std::mem::take(&mut *begun.lock().unwrap()) {
        assert_eq!(transfer.join().unwrap(), Ok(()), "all accounts have more than 10");
    }
    bank.audit()
}

#[interleave::test]
fn a_transfer_waits_asleep_for_an_account() {
    assert_eq!(begin_meanwhile(1, 2, &[(3, 1)]), all([80, 130, 90, 100]), "left: the balances after two transfers");
}

#[interleave::test]
fn transfers_in_a_ring_all_end() {
    // The ring is 1 to 3, 3 to 2, 2 to 1. At first, all of it waits for account 1.
    let balances = begin_meanwhile(4, 1, &[(1, 3), (2, 1), (3, 2)]);
    assert_eq!(balances, all([130, 100, 100, 70]), "30 went from 4 to 1, and 10 around; left: the balances");
}

#[interleave::test]
fn one_panic_of_the_journal_costs_one_transfer() {
    let bank = with_hook(&[100, 100], |_, entry| assert_ne!(entry.amount, 13, "the journal does not like it"));
    for (from, to) in [(1, 2), (2, 1), (1, 1)] {
        let transfer = panic::catch_unwind(AssertUnwindSafe(|| bank.transfer(from, to, 13)));
        assert!(transfer.is_err(), "the journal panicked, and the transfer returned {transfer:?}");
        let balances = (bank.balance(1), bank.balance(2));
        assert_eq!(balances, (Ok(100), Ok(100)), "the journal has noted nothing; left: the balances of 1 and 2");
        assert_eq!(bank.audit(), all([100, 100]), "the journal has noted nothing; left: the balances");
    }
    assert_eq!(bank.transfer(1, 2, 30), Ok(()), "the journal panicked in an earlier transfer");
    assert_eq!(bank.balance(1), Ok(70), "30 went from 1 to 2; left: the balance of account 1");
    assert_eq!(bank.close(), all([70, 130]), "30 went from 1 to 2; left: the last audit");
}

#[interleave::test]
fn a_transfer_whose_journal_panics_is_never_seen() {
    let bank = with_hook(&[100, 100], |_, _| panic!("the journal does not like it"));
    thread::scope(|scope| {
        let other = scope.spawn(|| panic::catch_unwind(AssertUnwindSafe(|| bank.transfer(1, 2, 13))));
        assert_eq!(bank.audit(), all([100, 100]), "the only transfer does nothing; left: the balances meanwhile");
        let transfer = other.join().unwrap();
        assert!(transfer.is_err(), "the journal panicked, and the transfer returned {transfer:?}");
    });
}

#[interleave::test]
fn a_transfer_whose_journal_panics_takes_nothing_from_others() {
    let bank = with_hook(&[100, 100], |_, entry| assert_ne!(entry.amount, 13, "the journal does not like it"));
    thread::scope(|scope| {
        // If it comes late, it is refused.
        let other = scope.spawn(|| panic::catch_unwind(AssertUnwindSafe(|| bank.transfer(1, 2, 13))));
        assert_eq!(bank.transfer(1, 2, 100), Ok(()), "account 1 has 100, and the only other transfer does nothing");
        let other = other.join().unwrap();
        assert!(!matches!(other, Ok(Ok(()))), "the journal panicked, or account 1 was empty, and 13 were transferred");
    });
    assert_eq!(bank.audit(), all([0, 200]), "left: the balances after one transfer");
}

// Audits

#[interleave::test]
fn an_audit_shows_one_moment() {
    let bank = silent(&[100, 100, 100]);
    thread::scope(|scope| {
        let other = scope.spawn(|| (bank.transfer(3, 1, 10), bank.transfer(1, 2, 20)));
        let seen = bank.audit();
        let moments = [all([100, 100, 100]), all([110, 100, 90]), all([90, 120, 90])];
        assert!(
            moments.contains(&seen),
            "10 went from 3 to 1, and then 20 from 1 to 2; at no moment were the balances {seen:?}"
        );
        assert_eq!(other.join().unwrap(), (Ok(()), Ok(())), "the balances cover both transfers");
    });
}

#[interleave::test]
fn an_audit_does_not_miss_an_account_that_is_opened_meanwhile() {
    let bank = silent(&[100, 100]);
    thread::scope(|scope| {
        let other = scope.spawn(|| (bank.open(3, 50), bank.transfer(2, 3, 40)));
        let seen = bank.audit();
        let moments = [all([100, 100]), BTreeMap::from([(1, 100), (2, 100), (3, 50)]), all([100, 60, 90])];
        assert!(
            moments.contains(&seen),
            "account 3 was opened with 50, and then got 40 from 2; at no moment were the balances {seen:?}"
        );
        assert_eq!(other.join().unwrap(), (Ok(()), Ok(())), "3 is a new account, and account 2 has 100");
    });
}

#[interleave::test]
fn an_audit_is_not_fooled_by_money_that_comes_back() {
    let bank = silent(&[100, 100]);
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            [bank.transfer(1, 2, 10), bank.transfer(2, 1, 10), bank.transfer(1, 2, 10)].map(|result| result.is_ok())
        });
        let seen = bank.audit();
        let moments = [all([100, 100]), all([90, 110])];
        assert!(
            moments.contains(&seen),
            "10 went from 1 to 2, back, and there again; at no moment were there {seen:?}"
        );
        assert_eq!(other.join().unwrap(), [true; 3], "the balances cover all transfers");
    });
}

#[interleave::test]
fn transfers_openings_and_audits_all_end() {
    let bank = silent(&[100, 100]);
    thread::scope(|scope| {
        let auditor = scope.spawn(|| bank.audit());
        let opening = scope.spawn(|| bank.open(3, 50));
        assert_eq!(bank.transfer(2, 1, 10), Ok(()), "account 2 has 100");
        assert_eq!(opening.join().unwrap(), Ok(()), "3 is a new account");
        let seen = auditor.join().unwrap();
        let sum: u64 = seen.values().sum();
        assert_eq!(
            sum,
            if seen.contains_key(&3) { 250 } else { 200 },
            "there are 200, or 250 with account 3; left: the sum"
        );
    });
}

// Closing

/// What the bank promises of something that another thread does while it closes.
fn closes_while(
    bank: &Bank<Book>,
    act: impl FnOnce() -> Result<(), Refused> + Send,
    before: Balances,
    after: Balances,
) {
    thread::scope(|scope| {
        let other = scope.spawn(act);
        let last = bank.close();
        let noted = bank.journal().entries();
        let result = other.join().unwrap();
        assert!(
            result.is_ok() || result == Err(Refused::Closed),
            "nothing but closing is in its way, and it was refused: {result:?}"
        );
        assert_eq!(bank.journal().entries(), noted, "left: the journal; right: the journal when `close` returned");
        assert_eq!(bank.audit(), last, "left: the balances; right: those that `close` returned");
        let expected = if result.is_ok() { after } else { before };
        assert_eq!(last, expected, "another thread got {result:?} while the bank closed; left: the last audit");
    });
}

#[interleave::test(spurious_wakes)]
fn closing_waits_for_a_transfer() {
    let bank = bank(&[100, 100]);
    closes_while(&bank, || bank.transfer(1, 2, 30), all([100, 100]), all([70, 130]));
}

#[interleave::test]
fn closing_waits_for_an_opening() {
    let bank = bank(&[100]);
    closes_while(&bank, || bank.open(2, 50), all([100]), all([100, 50]));
}

/// Closes the bank on another thread, which sleeps when this returns, at least when exploring.
fn closing(bank: &Arc<Bank<Book>>) -> JoinHandle<Balances> {
    let closing = thread::spawn({
        let bank = Arc::clone(bank);
        move || bank.close()
    });
    settle();
    closing
}

#[interleave::test]
fn closing_waits_until_the_last_transfer_ends() {
    let bank = silent(&[100, 100]);
    thread::scope(|scope| {
        let other = scope.spawn(|| bank.transfer(1, 2, 30));
        // One transfer begins and ends, and then the bank is closed.
        assert_eq!(bank.transfer(2, 2, 0), Ok(()), "an empty transfer is covered");
        let last = bank.close();
        let transfer = other.join().unwrap();
        assert!(transfer.is_ok() || transfer == Err(Refused::Closed), "account 1 has 100, and got {transfer:?}");
        assert_eq!(bank.audit(), last, "left: the balances; right: those that `close` returned");
    });
}

#[interleave::test]
fn closing_is_woken_by_a_transfer_that_is_refused() {
    let begun = Arc::new(Mutex::new(None));
    let hook = {
        let begun = Arc::clone(&begun);
        move |bank: &Arc<Bank<Book>>, _| {
            let late = thread::spawn({
                let bank = Arc::clone(bank);
                move || bank.transfer(1, 2, 1)
            });
            settle();
            *begun.lock().unwrap() = Some((late, closing(bank)));
        }
    };
    let bank = with_hook(&[100, 100], hook);
    assert_eq!(bank.transfer(1, 2, 100), Ok(()), "the bank was closed while this transfer was under way");
    let (late, closer) = begun.lock().unwrap().take().expect("the transfer was noted");
    // Deadlocks if nobody tells the closing thread that the late transfer is no longer under way.
    assert_eq!(closer.join().unwrap(), all([0, 200]), "100 went from 1 to 2; left: the last audit");
    assert!(late.join().unwrap().is_err(), "account 1 is empty, and 1 was transferred from it");
}

#[interleave::test]
fn closing_is_woken_by_a_transfer_whose_journal_panics() {
    let closer = Arc::new(Mutex::new(None));
    let hook = {
        let closer = Arc::clone(&closer);
        move |bank: &Arc<Bank<Book>>, _| {
            let closing = closing(bank);
            *closer.lock().unwrap() = Some(closing);
            panic!("the journal does not like it");
        }
    };
    let bank = with_hook(&[100, 100], hook);
    let transfer = panic::catch_unwind(AssertUnwindSafe(|| bank.transfer(1, 2, 30)));
    assert!(transfer.is_err(), "the journal panicked, and the transfer returned {transfer:?}");
    let closer = closer.lock().unwrap().take().expect("the journal was called");
    // Deadlocks if nobody tells the closing thread that the transfer is no longer under way.
    assert_eq!(closer.join().unwrap(), all([100, 100]), "the journal has noted nothing; left: the last audit");
}

#[interleave::test]
fn a_bank_that_is_closing_refuses_at_once() {
    let closer = Arc::new(Mutex::new(None));
    let hook = {
        let closer = Arc::clone(&closer);
        move |bank: &Arc<Bank<Book>>, _| {
            let closing = closing(bank);
            let late = thread::spawn({
                let bank = Arc::clone(bank);
                move || (bank.transfer(3, 4, 10), bank.open(5, 50))
            });
            let late = late.join().unwrap();
            // On real threads, closing may not have begun.
            if cfg!(feature = "explore") {
                let closed = Err(Refused::Closed);
                assert_eq!(late, (closed, closed), "the bank waits for a transfer to end; left: what came too late");
            }
            *closer.lock().unwrap() = Some(closing);
        }
    };
    let bank = with_hook(&[100, 100, 0, 100], hook);
    assert_eq!(bank.transfer(1, 2, 30), Ok(()), "the bank was closed while this transfer was under way");
    let closer = closer.lock().unwrap().take().expect("the transfer was noted");
    let last = closer.join().unwrap();
    assert_eq!((last[&1], last[&2]), (70, 130), "the transfer was under way when the bank was closed");
}

#[interleave::test]
fn all_threads_that_close_the_bank_wait_asleep() {
    let closers = Arc::new(Mutex::new(Vec::new()));
    let hook = {
        let closers = Arc::clone(&closers);
        move |bank: &Arc<Bank<Book>>, _| {
            // A thread that looks again and again never settles.
            let both = [closing(bank), closing(bank)];
            if cfg!(feature = "explore") {
                let returned = both.iter().filter(|closer| closer.is_finished()).count();
                assert_eq!(
                    returned, 0,
                    "a transfer is under way; left: how many of two calls of `close` have returned"
                );
            }
            closers.lock().unwrap().extend(both);
        }
    };
    let bank = with_hook(&[100], hook);
    assert_eq!(bank.transfer(1, 1, 30), Ok(()), "the bank was closed while this transfer was under way");
    let closers = std::mem::take(&mut *closers.lock().unwrap());
    for closer in closers {
        assert_eq!(closer.join().unwrap(), all([100]), "30 went from 1 to 1; left: the last audit");
    }
}

#[interleave::test]
fn what_is_refused_is_not_waited_for() {
    let bank = bank(&[100, 100]);
    assert_eq!(bank.transfer(1, 2, 101), Err(Refused::BalanceTooLow), "account 1 has 100");
    assert_eq!(bank.transfer(1, 1, 101), Err(Refused::BalanceTooLow), "account 1 has 100");
    assert_eq!(bank.transfer(1, 3, 1), Err(Refused::Unknown), "there is no account 3");
    assert_eq!(bank.transfer(3, 1, 1), Err(Refused::Unknown), "there is no account 3");
    assert_eq!(bank.open(1, 5), Err(Refused::NumberTaken), "there is an account 1");
    // Deadlocks if one of them still counts as under way.
    assert_eq!(bank.close(), all([100, 100]), "everything was refused; left: the last audit");
}

#[interleave::test]
fn a_closed_bank_can_be_read() {
    let bank = bank(&[100, 100]);
    assert_eq!(bank.transfer(1, 2, 30), Ok(()), "account 1 has 100");
    assert_eq!(bank.close(), all([70, 130]), "left: the last audit");
    let closed = Err(Refused::Closed);
    assert_eq!(bank.transfer(1, 2, 1), closed, "the bank is closed");
    assert_eq!(bank.transfer(1, 1, 0), closed, "the bank is closed");
    assert_eq!(bank.transfer(1, 3, 1), closed, "the bank is closed, also for accounts that do not exist");
    assert_eq!(bank.open(3, 5), closed, "the bank is closed");
    assert_eq!((bank.balance(1), bank.balance(3)), (Ok(70), Err(Refused::Unknown)), "there are the accounts 1 and 2");
    assert_eq!(bank.audit(), all([70, 130]), "the bank is closed; left: the balances");
    assert_eq!(bank.close(), all([70, 130]), "the bank was closed twice; left: the last audit");
    assert_eq!(bank.journal().entries(), [entry(1, 2, 30)], "one transfer was done; left: the journal");
}

#[interleave::test]
fn two_banks_are_independent() {
    let (one, other) = (bank(&[100, 100]), bank(&[5]));
    assert_eq!(one.close(), all([100, 100]), "left: the last audit");
    assert_eq!(other.open(2, 10), Ok(()), "another bank is closed");
    assert_eq!(other.transfer(2, 1, 10), Ok(()), "account 2 has 10, and another bank is closed");
    assert_eq!(other.audit(), all([15, 0]), "left: the balances of one of two banks");
    assert_eq!(one.audit(), all([100, 100]), "left: the balances of the other bank");
}
