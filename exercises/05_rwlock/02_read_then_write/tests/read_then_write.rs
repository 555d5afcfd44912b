use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use interleave::{histories, like_the_model};
use read_then_write::Metrics;

/// Adds to a counter on another thread.
fn add(metrics: &Arc<Metrics>, name: &'static str, n: u64) -> JoinHandle<()> {
    let metrics = Arc::clone(metrics);
    thread::spawn(move || metrics.add(name, n))
}

/// All counters, for comparing.
fn all(metrics: &Metrics) -> Vec<(String, u64)> {
    metrics.all()
}

/// What `all` should return.
fn listed(counters: &[(&str, u64)]) -> Vec<(String, u64)> {
    counters.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

#[interleave::test]
fn a_new_counter_is_added() {
    let metrics = Metrics::new();
    assert_eq!(metrics.value("requests"), None, "nothing was counted yet");
    metrics.add("requests", 2);
    assert_eq!(metrics.value("requests"), Some(2), "2 was added to a new counter, which begins at 0");
}

#[interleave::test]
fn a_known_counter_is_added_to() {
    let metrics = Metrics::new();
    metrics.add("requests", 2);
    metrics.add("requests", 3);
    assert_eq!(metrics.value("requests"), Some(5), "2 and then 3 were added to one counter");
    assert_eq!(all(&metrics), listed(&[("requests", 5)]), "left: all counters, after two calls for one name");
}

#[interleave::test]
fn two_threads_add_to_a_new_counter() {
    let metrics = Arc::new(Metrics::new());
    let other = add(&metrics, "requests", 2);
    metrics.add("requests", 3);
    other.join().unwrap();
    assert_eq!(metrics.value("requests"), Some(5), "two threads added 2 and 3 to one new counter at once");
}

#[interleave::test]
fn new_counters_of_two_threads_are_both_kept() {
    let metrics = Arc::new(Metrics::new());
    let other = add(&metrics, "errors", 1);
    metrics.add("requests", 3);
    other.join().unwrap();
    assert_eq!(
        all(&metrics),
        listed(&[("errors", 1), ("requests", 3)]),
        "two threads added to two new counters at once; left: all counters afterwards"
    );
}

#[interleave::test]
fn two_threads_add_to_a_known_counter() {
    let metrics = Arc::new(Metrics::new());
    metrics.add("requests", 10);
    let other = add(&metrics, "requests", 2);
    metrics.add("requests", 3);
    other.join().unwrap();
    assert_eq!(metrics.value("requests"), Some(15), "two threads added 2 and 3 to a counter that was 10");
}

#[interleave::test]
fn a_known_counter_has_its_value_at_every_moment() {
    let metrics = Arc::new(Metrics::new());
    metrics.add("requests", 10);
    let other = add(&metrics, "errors", 1);
    let value = metrics.value("requests");
    other.join().unwrap();
    assert_eq!(value, Some(10), "`requests` was 10 while another thread added to a new counter; left: its value");
}

#[interleave::test]
fn a_known_counter_is_listed_at_every_moment() {
    let metrics = Arc::new(Metrics::new());
    metrics.add("requests", 10);
    let other = add(&metrics, "errors", 1);
    let seen = all(&metrics);
    other.join().unwrap();
    // The new counter begins at 0, and may be seen then.
    let may_be_seen = [listed(&[]), listed(&[("errors", 0)]), listed(&[("errors", 1)])];
    let (known, new): (Vec<_>, Vec<_>) = seen.into_iter().partition(|(name, _)| name == "requests");
    assert_eq!(
        known,
        listed(&[("requests", 10)]),
        "`requests` was 10 while another thread added to `errors`; left: what `all` returned of it"
    );
    assert!(may_be_seen.contains(&new), "another thread added 1 to the new counter `errors`; `all` returned {new:?}");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn counters_are_like_a_map() {
    // Two of them differ only in case, and one has no name.
    const NAMES: [&str; 5] = ["errors", "Errors", "requests", "bytes", ""];
    histories(
        |draws| (NAMES[draws.below(NAMES.len())], draws.below(3) as u64),
        || (Metrics::new(), BTreeMap::new()),
        |(metrics, model), (name, n)| {
            metrics.add(name, n);
            *model.entry(name.to_owned()).or_default() += n;
            for name in NAMES {
                like_the_model(metrics.value(name), model.get(name).copied())?;
            }
            like_the_model(all(metrics), model.clone().into_iter().collect::<Vec<_>>())
        },
    );
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn there_may_be_any_number_of_counters() {
    let metrics = Metrics::new();
    for round in 1..=2 {
        for n in 0..1_000 {
            metrics.add(&format!("customer {n}"), n);
            assert_eq!(
                metrics.value(&format!("customer {n}")),
                Some(n * round),
                "left: the value of counter no. {n} after round {round}"
            );
        }
    }
    assert_eq!(all(&metrics).len(), 1_000, "left: how many counters are listed");
    metrics.add("customer 0", u64::MAX);
    assert_eq!(metrics.value("customer 0"), Some(u64::MAX), "the largest number was added to 0");
}

#[interleave::test]
fn each_service_has_its_own_counters() {
    let (shop, bank) = (Metrics::new(), Metrics::new());
    shop.add("requests", 2);
    assert_eq!(bank.value("requests"), None, "another service has counted requests, this one has not");
    bank.add("requests", 5);
    assert_eq!(
        [shop.value("requests"), bank.value("requests")],
        [Some(2), Some(5)],
        "left: the requests of two services"
    );
}
