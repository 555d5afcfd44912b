//! When `settle` returns, and when it does not.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use trace::FailureKind;

use super::explore;

#[test]
fn settling_lets_the_others_run_until_they_sleep_or_end() {
    let result = explore(|| {
        let state = Arc::new((Mutex::new((0, false)), Condvar::new()));
        let there = state.clone();
        let sleeper = thread::spawn(move || {
            let (mutex, condvar) = &*there;
            let mut guard = mutex.lock().unwrap();
            guard.0 = 1;
            drop(condvar.wait_while(guard, |(_, go)| !*go).unwrap());
        });
        interleave::settle();
        let (mutex, condvar) = &*state;
        assert_eq!(mutex.lock().unwrap().0, 1, "the sleeper had its turn");
        assert!(!sleeper.is_finished(), "nobody woke it");
        mutex.lock().unwrap().1 = true;
        condvar.notify_one();
        interleave::settle();
        assert!(sleeper.is_finished());
    });
    assert_eq!(result.err(), None);
}

#[test]
fn a_polling_thread_never_settles() {
    for look in [thread::yield_now, || thread::sleep(Duration::from_millis(1))] {
        let failure = explore(move || {
            let go = Arc::new(AtomicU32::new(0));
            let there = go.clone();
            let spinner = thread::spawn(move || {
                while there.load(Ordering::SeqCst) == 0 {
                    look();
                }
            });
            interleave::settle();
            go.store(1, Ordering::SeqCst);
            spinner.join().unwrap();
        });
        assert_eq!(failure.expect_err("it spins").kind, FailureKind::Livelock);
    }
}
