//! The terminal: single keys, a screen of its own, and the original state restored afterwards.
//!
//! Whether the watch ends or is suspended, [`Terminal::leave`] restores the terminal.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use self::sys::Modes;
use crate::system::process::Stop;
use crate::ui::keys::Key;

pub use self::sys::{editor, size, understands_escapes};

pub mod editor;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use self::unix as sys;
#[cfg(windows)]
use self::windows as sys;

/// A terminal that the checker has taken over. Clones share their state.
#[derive(Clone)]
pub struct Terminal(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Notified when the keys are for the checker again.
    ours: Condvar,
    before: Modes,
    surface: Surface,
}

/// How the terminal is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// The whole screen, whose previous content is restored.
    Screen,
    /// Lines, like most programs.
    Lines,
}

#[derive(Default)]
struct State {
    is_ours: bool,
    /// Another program uses the terminal and restores it itself.
    is_lent: bool,
    /// The rows on the screen.
    shown: Vec<String>,
}

/// An event from the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    Key(Key),
    #[cfg_attr(unix, expect(dead_code, reason = "on Unix a signal tells it"))]
    Resized(usize, usize),
    /// The input has ended.
    End,
}

/// The rows of a screen, and the column and row of the cursor, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub rows: Vec<String>,
    pub cursor: Option<(usize, usize)>,
}

const ENTER: &str = "\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[2J";
const LEAVE: &str = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

impl Terminal {
    /// Takes over the terminal; `None` if standard input is not a terminal. `hear` receives every key.
    pub fn open(surface: Surface, hear: impl Fn(Input) + Send + 'static) -> io::Result<Option<Terminal>> {
        if !io::stdin().is_terminal() {
            return Ok(None);
        }
        let before = Modes::current()?;
        let shared = Shared { state: Mutex::default(), ours: Condvar::new(), before, surface };
        let terminal = Terminal(Arc::new(shared));
        terminal.enter()?;
        let keys = terminal.clone();
        thread::Builder::new().name("keys".to_owned()).spawn(move || sys::read(&keys.0, &hear))?;
        Ok(Some(terminal))
    }

    /// Takes over the terminal again. Idempotent.
    pub fn enter(&self) -> io::Result<()> {
        let mut state = self.0.lock();
        self.0.before.for_single_keys()?;
        if self.0.surface == Surface::Screen {
            write(ENTER)?;
        }
        state.shown.clear();
        state.is_ours = true;
        self.0.ours.notify_all();
        Ok(())
    }

    /// Takes over the terminal again after the program was suspended, unless the terminal is lent.
    pub fn resume(&self) -> io::Result<()> {
        if self.0.lock().is_lent { Ok(()) } else { self.enter() }
    }

    /// Leaves the terminal to another program until [`Terminal::take_back`].
    pub fn lend(&self) {
        let mut state = self.0.lock();
        state.is_lent = true;
        self.0.leave(&mut state);
    }

    pub fn take_back(&self) -> io::Result<()> {
        self.0.lock().is_lent = false;
        self.enter()
    }

    /// Restores the terminal. Idempotent.
    pub fn leave(&self) {
        self.0.leave(&mut self.0.lock());
    }

    /// The same as [`leave`](Self::leave), even if a thread is blocked while it writes.
    pub fn leave_by_force(&self) {
        let give_up = Instant::now() + Duration::from_millis(300);
        loop {
            match self.0.state.try_lock() {
                Ok(mut state) => return self.0.leave(&mut state),
                Err(std::sync::TryLockError::Poisoned(state)) => return self.0.leave(&mut state.into_inner()),
                Err(_) if Instant::now() < give_up => thread::sleep(Duration::from_millis(5)),
                Err(_) => return self.0.abandon(),
            }
        }
    }

    /// Columns and rows.
    pub fn size(&self) -> (usize, usize) {
        sys::size().unwrap_or((80, 24))
    }

    /// Makes the next frame draw every row, because the content of the screen is unknown.
    pub fn forget(&self) {
        self.0.lock().shown.clear();
    }

    /// Shows `frame`. Writes only the rows that have changed.
    pub fn draw(&self, frame: &Frame) -> io::Result<()> {
        let mut state = self.0.lock();
        if !state.is_ours || self.0.surface == Surface::Lines {
            return Ok(());
        }
        let mut out = String::new();
        for (number, row) in frame.rows.iter().enumerate() {
            if state.shown.get(number) != Some(row) {
                let _ = write!(out, "\x1b[{};1H\x1b[2K{row}", number + 1);
            }
        }
        if state.shown.len() != frame.rows.len() {
            out.push_str("\x1b[J");
        }
        let cursor = frame.cursor.map_or_else(
            || "\x1b[?25l".to_owned(),
            |(column, row)| format!("\x1b[{};{}H\x1b[?25h", row + 1, column + 1),
        );
        state.shown.clone_from(&frame.rows);
        // As one atomic update, if the terminal supports that.
        write(&format!("\x1b[?2026h\x1b[?25l{out}{cursor}\x1b[?2026l"))
    }

