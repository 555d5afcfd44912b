// Counting is not what is explored here, so the counter is `core`'s own.
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::collections::HashSet;
use std::sync::{Arc, mpsc};
use std::thread;

use upgradable::{on_smol, threads};

#[interleave::test]
fn a_first_rate_can_be_loaded_on_threads() {
    let rates = threads::Rates::new();
    assert_eq!(rates.known(), 0, "left: how many rates are known before the first call");
    assert_eq!(rates.get("EUR", || 117), 117, "left: what the first call returned, right: what was loaded");
    assert_eq!(rates.get("EUR", || unreachable!("it is known")), 117, "left: what the second call returned");
    assert_eq!(rates.known(), 1, "left: how many rates are known after two calls for one currency");
}

#[interleave::test(early_deadlines, schedules = 250)]
fn known_rates_are_served_while_another_one_is_loaded_on_threads() {
    let rates = Arc::new(threads::Rates::new());
    rates.get("EUR", || 117);
    let (served, wait) = mpsc::channel();
    let customer = {
        let rates = Arc::clone(&rates);
        thread::spawn(move || {
            let rate = rates.get("EUR", || unreachable!("it is known"));
            served.send(()).unwrap();
            rate
        })
    };
    // Loading takes until the customer has been served.
    let load = || {
        wait.recv().unwrap();
        108
    };
    let loaded = rates.get("USD", load);
    assert_eq!(
        [customer.join().unwrap(), loaded],
        [117, 108],
        "left: EUR, which was known, and USD, which was loaded meanwhile"
    );
}

#[interleave::test(early_deadlines)]
fn known_rates_are_counted_while_another_one_is_loaded_on_threads() {
    let rates = Arc::new(threads::Rates::new());
    rates.get("EUR", || 117);
    let other = {
        let rates = Arc::clone(&rates);
        thread::spawn(move || rates.get("USD", || 108))
    };
    let known = rates.known();
    other.join().unwrap();
    assert!((1..=2).contains(&known), "EUR was known, USD was being loaded, and `known` returned {known}");
}

#[interleave::test(early_deadlines, schedules = 250)]
fn known_rates_are_served_while_another_one_is_stored_on_threads() {
    let rates = Arc::new(threads::Rates::new());
    rates.get("EUR", || 117);
    let (served, wait) = mpsc::channel();
    let other = {
        let rates = Arc::clone(&rates);
        thread::spawn(move || rates.get("JPY", || 171))
    };
    let customer = {
        let rates = Arc::clone(&rates);
        thread::spawn(move || {
            // It may have to wait while JPY is stored, which takes no time, but never while USD is loaded.
            let rate = rates.get("EUR", || unreachable!("it is known"));
            served.send(()).unwrap();
            rate
        })
    };
    // Loading takes until the customer has been served.
    let load = || {
        wait.recv().unwrap();
        108
    };
    let loaded = rates.get("USD", load);
    let all = [customer.join().unwrap(), loaded, other.join().unwrap()];
    assert_eq!(all, [117, 108, 171], "left: EUR, which was known, USD and JPY, which were loaded meanwhile");
}

#[interleave::test(early_deadlines, schedules = 250)]
fn a_rate_is_loaded_once_on_threads() {
    let (rates, loads) = (Arc::new(threads::Rates::new()), Arc::new(AtomicU32::new(0)));
    let ask = |rates: Arc<threads::Rates>, loads: Arc<AtomicU32>| {
        rates.get("EUR", || {
            loads.fetch_add(1, SeqCst);
            117
        })
    };
    let other = {
        let (rates, loads) = (Arc::clone(&rates), Arc::clone(&loads));
        thread::spawn(move || ask(rates, loads))
    };
    let both = [ask(Arc::clone(&rates), Arc::clone(&loads)), other.join().unwrap()];
    assert_eq!(both, [117, 117], "left: what two threads got for one currency");
    assert_eq!(loads.load(SeqCst), 1, "two threads asked for one rate at once; left: how often it was loaded");
}

#[interleave::test(early_deadlines, schedules = 250)]
fn a_rate_is_loaded_once_for_three_threads_on_threads() {
    let (rates, loads) = (Arc::new(threads::Rates::new()), Arc::new(AtomicU32::new(0)));
    let ask = |rates: Arc<threads::Rates>, loads: Arc<AtomicU32>| {
        rates.get("EUR", || {
            loads.fetch_add(1, SeqCst);
            117
        })
    };
    let one = {
        let (rates, loads) = (Arc::clone(&rates), Arc::clone(&loads));
        thread::spawn(move || ask(rates, loads))
    };
    let other = {
        let (rates, loads) = (Arc::clone(&rates), Arc::clone(&loads));
        thread::spawn(move || ask(rates, loads))
    };
    let all = [ask(Arc::clone(&rates), Arc::clone(&loads)), one.join().unwrap(), other.join().unwrap()];
    assert_eq!(all, [117; 3], "left: what three threads got for one currency");
    assert_eq!(loads.load(SeqCst), 1, "three threads asked for one rate at once; left: how often it was loaded");
}

