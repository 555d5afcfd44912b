//! What exploring lets pass.

use std::sync::{Barrier, Condvar, Mutex, mpsc};
use std::thread;

use super::{BUDGET, explore, finding};

#[test]
fn right_programs_pass_every_schedule() {
    explore(|| {
        let total = Mutex::new(0);
        let gate = Barrier::new(3);
        let (sender, receiver) = mpsc::sync_channel(1);
        thread::scope(|scope| {
            for n in 1..=2 {
                let (sender, gate, total) = (sender.clone(), &gate, &total);
                scope.spawn(move || {
                    *total.lock().unwrap() += n;
                    gate.wait();
                    sender.send(n).unwrap();
                });
            }
            drop(sender);
            gate.wait();
            assert_eq!(*total.lock().unwrap(), 3);
            assert_eq!(receiver.iter().sum::<i32>(), 3);
        });
    })
    .expect("nothing is wrong");
}

/// Would catch: the one schedule of a test with one task run a thousand times.
#[test]
fn without_a_choice_there_is_one_schedule() {
    let explored = |body: fn()| finding(body).explored.schedules;
    assert_eq!(explored(|| *Mutex::new(1).lock().unwrap() += 1), 1);
    assert_eq!(explored(|| thread::spawn(|| ()).join().unwrap()), BUDGET, "either may be first");
}

#[test]
fn a_monitor_passes_every_schedule() {
    explore(|| {
        let queue = Mutex::new(Vec::new());
        let filled = Condvar::new();
        thread::scope(|scope| {
            for n in 0..2 {
                let (queue, filled) = (&queue, &filled);
                scope.spawn(move || {
                    queue.lock().unwrap().push(n);
                    filled.notify_one();
                });
            }
            for _ in 0..2 {
                let mut items = filled.wait_while(queue.lock().unwrap(), |items| items.is_empty()).unwrap();
                items.pop().unwrap();
            }
        });
    })
    .expect("nothing is wrong");
}