    /// Sends an escape sequence that shows nothing.
    pub fn send(&self, sequence: &str) -> io::Result<()> {
        let state = self.0.lock();
        if state.is_ours { write(sequence) } else { Ok(()) }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the keys are for the checker. While the guard is held, the terminal is not lent to another program.
    fn wait_until_ours(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        while !state.is_ours {
            state = self.ours.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    /// Restores the terminal without knowing its state and without waiting for it.
    fn abandon(&self) {
        if self.surface == Surface::Screen {
            sys::write_without_waiting(LEAVE);
        }
        self.before.restore();
    }

    fn leave(&self, state: &mut State) {
        if !std::mem::take(&mut state.is_ours) {
            return;
        }
        if self.surface == Surface::Screen {
            let _ = write(LEAVE);
        }
        self.before.restore();
    }
}

/// After a bug in the checker, the terminal must still accept input, and no process may be left.
pub fn give_back_on_panic(terminal: Option<Terminal>, stop: Stop) {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if let Some(terminal) = &terminal {
            terminal.leave_by_force();
        }
        report(panic);
        stop.stop();
        stop.wait_until_idle(Duration::from_secs(1));
        std::process::exit(101);
    }));
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// The escape sequence that makes a terminal copy `text` to the clipboard of the machine that the learner uses.
pub fn copy_sequence(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit) & 63) as usize;
            encoded.push(if digit <= chunk.len() { char::from(DIGITS[value]) } else { '=' });
        }
    }
    format!("\x1b]52;c;{encoded}\x07")
}

/// Whether the terminal, and any multiplexer in between, is known to turn OSC 8 sequences into links.
pub fn has_links(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is = |name: &str, known: &[&str]| variable(name).is_some_and(|value| known.iter().any(|k| value.contains(k)));
    if is("TERM", &["screen", "tmux"]) || variable("TMUX").is_some() {
        return false;
    }
    variable("FORCE_HYPERLINK").is_some_and(|value| value != "0")
        || is("TERM_PROGRAM", &["iTerm", "WezTerm", "vscode", "ghostty", "zed", "Hyper", "Tabby"])
        || is("TERM", &["kitty", "alacritty", "ghostty", "foot"])
        || ["WT_SESSION", "KONSOLE_VERSION", "DOMTERM"].iter().any(|name| variable(name).is_some())
        || variable("VTE_VERSION").and_then(|version| version.parse().ok()).is_some_and(|version: u32| version >= 5000)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: a panic, on any thread and while drawing, after which the terminal accepts no input. This test runs
    /// itself in a pseudo-terminal, and panics there.
    #[test]
    #[cfg(unix)]
    fn a_panic_gives_the_terminal_back() {
        const INSIDE: &str = "CHECKER_TEST_PANICS_HERE";
        if std::env::var_os(INSIDE).is_some() {
            let terminal = Terminal::open(Surface::Screen, |_| {}).unwrap().expect("a terminal");
            give_back_on_panic(Some(terminal.clone()), Stop::new());
            let _drawing = terminal.0.lock();
            panic!("a mistake of ours");
        }
        let dir = tempfile::tempdir().unwrap();
        let size = portable_pty::PtySize::default();
        let pair = portable_pty::native_pty_system().openpty(size).unwrap();
        let mut command = portable_pty::CommandBuilder::new("sh");
        command.args(["-c", "stty -g > before; \"$@\"; echo $? > code; stty -g > after", "sh"]);
        command.arg(std::env::current_exe().unwrap());
        command.args(["--exact", "ui::terminal::tests::a_panic_gives_the_terminal_back", "--nocapture"]);
        command.env(INSIDE, "1");
        command.cwd(dir.path());
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let mut seen = Vec::new();
        // At the end of the output, reading a pseudo-terminal returns an error.
        let _ = io::Read::read_to_end(&mut reader, &mut seen);
        child.wait().unwrap();
        let seen = String::from_utf8_lossy(&seen).into_owned();
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!((read("code").trim(), read("before")), ("101", read("after")), "{seen:?}");
        let (_, after) = seen.split_once(ENTER).expect("it was taken over").1.split_once(LEAVE).expect("given back");
        assert!(after.contains("a mistake of ours"), "{seen:?}");
    }

    #[test]
    fn copied_text_is_encoded_as_the_terminal_expects() {
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("ü/x", "w7wveA==")] {
            assert_eq!(copy_sequence(text), format!("\x1b]52;c;{encoded}\x07"));
        }
    }

    #[test]
    fn links_are_used_only_where_the_terminal_is_known_to_support_them() {
        let with = |set: &'static [(&'static str, &'static str)]| {
            has_links(|name| set.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(with(&[("VTE_VERSION", "7200")]) && with(&[("TERM", "xterm-kitty")]));
        assert!(!with(&[]) && !with(&[("TERM", "xterm-256color")]) && !with(&[("VTE_VERSION", "4900")]));
        assert!(!with(&[("TERM", "tmux-256color"), ("TERM_PROGRAM", "vscode")]));
    }
}