#[interleave::test(early_deadlines, schedules = 250)]
fn different_rates_are_kept_apart_on_threads() {
    let rates = Arc::new(threads::Rates::new());
    let other = {
        let rates = Arc::clone(&rates);
        thread::spawn(move || rates.get("USD", || 108))
    };
    let both = [rates.get("EUR", || 117), other.join().unwrap()];
    assert_eq!(both, [117, 108], "left: what two threads got for two currencies at once");
    assert_eq!(rates.known(), 2, "left: how many rates are known after two were loaded");
}

#[interleave::test]
fn each_of_many_rates_is_loaded_once_on_threads() {
    let rates = threads::Rates::new();
    let (mut loaded, loads) = (HashSet::new(), AtomicU32::new(0));
    for step in 0..60_u64 {
        // 20 currencies, one of which is worth nothing and one of which has no name, some again soon and some late.
        let rate = step * 7 % 20.min(step / 2 + 1);
        let currency = if rate == 1 { String::new() } else { format!("{rate:03}") };
        loaded.insert(rate);
        let load = || {
            loads.fetch_add(1, SeqCst);
            rate
        };
        assert_eq!(rates.get(&currency, load), rate, "left: the rate of {currency:?} in call no. {}", step + 1);
        let counts = (loads.load(SeqCst) as usize, rates.known());
        assert_eq!(counts, (loaded.len(), loaded.len()), "left: how many were loaded, and how many are known");
    }
}

#[interleave::test]
fn two_sets_of_rates_do_not_disturb_each_other_on_threads() {
    let (rates, inverse) = (threads::Rates::new(), threads::Rates::new());
    // Loading one rate may need the other one.
    let load = || 10_000 / rates.get("EUR", || 125);
    assert_eq!(inverse.get("EUR", load), 80, "left: the second set's rate, loaded by way of the first set's");
    assert_eq!(rates.get("EUR", || unreachable!("it is known")), 125, "left: the first set's rate");
    assert_eq!([rates.known(), inverse.known()], [1, 1], "left: how many rates each set knows");
}

#[interleave::test(runtime = "smol")]
async fn a_first_rate_can_be_loaded_on_smol() {
    let rates = on_smol::Rates::new();
    assert_eq!(rates.known().await, 0, "left: how many rates are known before the first call");
    assert_eq!(
        rates.get("EUR", async { 117 }).await,
        117,
        "left: what the first call returned, right: what was loaded"
    );
    assert_eq!(
        rates.get("EUR", async { unreachable!("it is known") }).await,
        117,
        "left: what the second call returned"
    );
    assert_eq!(rates.known().await, 1, "left: how many rates are known after two calls for one currency");
}

#[interleave::test(runtime = "smol", schedules = 250)]
async fn known_rates_are_served_while_another_one_is_loaded_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    rates.get("EUR", async { 117 }).await;
    let (served, wait) = smol::channel::bounded(1);
    let customer = {
        let rates = Arc::clone(&rates);
        smol::spawn(async move {
            let rate = rates.get("EUR", async { unreachable!("it is known") }).await;
            served.send(()).await.unwrap();
            rate
        })
    };
    // Loading takes until the customer has been served.
    let load = async {
        wait.recv().await.unwrap();
        108
    };
    let loaded = rates.get("USD", load).await;
    assert_eq!([customer.await, loaded], [117, 108], "left: EUR, which was known, and USD, which was loaded meanwhile");
}

#[interleave::test(runtime = "smol")]
async fn known_rates_are_counted_while_another_one_is_loaded_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    rates.get("EUR", async { 117 }).await;
    let other = {
        let rates = Arc::clone(&rates);
        smol::spawn(async move { rates.get("USD", async { 108 }).await })
    };
    let known = rates.known().await;
    other.await;
    assert!((1..=2).contains(&known), "EUR was known, USD was being loaded, and `known` returned {known}");
}

