//! Condition variables.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use drop_in_std::sync::atomic::AtomicBool;
use drop_in_std::sync::{Condvar, Mutex};
use drop_in_std::thread;

use crate::{Fails, Program, programs, run_all};

programs! {
    semaphore_loses_a_wake_up = Program::new(
        "semaphore loses a wake-up",
        Fails::Deadlock,
        || semaphore(|semaphore| {
            let mut permits = semaphore.permits.lock().unwrap();
            if *permits == 0 {
                drop(permits);
                permits = semaphore.permits.lock().unwrap();
                permits = semaphore.released.wait(permits).unwrap();
            }
            *permits -= 1;
        }),
        || semaphore(|semaphore| {
            let mut permits = semaphore.permits.lock().unwrap();
            while *permits == 0 {
                permits = semaphore.released.wait(permits).unwrap();
            }
            *permits -= 1;
        }),
    );
    bounded_buffer_notifies_one = Program::new(
        "bounded buffer, one condition variable, notify_one",
        Fails::Deadlock,
        || buffer(Condvar::notify_one),
        || buffer(Condvar::notify_all),
    ).too_large_to_prove();
    barrier_is_reused = Program::new(
        "barrier without a generation, used twice",
        Fails::Deadlock,
        || twice_through(|barrier| {
            let mut state = barrier.state.lock().unwrap();
            state.arrived += 1;
            if state.arrived == 2 {
                state.arrived = 0;
                barrier.opened.notify_all();
            }
            while state.arrived != 0 {
                state = barrier.opened.wait(state).unwrap();
            }
        }),
        || twice_through(|barrier| {
            let mut state = barrier.state.lock().unwrap();
            state.arrived += 1;
            if state.arrived == 2 {
                (state.arrived, state.generation) = (0, state.generation + 1);
                barrier.opened.notify_all();
                return;
            }
            let mine = state.generation;
            while state.generation == mine {
                state = barrier.opened.wait(state).unwrap();
            }
        }),
    );
    flag_is_set_without_the_mutex = Program::new(
        "flag of a condition variable set without the mutex",
        Fails::Deadlock,
        || shut_down(|shutdown| shutdown.asked.store(true, SeqCst)),
        || shut_down(|shutdown| {
            let _guard = shutdown.lock.lock().unwrap();
            shutdown.asked.store(true, SeqCst);
        }),
    );
}

struct Semaphore {
    permits: Mutex<u32>,
    released: Condvar,
}

/// Two threads that each acquire and release the only permit.
fn semaphore(acquire: fn(&Semaphore)) {
    let semaphore = Arc::new(Semaphore { permits: Mutex::new(1), released: Condvar::new() });
    let user = move |semaphore: Arc<Semaphore>| {
        move || {
            acquire(&semaphore);
            *semaphore.permits.lock().unwrap() += 1;
            semaphore.released.notify_one();
        }
    };
    run_all(vec![Box::new(user(Arc::clone(&semaphore))), Box::new(user(semaphore))]);
}

/// A buffer for one item; one producer, two consumers.
fn buffer(notify: fn(&Condvar)) {
    let buffer = Arc::new((Mutex::new(None), Condvar::new()));
    let consumers = [0; 2].map(|_| {
        let buffer = Arc::clone(&buffer);
        thread::spawn(move || {
            let (slot, changed) = &*buffer;
            let mut item = slot.lock().unwrap();
            while item.is_none() {
                item = changed.wait(item).unwrap();
            }
            *item = None;
            drop(item);
            notify(changed);
        })
    });
    let (slot, changed) = &*buffer;
    for n in 0..2 {
        let mut item = slot.lock().unwrap();
        while item.is_some() {
            item = changed.wait(item).unwrap();
        }
        *item = Some(n);
        drop(item);
        notify(changed);
    }
    consumers.into_iter().for_each(|consumer| consumer.join().unwrap());
}

#[derive(Default)]
struct Barrier {
    state: Mutex<Arrivals>,
    opened: Condvar,
}

#[derive(Default)]
struct Arrivals {
    arrived: u32,
    generation: u32,
}

/// Two threads that pass a barrier twice.
fn twice_through(wait: fn(&Barrier)) {
    let barrier = Arc::new(Barrier::default());
    let meet = move |barrier: Arc<Barrier>| {
        move || {
            wait(&barrier);
            wait(&barrier);
        }
    };
    run_all(vec![Box::new(meet(Arc::clone(&barrier))), Box::new(meet(barrier))]);
}

#[derive(Default)]
struct Shutdown {
    asked: AtomicBool,
    lock: Mutex<()>,
    wake: Condvar,
}

fn shut_down(ask: fn(&Shutdown)) {
    let shutdown = Arc::new(Shutdown::default());
    let waiter = {
        let shutdown = Arc::clone(&shutdown);
        thread::spawn(move || {
            let mut guard = shutdown.lock.lock().unwrap();
            while !shutdown.asked.load(SeqCst) {
                guard = shutdown.wake.wait(guard).unwrap();
            }
        })
    };
    ask(&shutdown);
    shutdown.wake.notify_all();
    waiter.join().unwrap();
}
