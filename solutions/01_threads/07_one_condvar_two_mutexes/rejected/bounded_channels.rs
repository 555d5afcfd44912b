//! verdict: deadlock sending_and_delivering_wait_for_nobody
//! Bounded channels: where sixteen lines wait to be taken, the next `send` or `deliver` waits for somebody to take one.
//!
//! The driver of a modem: programs send commands to it, and wait for what it receives.

use std::sync::mpsc::{self, Receiver, SyncSender};

use parking_lot::Mutex;

/// What the programs and the threads of the driver share.
pub struct Modem {
    commands: (Mutex<Option<SyncSender<String>>>, Mutex<Receiver<String>>),
    received: (Mutex<Option<SyncSender<String>>>, Mutex<Receiver<String>>),
}

impl Modem {
    pub fn new() -> Self {
        fn channel() -> (Mutex<Option<SyncSender<String>>>, Mutex<Receiver<String>>) {
            let (sender, receiver) = mpsc::sync_channel(16);
            (Mutex::new(Some(sender)), Mutex::new(receiver))
        }
        Self { commands: channel(), received: channel() }
    }

    /// A program sends a command to the driver. It waits for nobody.
    pub fn send(&self, command: &str) {
        let sender = self.commands.0.lock().clone();
        if let Some(sender) = sender {
            let _ = sender.send(command.to_owned());
        }
    }

    /// The driver takes the next command, and sleeps until there is one. `None` once the line is hung up and no command
    /// is left.
    pub fn next_command(&self) -> Option<String> {
        self.commands.1.lock().recv().ok()
    }

    /// The driver has received a line. It waits for nobody.
    pub fn deliver(&self, line: &str) {
        let sender = self.received.0.lock().clone();
        if let Some(sender) = sender {
            let _ = sender.send(line.to_owned());
        }
    }

    /// A program takes the next line that was received, and sleeps until there is one. `None` once the line is hung up
    /// and no received line is left.
    pub fn receive(&self) -> Option<String> {
        self.received.1.lock().recv().ok()
    }

    /// Hangs up: everybody who waits is woken, and nobody waits any more.
    pub fn hang_up(&self) {
        self.commands.0.lock().take();
        self.received.0.lock().take();
    }
}
