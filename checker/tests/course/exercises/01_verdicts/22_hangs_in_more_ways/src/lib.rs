use std::io;
use std::pin::pin;
use std::process::Command;
use std::sync::Mutex;
use std::task::{Context, Waker};
use std::thread;

pub fn locks_twice() {
    let lock = Mutex::new(0);
    let _first = lock.lock();
    let _second = lock.lock();
}

/// Runs a future on this thread, and wakes nobody.
pub fn blocks_on_what_is_never_ready() {
    let mut future = pin!(std::future::pending::<()>());
    while future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
        thread::park();
    }
}

pub struct NeverGone;

impl Drop for NeverGone {
    fn drop(&mut self) {
        loop {
            thread::park();
        }
    }
}

pub fn holds_the_output() {
    let _held = io::stdout().lock();
    thread::spawn(|| println!("out of the way")).join().unwrap();
}

/// Waits for a child that does not go when it is asked to.
pub fn waits_for_a_stubborn_child() {
    Command::new("sh").args(["-c", "trap '' TERM; sleep 61.3; sleep 61.3"]).status().unwrap();
}

/// Reads what nobody types.
pub fn reads() -> usize {
    io::stdin().read_line(&mut String::new()).unwrap()
}
