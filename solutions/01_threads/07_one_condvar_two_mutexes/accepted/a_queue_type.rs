//! The driver of a modem: programs send commands to it, and wait for what it receives.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

/// Lines from one side to the other, with everything that is needed to wait for them.
#[derive(Default)]
struct Direction {
    /// The lines, and whether no more will come.
    state: Mutex<(VecDeque<String>, bool)>,
    changed: Condvar,
}

impl Direction {
    fn put(&self, line: &str) {
        self.state.lock().unwrap().0.push_back(line.to_owned());
        self.changed.notify_one();
    }

    fn take(&self) -> Option<String> {
        let state = self.state.lock().unwrap();
        let waits = |(lines, is_closed): &mut (VecDeque<String>, bool)| lines.is_empty() && !*is_closed;
        self.changed.wait_while(state, waits).unwrap().0.pop_front()
    }

    fn close(&self) {
        self.state.lock().unwrap().1 = true;
        self.changed.notify_all();
    }
}

/// What the programs and the threads of the driver share.
#[derive(Default)]
pub struct Modem {
    commands: Direction,
    received: Direction,
}

impl Modem {
    pub fn new() -> Self {
        Self::default()
    }

    /// A program sends a command to the driver. It waits for nobody.
    pub fn send(&self, command: &str) {
        self.commands.put(command);
    }

    /// The driver takes the next command, and sleeps until there is one. `None` once the line is hung up and no command
    /// is left.
    pub fn next_command(&self) -> Option<String> {
        self.commands.take()
    }

    /// The driver has received a line. It waits for nobody.
    pub fn deliver(&self, line: &str) {
        self.received.put(line);
    }

    /// A program takes the next line that was received, and sleeps until there is one. `None` once the line is hung up
    /// and no received line is left.
    pub fn receive(&self) -> Option<String> {
        self.received.take()
    }

    /// Hangs up: everybody who waits is woken, and nobody waits any more.
    pub fn hang_up(&self) {
        self.commands.close();
        self.received.close();
    }
}
