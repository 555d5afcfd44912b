// The order is noted while the others sleep, so the counters are `core`'s own.
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::mem;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use interleave::HighWater;
use writer_starves::Gate;

/// Notes in which order threads were let in.
#[derive(Default)]
struct Order {
    entered: AtomicUsize,
    places: [AtomicUsize; 3],
}

impl Order {
    /// The thread `number` was let in.
    fn note(&self, number: usize) {
        self.places[number].store(self.entered.fetch_add(1, SeqCst) + 1, SeqCst);
    }

    /// The numbers of the threads that were let in, first one first.
    fn so_far(&self) -> Vec<usize> {
        let place = |number: &usize| self.places[*number].load(SeqCst);
        let mut numbers: Vec<usize> = (0..self.places.len()).filter(|number| place(number) > 0).collect();
        numbers.sort_by_key(place);
        numbers
    }
}

/// A gate, and the order in which it has let threads in.
type Watched = (Gate, Order);

/// A thread comes that sends a request. Returns when it is in or asleep.
fn request_comes(watched: &Arc<Watched>, number: usize) -> JoinHandle<()> {
    let watched = Arc::clone(watched);
    let thread = thread::spawn(move || {
        let _request = watched.0.request();
        watched.1.note(number);
    });
    interleave::settle();
    thread
}

/// A thread comes that migrates. Returns when it is in or asleep.
fn migration_comes(watched: &Arc<Watched>, number: usize) -> JoinHandle<()> {
    let watched = Arc::clone(watched);
    let thread = thread::spawn(move || {
        let _migration = watched.0.migrate();
        watched.1.note(number);
    });
    interleave::settle();
    thread
}

/// Compares the order so far. Only explore mode knows who has come first, so this looks only there.
#[track_caller]
fn let_in(watched: &Watched, expected: &[usize], what: &str) {
    let order = watched.1.so_far();
    if cfg!(feature = "explore") {
        assert_eq!(order, expected, "{what}");
    }
}

fn join<const N: usize>(threads: [JoinHandle<()>; N]) {
    for thread in threads {
        thread.join().unwrap();
    }
}

#[interleave::test]
fn a_request_waits_for_a_migration_that_came_before_it() {
    let watched = Arc::new(Watched::default());
    let request = watched.0.request();
    let migration = migration_comes(&watched, 0);
    let late = request_comes(&watched, 1);
    let_in(
        &watched,
        &[],
        "a request is being handled, a migration (0) waits for it, and another request (1) comes; left: who was let in",
    );
    drop(request);
    join([migration, late]);
    let_in(&watched, &[0, 1], "a migration (0) came before a request (1); left: in which order they were let in");
}

#[interleave::test]
fn a_migration_waits_for_requests_that_came_before_it() {
    let watched = Arc::new(Watched::default());
    let first = watched.0.migrate();
    let request = request_comes(&watched, 0);
    let migration = migration_comes(&watched, 1);
    let_in(&watched, &[], "a migration is under way; left: who was let in");
    drop(first);
    join([request, migration]);
    let_in(&watched, &[0, 1], "a request (0) came before a migration (1); left: in which order they were let in");
    // And while they are being handled.
    let watched = Arc::new(Watched::default());
    let requests = [watched.0.request(), watched.0.request()];
    let migration = migration_comes(&watched, 0);
    for request in requests {
        let_in(&watched, &[], "a migration was let in, and one of two requests that came before it is being handled");
        drop(request);
        interleave::settle();
    }
    let_in(&watched, &[0], "both requests have ended; left: whether the migration was let in");
    join([migration]);
}

#[interleave::test]
fn callers_are_let_in_in_the_order_in_which_they_came() {
    let watched = Arc::new(Watched::default());
    let first = watched.0.migrate();
    // The last request distinguishes a queue from phases, in which a migration is followed by all requests that wait.
    let waiting = [request_comes(&watched, 0), migration_comes(&watched, 1), request_comes(&watched, 2)];
    let_in(&watched, &[], "a migration is under way; left: who else was let in");
    drop(first);
    join(waiting);
    let_in(
        &watched,
        &[0, 1, 2],
        "a request (0), a migration (1) and another request (2) came, one after the other; left: in which order they were \
         let in",
    );
}

#[interleave::test]
fn a_caller_that_is_being_woken_keeps_its_place() {
    let watched = Arc::new(Watched::default());
    let first = watched.0.request();
    let migration = migration_comes(&watched, 0);
    drop(first);
    // The migration may begin, and may not have woken yet.
    let late = watched.0.request();
    let_in(
        &watched,
        &[0],
        "a migration (0) waited for a request; the request ended, and another one came and was let in; left: who was let \
         in before it",
    );
    drop(late);
    join([migration]);
}

