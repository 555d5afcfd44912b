//! The driver of a modem: programs send commands to it, and wait for what it receives.

use std::sync::mpsc::{self, Receiver, Sender};

use parking_lot::Mutex;

/// A channel whose ends several threads share. `None` once it is closed.
struct Direction {
    sender: Mutex<Option<Sender<String>>>,
    receiver: Mutex<Receiver<String>>,
}

impl Default for Direction {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel();
        Self { sender: Mutex::new(Some(sender)), receiver: Mutex::new(receiver) }
    }
}

impl Direction {
    fn put(&self, line: &str) {
        if let Some(sender) = &*self.sender.lock() {
            sender.send(line.to_owned()).expect("the receiver is alive");
        }
    }

    /// A second thread waits for the lock, until the first one has its line.
    fn take(&self) -> Option<String> {
        self.receiver.lock().recv().ok()
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
        drop(self.commands.sender.lock().take());
        drop(self.received.sender.lock().take());
    }
}
