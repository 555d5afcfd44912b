//! verdict: failing-test no_other_transaction_begins_when_an_inner_one_has_ended
//! Remembers the owner and not how often it has begun: the end of the inner transaction lets other threads in.
//!
//! The two-wire bus of a board, which connects the processor with the chips.

use std::thread::{self, ThreadId};

use parking_lot::{Condvar, Mutex};

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
    owner: Mutex<Option<ThreadId>>,
    free: Condvar,
    wires: Mutex<Wires>,
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

    fn acquire(&self) {
        let mut owner = self.owner.lock();
        let me = thread::current().id();
        while owner.is_some_and(|owner| owner != me) {
            self.free.wait(&mut owner);
        }
        *owner = Some(me);
    }

    fn release(&self) {
        *self.owner.lock() = None;
        self.free.notify_one();
    }

    /// Sends a start, calls `body`, sends a stop, and returns what `body` returned. Other threads wait meanwhile. A
    /// transaction within a transaction is a part of it, without a start and a stop of its own.
    pub fn transaction<R>(&self, body: impl FnOnce() -> R) -> R {
        self.acquire();
        self.wires.lock().begin();
        let result = body();
        self.wires.lock().end();
        self.release();
        result
    }

    /// Sends one byte: within a transaction of this thread as a part of it, otherwise as a transaction of its own.
    pub fn send(&self, byte: u8) {
        let is_mine = *self.owner.lock() == Some(thread::current().id());
        if is_mine {
            self.wires.lock().sent.push(Signal::Byte(byte));
        } else {
            self.transaction(|| self.wires.lock().sent.push(Signal::Byte(byte)));
        }
    }

    /// What has gone over the wires so far. Another thread's transaction is in it as a whole or not at all.
    pub fn sent(&self) -> Vec<Signal> {
        let is_mine = *self.owner.lock() == Some(thread::current().id());
        if is_mine {
            return self.wires.lock().sent.clone();
        }
        self.acquire();
        let sent = self.wires.lock().sent.clone();
        self.release();
        sent
    }
}
