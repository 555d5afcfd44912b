//! The Windows console, which reports keys as records instead of bytes.

use std::ffi::OsString;
use std::io;
use std::os::windows::process::CommandExt as _;
use std::process::Command;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm_winapi::{ConsoleMode, Handle};

use super::{Input, Shared};
use crate::ui::keys::Key;

const ENABLE_LINE_INPUT: u32 = 0x2;
const ENABLE_ECHO_INPUT: u32 = 0x4;
const ENABLE_WINDOW_INPUT: u32 = 0x8;

/// How often to check whether the keys are still for the checker. A wait for a key cannot be interrupted, and takes one
/// key away from a program to which the terminal was lent in the meantime.
const LOOK: Duration = Duration::from_millis(100);

/// The original mode of the console.
pub struct Modes(u32);

impl Modes {
    pub fn current() -> io::Result<Modes> {
        Ok(Modes(input()?.mode()?))
    }

    /// Makes the console send each key as it is pressed.
    pub fn for_single_keys(&self) -> io::Result<()> {
        // Ctrl-C still causes a console event, which works even if no thread reads the input.
        input()?.set_mode(self.0 & !(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT) | ENABLE_WINDOW_INPUT)
    }

    pub fn restore(&self) {
        let _ = input().and_then(|input| input.set_mode(self.0));
    }
}

fn input() -> io::Result<ConsoleMode> {
    Handle::current_in_handle().map(ConsoleMode::from)
}

/// Columns and rows.
pub fn size() -> Option<(usize, usize)> {
    let (columns, rows) = crossterm::terminal::size().ok()?;
    (columns > 0 && rows > 0).then(|| (columns.into(), rows.into()))
}

/// Whether the console interprets escape sequences. Turns that on if possible.
pub fn understands_escapes() -> bool {
    crossterm::ansi_support::supports_ansi()
}

/// Starts `editor`, which may include arguments, as in `code --wait`, with these as well.
pub fn editor(editor: &str, arguments: &[OsString]) -> Command {
    let mut command = Command::new("cmd");
    let arguments: String = arguments.iter().map(|argument| format!(" \"{}\"", argument.display())).collect();
    // With /S, only the outer quotation marks are removed.
    command.raw_arg(format!("/S /C \"{editor}{arguments}\""));
    command
}

/// Passes on keys until the input ends.
pub fn read(terminal: &Shared, hear: &dyn Fn(Input)) {
    loop {
        drop(terminal.wait_until_ours());
        match event::poll(LOOK) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(_) => return hear(Input::End),
        }
        match event::read() {
            Ok(Event::Key(pressed)) => key(pressed).into_iter().for_each(|key| hear(Input::Key(key))),
            Ok(Event::Resize(..)) => {
                // The content of the screen is unknown after a resize.
                terminal.lock().shown.clear();
                size().into_iter().for_each(|(columns, rows)| hear(Input::Resized(columns, rows)));
            }
            Ok(_) => {}
            Err(_) => return hear(Input::End),
        }
    }
}

/// Writes nothing: a console blocks while text is being selected, and there is no way to find out.
pub fn write_without_waiting(_text: &str) {}

fn key(pressed: KeyEvent) -> Option<Key> {
    if pressed.kind == KeyEventKind::Release {
        return None;
    }
    // AltGr, which some keyboards need for `/`, is reported as both.
    let commands = pressed.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
    match pressed.code {
        KeyCode::Char(_) if commands == KeyModifiers::CONTROL || commands == KeyModifiers::ALT => None,
        KeyCode::Char(c) => Some(Key::Char(c)),
        KeyCode::Enter => Some(Key::Enter),
        KeyCode::Esc => Some(Key::Esc),
        KeyCode::Tab => Some(Key::Tab),
        KeyCode::BackTab => Some(Key::BackTab),
        KeyCode::Backspace => Some(Key::Backspace),
        KeyCode::Up => Some(Key::Up),
        KeyCode::Down => Some(Key::Down),
        KeyCode::Left => Some(Key::Left),
        KeyCode::Right => Some(Key::Right),
        KeyCode::PageUp => Some(Key::PageUp),
        KeyCode::PageDown => Some(Key::PageDown),
        KeyCode::Home => Some(Key::Home),
        KeyCode::End => Some(Key::End),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_editor_may_have_arguments_and_a_path_may_contain_spaces() {
        let dir = tempfile::Builder::new().prefix("with a space ").tempdir().unwrap();
        let path = dir.path().join("lib.rs");
        std::fs::write(&path, "the text").unwrap();
        let output = editor("type nul", &[path.into()]).output().unwrap();
        assert!(String::from_utf8_lossy(&output.stdout).contains("the text"), "{output:?}");
    }

    #[test]
    fn a_key_counts_when_pressed_unless_ctrl_or_alt_is_held() {
        let with = |code, modifiers| key(KeyEvent::new(code, modifiers));
        assert_eq!(with(KeyCode::Char('n'), KeyModifiers::NONE), Some(Key::Char('n')));
        assert_eq!(with(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Key::Char('G')));
        assert_eq!(with(KeyCode::Char('n'), KeyModifiers::CONTROL), None);
        assert_eq!(with(KeyCode::Char('/'), KeyModifiers::CONTROL | KeyModifiers::ALT), Some(Key::Char('/')));
        let released = KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(key(released), None);
    }
}
