//! verdict: panic two_modems_do_not_disturb_each_other
//! One condition variable for each direction, and all modems share them: again one with several mutexes.
//!
//! The driver of a modem: programs send commands to it, and wait for what it receives.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};

/// One direction of the line: what is under way, and whether more may come.
#[derive(Default)]
struct Direction {
    lines: VecDeque<String>,
    is_closed: bool,
}

static HAS_COMMAND: Condvar = Condvar::new();
static HAS_RECEIVED: Condvar = Condvar::new();

/// What the programs and the threads of the driver share.
#[derive(Default)]
pub struct Modem {
    commands: Mutex<Direction>,
    received: Mutex<Direction>,
}

impl Modem {
    pub fn new() -> Self {
        Self::default()
    }

    /// A program sends a command to the driver. It waits for nobody.
    pub fn send(&self, command: &str) {
        self.commands.lock().lines.push_back(command.to_owned());
        HAS_COMMAND.notify_one();
    }

    /// The driver takes the next command, and sleeps until there is one. `None` once the line is hung up and no command
    /// is left.
    pub fn next_command(&self) -> Option<String> {
        let mut commands = self.commands.lock();
        while commands.lines.is_empty() && !commands.is_closed {
            HAS_COMMAND.wait(&mut commands);
        }
        commands.lines.pop_front()
    }

    /// The driver has received a line. It waits for nobody.
    pub fn deliver(&self, line: &str) {
        self.received.lock().lines.push_back(line.to_owned());
        HAS_RECEIVED.notify_one();
    }

    /// A program takes the next line that was received, and sleeps until there is one. `None` once the line is hung up
    /// and no received line is left.
    pub fn receive(&self) -> Option<String> {
        let mut received = self.received.lock();
        while received.lines.is_empty() && !received.is_closed {
            HAS_RECEIVED.wait(&mut received);
        }
        received.lines.pop_front()
    }

    /// Hangs up: everybody who waits is woken, and nobody waits any more.
    pub fn hang_up(&self) {
        self.commands.lock().is_closed = true;
        HAS_COMMAND.notify_all();
        self.received.lock().is_closed = true;
        HAS_RECEIVED.notify_all();
    }
}
