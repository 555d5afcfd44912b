// Counting is not what is explored here, so the counter is `core`'s own.
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;

use upgradable::{on_smol, threads};

#[interleave::test]
fn a_first_rate_can_be_loaded_on_threads() {
    let rates = threads::Rates::new();
    assert_eq!(rates.get("EUR", || 117), 117, "nobody had asked before, so the rate was loaded");
    assert_eq!(rates.get("EUR", || unreachable!("it is known")), 117, "the rate was kept");
    assert_eq!(rates.known(), 1, "one currency was asked for");
}

#[interleave::test]
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
    let loaded = rates.get("USD", || {
        // Loading takes until the customer was served.
        wait.recv().unwrap();
        108
    });
    assert_eq!([customer.join().unwrap(), loaded], [117, 108], "EUR was known and served while USD was loaded");
}

#[interleave::test]
fn a_rate_is_loaded_once_on_threads() {
    let rates = Arc::new(threads::Rates::new());
    let loads = Arc::new(AtomicU32::new(0));
    let ask = |rates: &threads::Rates, loads: &AtomicU32| {
        rates.get("EUR", || {
            loads.fetch_add(1, SeqCst);
            117
        })
    };
    let other = {
        let (rates, loads) = (Arc::clone(&rates), Arc::clone(&loads));
        thread::spawn(move || ask(&rates, &loads))
    };
    let both = [ask(&rates, &loads), other.join().unwrap()];
    assert_eq!(both, [117, 117], "two threads asked for the same rate");
    assert_eq!(loads.load(SeqCst), 1, "two threads asked for one rate at once; left stands how often it was loaded");
}

#[interleave::test]
fn different_rates_are_kept_apart_on_threads() {
    let rates = Arc::new(threads::Rates::new());
    let other = {
        let rates = Arc::clone(&rates);
        thread::spawn(move || rates.get("USD", || 108))
    };
    let both = [rates.get("EUR", || 117), other.join().unwrap()];
    assert_eq!(both, [117, 108], "two threads asked for two rates at once");
    assert_eq!(rates.known(), 2, "two rates were loaded, and both are kept");
}

#[interleave::test(runtime = "smol")]
async fn a_first_rate_can_be_loaded_on_smol() {
    let rates = on_smol::Rates::new();
    assert_eq!(rates.get("EUR", async { 117 }).await, 117, "nobody had asked before, so the rate was loaded");
    assert_eq!(rates.get("EUR", async { unreachable!("it is known") }).await, 117, "the rate was kept");
    assert_eq!(rates.known().await, 1, "one currency was asked for");
}

#[interleave::test(runtime = "smol")]
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
    let load = async {
        // Loading takes until the customer was served.
        wait.recv().await.unwrap();
        108
    };
    let loaded = rates.get("USD", load).await;
    assert_eq!([customer.await, loaded], [117, 108], "EUR was known and served while USD was loaded");
}

#[interleave::test(runtime = "smol")]
async fn a_rate_is_loaded_once_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    let loads = Arc::new(AtomicU32::new(0));
    let ask = async |rates: Arc<on_smol::Rates>, loads: Arc<AtomicU32>| {
        let load = async {
            loads.fetch_add(1, SeqCst);
            interleave::yield_now().await;
            117
        };
        rates.get("EUR", load).await
    };
    let other = smol::spawn(ask(Arc::clone(&rates), Arc::clone(&loads)));
    let both = [ask(Arc::clone(&rates), Arc::clone(&loads)).await, other.await];
    assert_eq!(both, [117, 117], "two tasks asked for the same rate");
    assert_eq!(loads.load(SeqCst), 1, "two tasks asked for one rate at once; left stands how often it was loaded");
}

#[interleave::test(runtime = "smol")]
async fn different_rates_are_kept_apart_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    let other = {
        let rates = Arc::clone(&rates);
        smol::spawn(async move { rates.get("USD", async { 108 }).await })
    };
    let both = [rates.get("EUR", async { 117 }).await, other.await];
    assert_eq!(both, [117, 108], "two tasks asked for two rates at once");
    assert_eq!(rates.known().await, 2, "two rates were loaded, and both are kept");
}