#[interleave::test(runtime = "smol", schedules = 250)]
async fn known_rates_are_served_while_another_one_is_stored_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    rates.get("EUR", async { 117 }).await;
    let (served, wait) = smol::channel::bounded(1);
    let other = {
        let rates = Arc::clone(&rates);
        smol::spawn(async move { rates.get("JPY", async { 171 }).await })
    };
    let customer = {
        let rates = Arc::clone(&rates);
        smol::spawn(async move {
            // It may have to wait while JPY is stored, which takes no time, but never while USD is loaded.
            let rate = rates.get("EUR", async { unreachable!("it is known") }).await;
            served.send(()).await.unwrap();
            rate
        })
    };
    // Loading takes until the customer has been served.
    let load = async {
        wait.recv().await.unwrap();
        108
    };
    let loaded = rates.get("USD", load).await;
    let all = [customer.await, loaded, other.await];
    assert_eq!(all, [117, 108, 171], "left: EUR, which was known, USD and JPY, which were loaded meanwhile");
}

#[interleave::test(runtime = "smol", schedules = 250)]
async fn a_rate_is_loaded_once_on_smol() {
    let (rates, loads) = (Arc::new(on_smol::Rates::new()), Arc::new(AtomicU32::new(0)));
    let ask = async |rates: Arc<on_smol::Rates>, loads: Arc<AtomicU32>| {
        let load = async {
            loads.fetch_add(1, SeqCst);
            117
        };
        rates.get("EUR", load).await
    };
    let other = smol::spawn(ask(Arc::clone(&rates), Arc::clone(&loads)));
    let both = [ask(Arc::clone(&rates), Arc::clone(&loads)).await, other.await];
    assert_eq!(both, [117, 117], "left: what two tasks got for one currency");
    assert_eq!(loads.load(SeqCst), 1, "two tasks asked for one rate at once; left: how often it was loaded");
}

#[interleave::test(runtime = "smol", schedules = 250)]
async fn a_rate_is_loaded_once_for_three_tasks_on_smol() {
    let (rates, loads) = (Arc::new(on_smol::Rates::new()), Arc::new(AtomicU32::new(0)));
    let ask = async |rates: Arc<on_smol::Rates>, loads: Arc<AtomicU32>| {
        let load = async {
            loads.fetch_add(1, SeqCst);
            117
        };
        rates.get("EUR", load).await
    };
    let one = smol::spawn(ask(Arc::clone(&rates), Arc::clone(&loads)));
    let other = smol::spawn(ask(Arc::clone(&rates), Arc::clone(&loads)));
    let all = [ask(Arc::clone(&rates), Arc::clone(&loads)).await, one.await, other.await];
    assert_eq!(all, [117; 3], "left: what three tasks got for one currency");
    assert_eq!(loads.load(SeqCst), 1, "three tasks asked for one rate at once; left: how often it was loaded");
}

#[interleave::test(runtime = "smol", schedules = 250)]
async fn different_rates_are_kept_apart_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    let other = {
        let rates = Arc::clone(&rates);
        smol::spawn(async move { rates.get("USD", async { 108 }).await })
    };
    let both = [rates.get("EUR", async { 117 }).await, other.await];
    assert_eq!(both, [117, 108], "left: what two tasks got for two currencies at once");
    assert_eq!(rates.known().await, 2, "left: how many rates are known after two were loaded");
}

#[interleave::test(runtime = "smol")]
async fn each_of_many_rates_is_loaded_once_on_smol() {
    let rates = on_smol::Rates::new();
    let (mut loaded, loads) = (HashSet::new(), AtomicU32::new(0));
    for step in 0..60_u64 {
        // 20 currencies, one of which is worth nothing and one of which has no name, some again soon and some late.
        let rate = step * 7 % 20.min(step / 2 + 1);
        let currency = if rate == 1 { String::new() } else { format!("{rate:03}") };
        loaded.insert(rate);
        let load = async {
            loads.fetch_add(1, SeqCst);
            rate
        };
        assert_eq!(rates.get(&currency, load).await, rate, "left: the rate of {currency:?} in call no. {}", step + 1);
        let counts = (loads.load(SeqCst) as usize, rates.known().await);
        assert_eq!(counts, (loaded.len(), loaded.len()), "left: how many were loaded, and how many are known");
    }
}

#[interleave::test(runtime = "smol")]
async fn two_sets_of_rates_do_not_disturb_each_other_on_smol() {
    let (rates, inverse) = (on_smol::Rates::new(), on_smol::Rates::new());
    // Loading one rate may need the other one.
    let load = async { 10_000 / rates.get("EUR", async { 125 }).await };
    assert_eq!(inverse.get("EUR", load).await, 80, "left: the second set's rate, loaded by way of the first set's");
    assert_eq!(rates.get("EUR", async { unreachable!("it is known") }).await, 125, "left: the first set's rate");
    assert_eq!([rates.known().await, inverse.known().await], [1, 1], "left: how many rates each set knows");
}
