// Counting is not what is explored here, so the counter is `core`'s own.
use core::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::collections::HashSet;
use std::sync::{Arc, mpsc};
use std::thread;

use smol::block_on;
use upgradable::{on_smol, threads};

/// Runs a future on a thread of its own.
fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> thread::JoinHandle<T> {
    thread::spawn(|| block_on(future))
}

#[interleave::test]
fn a_first_rate_can_be_loaded_on_threads() {
    let rates = threads::Rates::new();
    assert_eq!(rates.known(), 0, "left: how many rates are known before the first call");
    assert_eq!(rates.get("EUR", || 117), 117, "left: what the first call returned, right: what was loaded");
    assert_eq!(rates.get("EUR", || unreachable!("it is known")), 117, "left: what the second call returned");
    assert_eq!(rates.known(), 1, "left: how many rates are known after two calls for one currency");
}

#[interleave::test(early_deadlines)]
fn known_rates_are_served_while_another_one_is_loaded_on_threads() {
    let rates = Arc::new(threads::Rates::new());
    rates.get("EUR", || 117);
    let (served, wait) = mpsc::channel();
    let customer = {
        let rates = Arc::clone(&rates);
        thread::spawn(move || {
            let rate = rates.get("EUR", || unreachable!("it is known"));
            let known = rates.known();
            served.send(()).unwrap();
            (rate, known)
        })
    };
    // Loading takes until the customer has been served.
    let load = || {
        wait.recv().unwrap();
        108
    };
    let loaded = rates.get("USD", load);
    let (rate, known) = customer.join().unwrap();
    assert_eq!([rate, loaded], [117, 108], "left: EUR, which was known, and USD, which was loaded meanwhile");
    assert_eq!(known, 1, "EUR was known, USD was still being loaded; left: what `known` returned");
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

#[interleave::test(early_deadlines)]
fn known_rates_are_served_while_another_one_is_stored_on_threads() {
    let rates = Arc::new(threads::Rates::new());
    rates.get("EUR", || 117);
    let (served, wait) = mpsc::channel();
    let customer = {
        let rates = Arc::clone(&rates);
        thread::spawn(move || {
            // It may have to wait while JPY is stored, which takes no time, but never while USD is loaded.
            let rate = rates.get("EUR", || unreachable!("it is known"));
            served.send(()).unwrap();
            rate
        })
    };
    let stored = rates.get("JPY", || 171);
    // Loading takes until the customer has been served.
    let load = || {
        wait.recv().unwrap();
        108
    };
    let loaded = rates.get("USD", load);
    let all = [customer.join().unwrap(), stored, loaded];
    assert_eq!(all, [117, 171, 108], "left: EUR, which was known, JPY and USD, which were loaded meanwhile");
}

#[interleave::test(early_deadlines)]
fn a_rate_is_loaded_once_on_threads() {
    let (rates, loads) = (Arc::new(threads::Rates::new()), Arc::new(AtomicU32::new(0)));
    let ask = |rates: Arc<threads::Rates>, loads: Arc<AtomicU32>| {
        rates.get("EUR", || {
            loads.fetch_add(1, SeqCst);
            // Loading takes so long that the other caller sleeps, or has given up.
            interleave::settle();
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

#[interleave::test(early_deadlines)]
fn a_rate_is_loaded_once_for_three_threads_on_threads() {
    let (rates, loads) = (Arc::new(threads::Rates::new()), Arc::new(AtomicU32::new(0)));
    let ask = || {
        let (rates, loads) = (Arc::clone(&rates), Arc::clone(&loads));
        thread::spawn(move || {
            rates.get("EUR", || {
                loads.fetch_add(1, SeqCst);
                117
            })
        })
    };
    let mut others = Vec::new();
    let load = || {
        loads.fetch_add(1, SeqCst);
        // The other two ask while this one loads.
        others.extend([ask(), ask()]);
        interleave::settle();
        117
    };
    let mut all = vec![rates.get("EUR", load)];
    all.extend(others.into_iter().map(|other| other.join().unwrap()));
    assert_eq!(all, [117; 3], "left: what three threads got for one currency");
    assert_eq!(loads.load(SeqCst), 1, "three threads asked for one rate at once; left: how often it was loaded");
}

#[interleave::test(early_deadlines)]
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
        // 20 currencies, one of which has no name, some again soon and some late. The rates go from 0 to the largest.
        let number = step * 7 % 20.min(step / 2 + 1);
        let currency = if number == 1 { String::new() } else { format!("{number:03}") };
        let rate = if number == 2 { u64::MAX } else { number };
        loaded.insert(number);
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

#[interleave::test(early_deadlines)]
fn known_rates_are_served_while_another_one_is_loaded_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    block_on(rates.get("EUR", async { 117 }));
    let (served, wait) = mpsc::channel();
    let customer = {
        let rates = Arc::clone(&rates);
        spawn(async move {
            let rate = rates.get("EUR", async { unreachable!("it is known") }).await;
            let known = rates.known().await;
            served.send(()).unwrap();
            (rate, known)
        })
    };
    // Loading takes until the customer has been served.
    let load = async {
        wait.recv().unwrap();
        108
    };
    let loaded = block_on(rates.get("USD", load));
    let (rate, known) = customer.join().unwrap();
    assert_eq!([rate, loaded], [117, 108], "left: EUR, which was known, and USD, which was loaded meanwhile");
    assert_eq!(known, 1, "EUR was known, USD was still being loaded; left: what `known` returned");
}

#[interleave::test(early_deadlines)]
fn known_rates_are_counted_while_another_one_is_loaded_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    block_on(rates.get("EUR", async { 117 }));
    let other = {
        let rates = Arc::clone(&rates);
        spawn(async move { rates.get("USD", async { 108 }).await })
    };
    let known = block_on(rates.known());
    other.join().unwrap();
    assert!((1..=2).contains(&known), "EUR was known, USD was being loaded, and `known` returned {known}");
}

#[interleave::test(early_deadlines)]
fn known_rates_are_served_while_another_one_is_stored_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    block_on(rates.get("EUR", async { 117 }));
    let (served, wait) = mpsc::channel();
    let customer = {
        let rates = Arc::clone(&rates);
        spawn(async move {
            // It may have to wait while JPY is stored, which takes no time, but never while USD is loaded.
            let rate = rates.get("EUR", async { unreachable!("it is known") }).await;
            served.send(()).unwrap();
            rate
        })
    };
    let stored = block_on(rates.get("JPY", async { 171 }));
    // Loading takes until the customer has been served.
    let load = async {
        wait.recv().unwrap();
        108
    };
    let loaded = block_on(rates.get("USD", load));
    let all = [customer.join().unwrap(), stored, loaded];
    assert_eq!(all, [117, 171, 108], "left: EUR, which was known, JPY and USD, which were loaded meanwhile");
}

#[interleave::test]
fn a_waiting_task_leaves_its_thread_to_others_on_smol() {
    let (rates, loads) = (on_smol::Rates::new(), AtomicU32::new(0));
    block_on(rates.get("EUR", async { 117 }));
    let (served, wait) = smol::channel::bounded(1);
    // Loading takes until the customer has been served.
    let load = async {
        loads.fetch_add(1, SeqCst);
        wait.recv().await.unwrap();
        108
    };
    let load_again = async {
        loads.fetch_add(1, SeqCst);
        108
    };
    let customer = async {
        let rate = rates.get("EUR", async { unreachable!("it is known") }).await;
        served.send(()).await.unwrap();
        rate
    };
    // All on one thread: the first one loads, the second one waits for it, and then comes the customer.
    let two = smol::future::zip(rates.get("USD", load), rates.get("USD", load_again));
    let (both, rate) = block_on(smol::future::zip(two, customer));
    assert_eq!((both, rate), ((108, 108), 117), "left: USD for two callers, and EUR, which was known");
    assert_eq!(loads.load(SeqCst), 1, "left: how often USD was loaded");
}

#[interleave::test(early_deadlines)]
fn a_rate_is_loaded_once_on_smol() {
    let (rates, loads) = (Arc::new(on_smol::Rates::new()), Arc::new(AtomicU32::new(0)));
    let ask = async |rates: Arc<on_smol::Rates>, loads: Arc<AtomicU32>| {
        let load = async {
            loads.fetch_add(1, SeqCst);
            // Loading takes so long that the other caller sleeps, or has given up.
            interleave::settle();
            117
        };
        rates.get("EUR", load).await
    };
    let other = spawn(ask(Arc::clone(&rates), Arc::clone(&loads)));
    let both = [block_on(ask(Arc::clone(&rates), Arc::clone(&loads))), other.join().unwrap()];
    assert_eq!(both, [117, 117], "left: what two tasks got for one currency");
    assert_eq!(loads.load(SeqCst), 1, "two tasks asked for one rate at once; left: how often it was loaded");
}

#[interleave::test]
fn a_rate_is_loaded_once_for_three_tasks_on_smol() {
    let (rates, loads) = (on_smol::Rates::new(), AtomicU32::new(0));
    let ask = async || {
        let load = async {
            loads.fetch_add(1, SeqCst);
            // The other two ask while this one loads.
            interleave::yield_now().await;
            117
        };
        rates.get("EUR", load).await
    };
    let all = block_on(smol::future::zip(smol::future::zip(ask(), ask()), ask()));
    assert_eq!(all, ((117, 117), 117), "left: what three tasks got for one currency");
    assert_eq!(loads.load(SeqCst), 1, "three tasks asked for one rate at once; left: how often it was loaded");
}

#[interleave::test(early_deadlines)]
fn different_rates_are_kept_apart_on_smol() {
    let rates = Arc::new(on_smol::Rates::new());
    let other = {
        let rates = Arc::clone(&rates);
        spawn(async move { rates.get("USD", async { 108 }).await })
    };
    let both = [block_on(rates.get("EUR", async { 117 })), other.join().unwrap()];
    assert_eq!(both, [117, 108], "left: what two tasks got for two currencies at once");
    assert_eq!(block_on(rates.known()), 2, "left: how many rates are known after two were loaded");
}

#[interleave::test(runtime = "smol")]
async fn each_of_many_rates_is_loaded_once_on_smol() {
    let rates = on_smol::Rates::new();
    let (mut loaded, loads) = (HashSet::new(), AtomicU32::new(0));
    for step in 0..60_u64 {
        // 20 currencies, one of which has no name, some again soon and some late. The rates go from 0 to the largest.
        let number = step * 7 % 20.min(step / 2 + 1);
        let currency = if number == 1 { String::new() } else { format!("{number:03}") };
        let rate = if number == 2 { u64::MAX } else { number };
        loaded.insert(number);
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
