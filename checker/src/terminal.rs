//! The keyboard, key by key instead of line by line, and the terminal as it was before afterwards.

use std::io::{self, IsTerminal as _, Read as _};
use std::sync::Arc;
use std::thread;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// While it lives, keys come at once and are not shown. Ctrl-C goes on to be a signal.
pub struct Keyboard(Restore);

/// Puts the terminal back, as often as it is asked.
#[derive(Clone)]
pub struct Restore(Arc<Termios>);

impl Keyboard {
    /// `None` if standard input is no terminal.
    pub fn open(key: impl Fn(u8) + Send + 'static) -> io::Result<Option<Keyboard>> {
        if !io::stdin().is_terminal() {
            return Ok(None);
        }
        let before = tcgetattr(io::stdin())?;
        let mut modes = before.clone();
        modes.local_modes -= LocalModes::ICANON | LocalModes::ECHO;
        tcsetattr(io::stdin(), OptionalActions::Now, &modes)?;
        let keyboard = Keyboard(Restore(Arc::new(before)));
        thread::Builder::new().name("keyboard".to_owned()).spawn(move || {
            for byte in io::stdin().lock().bytes().map_while(Result::ok) {
                key(byte);
            }
        })?;
        Ok(Some(keyboard))
    }

    pub fn restore(&self) -> Restore {
        self.0.clone()
    }
}

impl Restore {
    pub fn now(&self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.0.now();
    }
}
