// Counting is not what is explored here, so the counters are `core`'s own.
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use tail_expression::Tracking;

type Depots = Tracking<&'static str>;

/// Parcels 1 and 2 in the depot, parcel 3 in a van, and how often `monitor` was called.
fn three_parcels(monitor: impl Fn(&Depots) + Send + Sync + 'static) -> (Arc<Depots>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let tracking = Tracking::new(move |tracking| {
        count.fetch_add(1, SeqCst);
        monitor(tracking);
    });
    tracking.set(1, "depot");
    tracking.set(2, "depot");
    tracking.set(3, "van 7");
    (Arc::new(tracking), calls)
}

#[interleave::test]
fn the_monitor_is_called_once_for_each_query() {
    let (tracking, calls) = three_parcels(|_| {});
    assert_eq!(tracking.parcels(), 3, "three parcels have a place");
    assert_eq!(calls.load(SeqCst), 0, "there was no query yet (left: how often the monitor was called)");
    assert_eq!(tracking.locate(1), Some("depot"), "parcel 1 is in the depot");
    assert_eq!(calls.load(SeqCst), 1, "`locate` was called once (left: how often the monitor was)");
    assert_eq!(tracking.locate(9), None, "there is no parcel 9");
    assert_eq!(calls.load(SeqCst), 2, "`locate` was called again and found nothing (left: calls of the monitor)");
    assert_eq!(tracking.count_at(&"depot"), 2, "parcels 1 and 2 are in the depot");
    assert_eq!(calls.load(SeqCst), 3, "`count_at` was called once (left: calls of the monitor)");
    assert_eq!(tracking.count_at(&"van 8"), 0, "no parcel is in van 8");
    assert_eq!(calls.load(SeqCst), 4, "`count_at` was called again (left: calls of the monitor)");
}

#[interleave::test]
fn the_monitor_may_ask_how_many_parcels_there_are() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let (tracking, _) = three_parcels(move |tracking| {
        let parcels = tracking.parcels();
        notes.lock().unwrap().push(parcels);
    });
    assert_eq!(tracking.locate(3), Some("van 7"), "parcel 3 is in a van");
    assert_eq!(*seen.lock().unwrap(), [3], "the monitor asked at the end of `locate` (left: what it saw)");
    assert_eq!(tracking.count_at(&"depot"), 2, "parcels 1 and 2 are in the depot");
    assert_eq!(*seen.lock().unwrap(), [3, 3], "the monitor asked at the end of `count_at` as well (left: what it saw)");
}

#[interleave::test]
fn the_monitor_may_set_a_place_and_begin_a_query() {
    let depth = AtomicUsize::new(0);
    let found = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&found);
    let (tracking, calls) = three_parcels(move |tracking| {
        // A query of the monitor ends with a call of the monitor, too.
        if depth.fetch_add(1, SeqCst) == 0 {
            tracking.set(1, "van 8");
            let found = (tracking.locate(1), tracking.count_at(&"depot"));
            notes.lock().unwrap().push(found);
        }
        depth.fetch_sub(1, SeqCst);
    });
    assert_eq!(tracking.locate(1), Some("depot"), "when the query looked, parcel 1 was in the depot");
    assert_eq!(
        *found.lock().unwrap(),
        [(Some("van 8"), 1)],
        "the monitor moved parcel 1 from the depot to van 8, and asked where it is and how many are in the depot"
    );
    assert_eq!(tracking.count_at(&"van 8"), 1, "the monitor has moved parcel 1 to van 8");
    assert_eq!(calls.load(SeqCst), 6, "two queries, each with two more from the monitor (left: calls of the monitor)");
}

