//! verdict: failing-test bytes_that_have_arrived_are_read_at_once
//! Reads only after an interrupt, as if each byte were announced before it can be read.
//!
//! A driver for a serial port, which receives bytes and announces them by interrupts.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

/// The registers of the port. The hardware changes them at any moment, without a lock of ours.
pub trait Registers {
    /// Takes the next received byte out of the port, if there is one.
    fn take(&self) -> Option<u8>;
}

/// A serial port, which one task reads at a time. Each `Port` is independent of the others.
pub struct Port<R> {
    registers: R,
    interrupts: AtomicU64,
    /// The waker of the latest poll, if its task waits for a byte.
    reader: Mutex<Option<Waker>>,
}

impl<R: Registers> Port<R> {
    pub fn new(registers: R) -> Self {
        Self { registers, interrupts: AtomicU64::new(0), reader: Mutex::default() }
    }

    /// The next byte. If there is none yet, keeps the waker of this poll, which the next interrupt wakes.
    pub fn poll_read(&self, context: &mut Context<'_>) -> Poll<u8> {
        // First the waker: a byte that comes from here on wakes this task. One that came before is taken below.
        *self.reader.lock().unwrap() = Some(context.waker().clone());
        if self.interrupts.load(Ordering::SeqCst) == 0 {
            return Poll::Pending;
        }
        match self.registers.take() {
            Some(byte) => {
                self.interrupts.fetch_sub(1, Ordering::SeqCst);
                *self.reader.lock().unwrap() = None;
                Poll::Ready(byte)
            }
            None => Poll::Pending,
        }
    }

    /// Handles an interrupt, on any thread: on one that is in `poll_read`, too, which continues when this returns. It
    /// comes after each byte, and also when another device on the same line has something to say.
    pub fn interrupt(&self) {
        self.interrupts.fetch_add(1, Ordering::SeqCst);
        let reader = self.reader.lock().unwrap().take();
        if let Some(waker) = reader {
            waker.wake();
        }
    }
}
