//! What the drop-in for std finds, and what it lets pass.
#![cfg(feature = "explore")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex, RwLock, mpsc};
use std::thread;

use interleave::explore::Exploration;

fn explore(body: impl Fn() + Send + Sync + 'static) -> Option<String> {
    let exploration =
        Exploration { budget: 1_000, seed: 1, replay: None, manifest_dir: env!("CARGO_MANIFEST_DIR").into() };
    let (_, result) = exploration.run(body);
    result.err().map(|failure| trace::timeline::draw(&failure, 100))
}

#[test]
fn an_abba_deadlock_is_found_and_drawn() {
    let picture = explore(|| {
        let a = Arc::new(Mutex::new(1));
        let b = Arc::new(Mutex::new(2));
        let (a2, b2) = (a.clone(), b.clone());
        let other = thread::spawn(move || {
            let b = b2.lock().unwrap();
            let a = a2.lock().unwrap();
            *a + *b
        });
        let guard = a.lock().unwrap();
        let sum = *guard + *b.lock().unwrap();
        drop(guard);
        assert_eq!(other.join().unwrap(), sum);
    });
    let picture = picture.expect("the deadlock is found");
    println!("{picture}");
    assert!(picture.contains("deadlock: main holds `a` and waits for `b`; thread 1 holds `b` and waits for `a`"));
}