#[interleave::test]
fn the_monitor_is_called_when_the_query_has_looked() {
    /// What happened, in order.
    type Log = Arc<Mutex<Vec<&'static str>>>;
    /// A place that notes when it is looked at.
    struct Place(Log);
    impl Place {
        fn look(&self) {
            self.0.lock().unwrap().push("look");
        }
    }
    impl Clone for Place {
        fn clone(&self) -> Self {
            self.look();
            Self(Arc::clone(&self.0))
        }
    }
    impl PartialEq for Place {
        fn eq(&self, _: &Self) -> bool {
            self.look();
            true
        }
    }
    /// How often a query looks at a place is its own affair.
    fn ends_after_it_has_looked(happened: &[&str]) -> bool {
        matches!(happened, [looks @ .., "look", "end"] if !looks.contains(&"end"))
    }
    let log = Log::default();
    let notes = Arc::clone(&log);
    let tracking = Tracking::new(move |_| notes.lock().unwrap().push("end"));
    tracking.set(1, Place(Arc::clone(&log)));
    let place = tracking.locate(1).expect("parcel 1 has a place");
    let happened = std::mem::take(&mut *log.lock().unwrap());
    assert!(
        ends_after_it_has_looked(&happened),
        "`locate` clones the place, and then it ends; what happened: {happened:?}"
    );
    tracking.count_at(&place);
    let happened = log.lock().unwrap().clone();
    assert!(
        ends_after_it_has_looked(&happened),
        "`count_at` compares the place, and then it ends; what happened: {happened:?}"
    );
}

#[interleave::test]
fn the_monitor_is_called_when_a_query_panics() {
    struct Torn;
    impl Clone for Torn {
        fn clone(&self) -> Self {
            panic!("a place that cannot be cloned")
        }
    }
    impl PartialEq for Torn {
        fn eq(&self, _: &Self) -> bool {
            panic!("a place that cannot be compared")
        }
    }
    for of in ["locate", "count_at"] {
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        let tracking = Tracking::new(move |_| {
            count.fetch_add(1, SeqCst);
        });
        tracking.set(1, Torn);
        let query = catch_unwind(AssertUnwindSafe(|| match of {
            "locate" => drop(tracking.locate(1)),
            _ => drop(tracking.count_at(&Torn)),
        }));
        assert!(query.is_err(), "`{of}` panicked, and returned all the same");
        assert_eq!(calls.load(SeqCst), 1, "`{of}` panicked, and so it ended (left: how often the monitor was called)");
    }
}

#[interleave::test]
fn others_use_the_tracking_while_the_monitor_runs() {
    for of in ["locate", "count_at"] {
        let steps = Arc::new(Barrier::new(2));
        let theirs = Arc::clone(&steps);
        let (tracking, _) = three_parcels(move |tracking| {
            // The query of the main thread ends; that of the other one comes later, when parcel 4 is there.
            if tracking.parcels() == 3 {
                theirs.wait();
                theirs.wait();
            }
        });
        let other = {
            let tracking = Arc::clone(&tracking);
            thread::spawn(move || {
                steps.wait();
                tracking.set(4, "depot");
                let found = (tracking.locate(4), tracking.count_at(&"depot"));
                steps.wait();
                found
            })
        };
        match of {
            "locate" => assert_eq!(tracking.locate(1), Some("depot"), "parcel 1 is in the depot"),
            _ => assert_eq!(tracking.count_at(&"depot"), 2, "parcels 1 and 2 are in the depot"),
        }
        let found = other.join().unwrap();
        assert_eq!(found, (Some("depot"), 3), "the monitor ran, and another thread added a third parcel to the depot");
    }
}

#[interleave::test]
fn a_parcel_is_found_while_others_are_set() {
    let (tracking, _) = three_parcels(|_| {});
    let other = {
        let tracking = Arc::clone(&tracking);
        thread::spawn(move || tracking.set(4, "van 8"))
    };
    let (place, in_depot) = (tracking.locate(1), tracking.count_at(&"depot"));
    other.join().unwrap();
    assert_eq!(place, Some("depot"), "parcel 1 was in the depot while another thread set the place of parcel 4");
    assert_eq!(in_depot, 2, "two parcels were in the depot while another thread set the place of parcel 4");
    assert_eq!(tracking.locate(4), Some("van 8"), "another thread has set the place of parcel 4");
}

#[interleave::test]
fn two_trackings_do_not_wait_for_each_other() {
    let (there, calls) = three_parcels(|_| {});
    let theirs = Arc::clone(&there);
    let (here, _) = three_parcels(move |_| assert_eq!(theirs.locate(1), Some("depot")));
    assert_eq!(here.locate(3), Some("van 7"), "parcel 3 is in a van");
    assert_eq!(here.count_at(&"depot"), 2, "parcels 1 and 2 are in the depot");
    assert_eq!(calls.load(SeqCst), 2, "the monitor of one tracking asked the other one, twice");
}
