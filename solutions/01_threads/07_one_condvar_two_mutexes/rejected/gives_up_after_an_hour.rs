//! verdict: failing-test a_thread_sleeps_until_something_is_there_for_it
//! A limit on the wait: after an hour without a line, it says that the line was hung up.
//!
//! The driver of a modem: programs send commands to it, and wait for what it receives.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// One direction of the line: what is under way, and whether more may come.
#[derive(Default)]
struct Direction {
    lines: VecDeque<String>,
    is_closed: bool,
}

/// What the programs and the threads of the driver share.
#[derive(Default)]
pub struct Modem {
    commands: Mutex<Direction>,
    /// Notified when `commands` changes.
    has_command: Condvar,
    received: Mutex<Direction>,
    /// Notified when `received` changes.
    has_received: Condvar,
}

impl Modem {
    pub fn new() -> Self {
        Self::default()
    }

    /// A program sends a command to the driver. It waits for nobody.
    pub fn send(&self, command: &str) {
        self.commands.lock().lines.push_back(command.to_owned());
        self.has_command.notify_one();
    }

    /// The driver takes the next command, and sleeps until there is one. `None` once the line is hung up and no command
    /// is left.
    pub fn next_command(&self) -> Option<String> {
        let mut commands = self.commands.lock();
        while commands.lines.is_empty() && !commands.is_closed {
            self.has_command.wait(&mut commands);
        }
        commands.lines.pop_front()
    }

    /// The driver has received a line. It waits for nobody.
    pub fn deliver(&self, line: &str) {
        self.received.lock().lines.push_back(line.to_owned());
        self.has_received.notify_one();
    }

    /// A program takes the next line that was received, and sleeps until there is one. `None` once the line is hung up
    /// and no received line is left.
    pub fn receive(&self) -> Option<String> {
        let mut received = self.received.lock();
        while received.lines.is_empty() && !received.is_closed {
            if self.has_received.wait_for(&mut received, Duration::from_secs(3_600)).timed_out() {
                break;
            }
        }
        received.lines.pop_front()
    }

    /// Hangs up: everybody who waits is woken, and nobody waits any more.
    pub fn hang_up(&self) {
        self.commands.lock().is_closed = true;
        self.has_command.notify_all();
        self.received.lock().is_closed = true;
        self.has_received.notify_all();
    }
}
