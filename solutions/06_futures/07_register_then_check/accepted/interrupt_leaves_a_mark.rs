//! A driver for a serial port, which receives bytes and announces them by interrupts.

use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

/// The registers of the port. The hardware changes them at any moment, without a lock of ours.
pub trait Registers {
    /// Takes the next received byte out of the port, if there is one.
    fn take(&self) -> Option<u8>;
}

#[derive(Default)]
struct Reader {
    /// The waker of the latest poll, if its task waits for a byte.
    waker: Option<Waker>,
    /// An interrupt has come since the last look at the registers began.
    interrupted: bool,
}

/// A serial port, which one task reads at a time. Each `Port` is independent of the others.
pub struct Port<R> {
    registers: R,
    reader: Mutex<Reader>,
}

impl<R: Registers> Port<R> {
    pub fn new(registers: R) -> Self {
        Self { registers, reader: Mutex::default() }
    }

    /// The next byte. If there is none yet, keeps the waker of this poll, which the next interrupt wakes.
    pub fn poll_read(&self, context: &mut Context<'_>) -> Poll<u8> {
        *self.reader.lock().unwrap() = Reader::default();
        if let Some(byte) = self.registers.take() {
            return Poll::Ready(byte);
        }
        let mut reader = self.reader.lock().unwrap();
        if reader.interrupted {
            // There is something new, so this task wants to be polled again.
            context.waker().wake_by_ref();
        } else {
            reader.waker = Some(context.waker().clone());
        }
        Poll::Pending
    }

    /// Handles an interrupt, on any thread: on one that is in `poll_read`, too, which continues when this returns. It
    /// comes after each byte, and also when another device on the same line has something to say.
    pub fn interrupt(&self) {
        let waker = {
            let mut reader = self.reader.lock().unwrap();
            reader.interrupted = true;
            reader.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}