#[interleave::test]
fn migrations_run_in_the_order_in_which_they_came() {
    let watched = Arc::new(Watched::default());
    let first = watched.0.migrate();
    let waiting = [0, 1].map(|number| migration_comes(&watched, number));
    let_in(&watched, &[], "a migration is under way; left: which others were let in");
    drop(first);
    join(waiting);
    let_in(&watched, &[0, 1], "two migrations came, one after the other; left: in which order they were let in");
}

#[interleave::test]
fn waiting_callers_sleep() {
    let watched = Arc::new(Watched::default());
    let first = watched.0.request();
    // A thread that tries again and again never settles.
    let waiting = [migration_comes(&watched, 0), request_comes(&watched, 1)];
    drop(first);
    join(waiting);
}

#[interleave::test]
fn requests_run_at_the_same_time() {
    let gate = Gate::new();
    // One thread can hold all of them only if none waits for another one.
    let all: Vec<_> = (0..300).map(|_| gate.request()).collect();
    assert_eq!(all.len(), 300, "left: how many requests were let in");
    drop(all);
    drop(gate.migrate());
}

#[interleave::test]
fn requests_that_waited_run_at_the_same_time() {
    let gate = Arc::new(Gate::new());
    let migration = gate.migrate();
    // With two of them, a wake-up for one would always find the right one.
    let requests = [(); 3].map(|()| {
        let gate = Arc::clone(&gate);
        // It never ends. If another one has to wait for that, it waits forever.
        thread::spawn(move || mem::forget(gate.request()))
    });
    interleave::settle();
    drop(migration);
    join(requests);
}

#[interleave::test]
fn a_migration_runs_alone() {
    let (gate, inside) = (Arc::new(Gate::new()), Arc::new(HighWater::new()));
    let migrate = |gate: &Gate, inside: &HighWater| {
        let _migration = gate.migrate();
        let _inside = inside.enter();
        thread::yield_now();
        inside.inside()
    };
    let other = {
        let (gate, inside) = (Arc::clone(&gate), Arc::clone(&inside));
        thread::spawn(move || {
            let _request = gate.request();
            let _inside = inside.enter();
            thread::yield_now();
        })
    };
    let seen = migrate(&gate, &inside);
    other.join().unwrap();
    assert_eq!([seen, inside.highest()], [1, 1], "left: how many threads were in, during a migration and at most");
}

#[interleave::test]
fn two_migrations_do_not_overlap() {
    let (gate, inside) = (Arc::new(Gate::new()), Arc::new(HighWater::new()));
    let migrate = |gate: &Gate, inside: &HighWater| {
        let _migration = gate.migrate();
        let _inside = inside.enter();
        thread::yield_now();
    };
    let other = {
        let (gate, inside) = (Arc::clone(&gate), Arc::clone(&inside));
        thread::spawn(move || migrate(&gate, &inside))
    };
    migrate(&gate, &inside);
    other.join().unwrap();
    assert_eq!(inside.highest(), 1, "left: how many migrations were under way at once");
}

#[interleave::test(spurious_wakes)]
fn a_woken_caller_looks_again() {
    let (gate, is_handled) = (Arc::new(Gate::new()), Arc::new(AtomicBool::new(true)));
    let request = gate.request();
    let migration = {
        let (gate, is_handled) = (Arc::clone(&gate), Arc::clone(&is_handled));
        thread::spawn(move || {
            let _migration = gate.migrate();
            is_handled.load(SeqCst)
        })
    };
    thread::yield_now();
    is_handled.store(false, SeqCst);
    drop(request);
    assert!(!migration.join().unwrap(), "a migration was let in while a request was being handled");
}

#[interleave::test]
fn a_thread_may_panic() {
    let gate = Arc::new(Gate::new());
    let threads: [JoinHandle<()>; 2] = [false, true].map(|migrates| {
        let gate = Arc::clone(&gate);
        thread::spawn(move || match migrates {
            true => {
                let _migration = gate.migrate();
                panic!("during a migration");
            }
            false => {
                let _request = gate.request();
                panic!("during a request");
            }
        })
    });
    for thread in threads {
        assert!(thread.join().is_err(), "the thread panics");
    }
    // Both have ended, so nothing is in the way.
    drop(gate.migrate());
    drop(gate.request());
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn a_gate_works_for_any_number_of_callers() {
    let gate = Gate::new();
    for n in 0..42_000 {
        if n % 3 == 0 {
            drop(gate.migrate());
        } else {
            let both = (gate.request(), gate.request());
            drop(both);
        }
    }
}

#[interleave::test]
fn each_gate_is_independent() {
    let (users, orders) = (Gate::new(), Gate::new());
    let migration = users.migrate();
    drop(orders.request());
    drop(orders.migrate());
    drop(migration);
    drop(users.request());
}
