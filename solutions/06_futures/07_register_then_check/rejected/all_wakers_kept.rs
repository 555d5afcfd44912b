//! verdict: failing-test the_task_that_polled_last_is_woken
//! Keeps the wakers of all polls, and wakes the tasks that do not read any more, too.
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
    reader: Mutex<Vec<Waker>>,
}

impl<R: Registers> Port<R> {
    pub fn new(registers: R) -> Self {
        Self { registers, reader: Mutex::default() }
    }

    /// The next byte. If there is none yet, keeps the waker of this poll, which the next interrupt wakes.
    pub fn poll_read(&self, context: &mut Context<'_>) -> Poll<u8> {
        // First the waker: a byte that comes from here on wakes this task. One that came before is taken below.
        self.reader.lock().unwrap().push(context.waker().clone());
        match self.registers.take() {
            Some(byte) => {
                self.reader.lock().unwrap().clear();
                Poll::Ready(byte)
            }
            None => Poll::Pending,
        }
    }

    /// Handles an interrupt, on any thread: on one that is in `poll_read`, too, which continues when this returns. It
    /// comes after each byte, and also when another device on the same line has something to say.
    pub fn interrupt(&self) {
        let readers = std::mem::take(&mut *self.reader.lock().unwrap());
        for waker in readers {
            waker.wake();
        }
    }
}
