//! verdict: failing-test no_other_thread_sends_during_a_transaction
//! Locks for the start and for the stop. Between them, any thread may send.
//!
//! The two-wire bus of a board, which connects the processor with the chips.

use std::cell::RefCell;

use parking_lot::ReentrantMutex;

/// What goes over the wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    Start,
    Byte(u8),
    Stop,
}

/// A bus that the drivers of all chips share. Each bus is independent of the others.
#[derive(Default)]
pub struct Bus {
    wires: ReentrantMutex<RefCell<Wires>>,
}

#[derive(Default)]
struct Wires {
    /// How many transactions have begun and not ended, one within the other.
    open: usize,
    sent: Vec<Signal>,
}

impl Wires {
    fn begin(&mut self) {
        if self.open == 0 {
            self.sent.push(Signal::Start);
        }
        self.open += 1;
    }

    fn end(&mut self) {
        self.open -= 1;
        if self.open == 0 {
            self.sent.push(Signal::Stop);
        }
    }
}

impl Bus {
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends a start, calls `body`, sends a stop, and returns what `body` returned. Other threads wait meanwhile. A
    /// transaction within a transaction is a part of it, without a start and a stop of its own.
    pub fn transaction<R>(&self, body: impl FnOnce() -> R) -> R {
        self.wires.lock().borrow_mut().begin();
        let result = body();
        self.wires.lock().borrow_mut().end();
        result
    }

    /// Sends one byte: within a transaction of this thread as a part of it, otherwise as a transaction of its own.
    pub fn send(&self, byte: u8) {
        let wires = self.wires.lock();
        let mut wires = wires.borrow_mut();
        wires.begin();
        wires.sent.push(Signal::Byte(byte));
        wires.end();
    }

    /// What has gone over the wires so far. Another thread's transaction is in it as a whole or not at all.
    pub fn sent(&self) -> Vec<Signal> {
        self.wires.lock().borrow().sent.clone()
    }
}
