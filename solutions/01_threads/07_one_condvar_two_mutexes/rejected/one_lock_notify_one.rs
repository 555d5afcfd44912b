//! verdict: deadlock a_command_wakes_the_driver_though_a_program_waits
//! One mutex, so no panic, but a notification may wake the thread that waits for something else.
//!
//! The driver of a modem: programs send commands to it, and wait for what it receives.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};

/// Both directions behind one lock.
#[derive(Default)]
struct Lines {
    commands: VecDeque<String>,
    received: VecDeque<String>,
    is_closed: bool,
}

/// What the programs and the threads of the driver share.
#[derive(Default)]
pub struct Modem {
    lines: Mutex<Lines>,
    changed: Condvar,
}

impl Modem {
    pub fn new() -> Self {
        Self::default()
    }

    /// A program sends a command to the driver. It waits for nobody.
    pub fn send(&self, command: &str) {
        self.lines.lock().commands.push_back(command.to_owned());
        self.changed.notify_one();
    }

    /// The driver takes the next command, and sleeps until there is one. `None` once the line is hung up and no command
    /// is left.
    pub fn next_command(&self) -> Option<String> {
        let mut lines = self.lines.lock();
        while lines.commands.is_empty() && !lines.is_closed {
            self.changed.wait(&mut lines);
        }
        lines.commands.pop_front()
    }

    /// The driver has received a line. It waits for nobody.
    pub fn deliver(&self, line: &str) {
        self.lines.lock().received.push_back(line.to_owned());
        self.changed.notify_one();
    }

    /// A program takes the next line that was received, and sleeps until there is one. `None` once the line is hung up
    /// and no received line is left.
    pub fn receive(&self) -> Option<String> {
        let mut lines = self.lines.lock();
        while lines.received.is_empty() && !lines.is_closed {
            self.changed.wait(&mut lines);
        }
        lines.received.pop_front()
    }

    /// Hangs up: everybody who waits is woken, and nobody waits any more.
    pub fn hang_up(&self) {
        self.lines.lock().is_closed = true;
        self.changed.notify_all();
    }
}
