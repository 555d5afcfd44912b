//! Unix terminals: termios, and bytes that are decoded into keys.

use std::ffi::OsString;
use std::io;
use std::process::Command;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{InputModes, LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::{Input, Shared};
use crate::ui::keys::Decoder;

/// How long to wait for the rest of a key sequence. After that, Esc is the key Esc.
const REST_OF_A_KEY: Duration = Duration::from_millis(30);

/// The original modes of the terminal.
pub struct Modes(Termios);

impl Modes {
    pub fn current() -> io::Result<Modes> {
        Ok(Modes(tcgetattr(io::stdin())?))
    }

    /// Makes the terminal send each key as it is pressed.
    pub fn for_single_keys(&self) -> io::Result<()> {
        let mut modes = self.0.clone();
        // Ctrl-C and Ctrl-Z still cause signals, which work even if no thread reads the input.
        modes.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::IEXTEN;
        // Without this, Ctrl-Z discards pending output, which may be the sequence that restores the screen.
        modes.local_modes |= LocalModes::NOFLSH;
        modes.input_modes -= InputModes::IXON;
        // Flush, because keys typed earlier were meant for another program.
        Ok(tcsetattr(io::stdin(), OptionalActions::Flush, &modes)?)
    }

    pub fn restore(&self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Columns and rows.
pub fn size() -> Option<(usize, usize)> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then(|| (size.ws_col.into(), size.ws_row.into()))
}

/// Whether the terminal interprets escape sequences.
pub fn understands_escapes() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Starts `editor`, which may include arguments, as in `code --wait`, with these as well.
pub fn editor(editor: &str, arguments: &[OsString]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{editor} \"$@\""), "sh"]).args(arguments);
    command
}

/// Passes on keys until the input ends.
pub fn read(terminal: &Shared, hear: &dyn Fn(Input)) {
    let mut decoder = Decoder::default();
    let mut buffer = [0; 256];
    loop {
        let patience = decoder.is_waiting().then_some(REST_OF_A_KEY);
        if !is_ready(patience) {
            decoder.finish().into_iter().for_each(|last| hear(Input::Key(last)));
            continue;
        }
        // Read under the lock, so that no key is taken from a program to which the terminal is lent.
        let state = terminal.wait_until_ours();
        if !is_ready(Some(Duration::ZERO)) {
            continue;
        }
        let read = rustix::io::read(io::stdin(), &mut buffer);
        drop(state);
        match read {
            Ok(0) => return hear(Input::End),
            Ok(count) => decoder.push(&buffer[..count]).into_iter().for_each(|next| hear(Input::Key(next))),
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
            Err(_) => return hear(Input::End),
        }
    }
}

/// Writes `text` if the terminal accepts it without blocking.
pub fn write_without_waiting(text: &str) {
    let stdout = io::stdout();
    let mut wanted = [PollFd::new(&stdout, PollFlags::OUT)];
    if poll(&mut wanted, Some(&Timespec::default())).is_ok_and(|ready| ready > 0) {
        let _ = rustix::io::write(&stdout, text.as_bytes());
    }
}

/// Whether there is something to read, waiting up to `patience`, or without a limit if it is `None`.
fn is_ready(patience: Option<Duration>) -> bool {
    let stdin = io::stdin();
    let mut wanted = [PollFd::new(&stdin, PollFlags::IN)];
    let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
    matches!(poll(&mut wanted, patience.as_ref()), Ok(ready) if ready > 0)
}
