//! verdict: failing-test an_interrupt_may_stop_the_thread_that_polls
//! Looks, registers and looks again. A byte that the second look finds leaves the waker in place.
//!
//! A driver for a serial port, which receives bytes and announces them by interrupts.

use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// The registers of the port. The hardware changes them at any moment, without a lock of ours.
pub trait Registers {
    /// Takes the next received byte out of the port, if there is one.
    fn take(&self) -> Option<u8>;
}

/// A serial port, which one task reads at a time. Each `Port` is independent of the others.
pub struct Port<R> {
    registers: R,
    /// The waker of the latest poll, if its task waits for a byte.
    reader: Mutex<Option<Waker>>,
}

impl<R: Registers> Port<R> {
    pub fn new(registers: R) -> Self {
        Self { registers, reader: Mutex::default() }
    }

    /// The next byte. If there is none yet, keeps the waker of this poll, which the next interrupt wakes.
    pub fn poll_read(&self, context: &mut Context<'_>) -> Poll<u8> {
        if let Some(byte) = self.registers.take() {
            *self.reader.lock().unwrap() = None;
            return Poll::Ready(byte);
        }
        *self.reader.lock().unwrap() = Some(context.waker().clone());
        if let Some(byte) = self.registers.take() {
            return Poll::Ready(byte);
        }
        Poll::Pending
    }

    /// Handles an interrupt, on any thread: on one that is in `poll_read`, too, which continues when this returns. It
    /// comes after each byte, and also when another device on the same line has something to say.
    pub fn interrupt(&self) {
        let reader = self.reader.lock().unwrap().take();
        if let Some(waker) = reader {
            waker.wake();
        }
    }
}
