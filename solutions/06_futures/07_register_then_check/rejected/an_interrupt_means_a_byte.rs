//! verdict: panic an_interrupt_without_a_byte_ends_no_read
//! Takes an interrupt for a byte: the next poll expects one, and panics when another device was meant.
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
    interrupted: Mutex<bool>,
    /// The waker of the latest poll, if its task waits for a byte.
    reader: Mutex<Option<Waker>>,
}

impl<R: Registers> Port<R> {
    pub fn new(registers: R) -> Self {
        Self { registers, interrupted: Mutex::default(), reader: Mutex::default() }
    }

    /// The next byte. If there is none yet, keeps the waker of this poll, which the next interrupt wakes.
    pub fn poll_read(&self, context: &mut Context<'_>) -> Poll<u8> {
        // First the waker: a byte that comes from here on wakes this task. One that came before is taken below.
        *self.reader.lock().unwrap() = Some(context.waker().clone());
        match self.registers.take() {
            Some(byte) => {
                *self.reader.lock().unwrap() = None;
                *self.interrupted.lock().unwrap() = false;
                Poll::Ready(byte)
            }
            None => {
                assert!(!*self.interrupted.lock().unwrap(), "the interrupt announced a byte");
                Poll::Pending
            }
        }
    }

    /// Handles an interrupt, on any thread: on one that is in `poll_read`, too, which continues when this returns. It
    /// comes after each byte, and also when another device on the same line has something to say.
    pub fn interrupt(&self) {
        *self.interrupted.lock().unwrap() = true;
        let reader = self.reader.lock().unwrap().take();
        if let Some(waker) = reader {
            waker.wake();
        }
    }
}
