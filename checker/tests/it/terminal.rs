//! A real pseudo-terminal, a shell in it that runs the checker, and an emulator that interprets the output.

use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::toys::Toys;

/// Only a failing test waits this long. A machine under load is slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Saves the terminal modes before and after, and the exit code.
const SCRIPT: &str = "trap : INT TERM HUP QUIT TSTP; stty -g > before; \"$@\"; echo $? > code; stty -g > after";

pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    emulator: vt100::Parser,
    dir: PathBuf,
    /// The raw output.
    pub raw: Vec<u8>,
}

impl Terminal {
    pub fn open(toys: &Toys, arguments: &[&str], (columns, rows): (u16, u16)) -> Terminal {
        Terminal::open_with(toys, arguments, (columns, rows), &[])
    }

    pub fn open_with(toys: &Toys, arguments: &[&str], size: (u16, u16), variables: &[(&str, &str)]) -> Terminal {
        Terminal::open_in(&toys.root, arguments, size, |command| {
            toys.environment(|name, value| match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            });
            variables.iter().for_each(|(name, value)| command.env(name, value));
        })
    }

    /// Opens a terminal in the folder `dir`, with the environment adjusted by `prepare`.
    pub fn open_in(
        dir: &Path,
        arguments: &[&str],
        (columns, rows): (u16, u16),
        prepare: impl FnOnce(&mut CommandBuilder),
    ) -> Terminal {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", SCRIPT, "sh", env!("CARGO_BIN_EXE_checker")]);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        prepare(&mut command);
        command.cwd(dir);
        let child = pair.slave.spawn_command(command).unwrap();
        // Otherwise the reader would never see the end of the output.
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        let emulator = vt100::Parser::new(cells(rows), cells(columns), 0);
        Terminal { child, master: pair.master, writer, output, emulator, dir: dir.to_owned(), raw: Vec::new() }
    }

    pub fn press(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.take_in();
        self.emulator.screen_mut().set_size(cells(rows), cells(columns));
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// The screen as text, trimmed.
    pub fn screen(&self) -> String {
        let (_, columns) = self.emulator.screen().size();
        let rows = self.emulator.screen().rows(0, columns.get());
        rows.map(|row| row.trim_end().to_owned() + "\n").collect()
    }

    pub fn emulator(&self) -> &vt100::Screen {
        self.emulator.screen()
    }

    /// Waits until the screen shows `words`.
    #[track_caller]
    pub fn wait_for(&mut self, words: &str) -> String {
        self.wait_until(words, |screen| screen.contains(words))
    }

    /// Waits until the whole screen has been taken for the `count`th time. Only then does a program that lent its
    /// terminal receive keys again.
    #[track_caller]
    pub fn wait_for_screen(&mut self, count: usize) {
        let until = Instant::now() + PATIENCE;
        while self.raw.windows(8).filter(|window| window == b"\x1b[?1049h").count() < count {
            assert!(Instant::now() < until, "the screen is not taken again:\n{}", self.screen());
            thread::sleep(Duration::from_millis(5));
            self.take_in();
        }
    }

    #[track_caller]
    pub fn wait_until(&mut self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if !self.is_in_a_frame() && is_so(&screen) {
                return screen;
            }
            // The condition need not depend on the screen.
            match self.output.recv_timeout(Duration::from_millis(20)) {
                Ok(bytes) => self.feed(&bytes),
                Err(RecvTimeoutError::Timeout) if Instant::now() < until => {}
                Err(RecvTimeoutError::Timeout) => panic!("no `{what}` in time, but:\n{screen}"),
                Err(RecvTimeoutError::Disconnected) => panic!("it ended without `{what}`:\n{screen}"),
            }
            self.take_in();
        }
    }

    /// Whether the frame that is being drawn is still incomplete.
    fn is_in_a_frame(&self) -> bool {
        let last = |sequence: &str| self.raw.windows(8).rposition(|window| window == sequence.as_bytes());
        last("\x1b[?2026h") > last("\x1b[?2026l")
    }

    /// Processes the output that is already available.
    pub fn take_in(&mut self) {
        while let Ok(bytes) = self.output.try_recv() {
            self.feed(&bytes);
        }
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.raw.extend_from_slice(bytes);
        self.emulator.process(bytes);
    }

    /// The process id of the checker itself.
    pub fn checker(&self) -> Pid {
        let shell = self.child.process_id().unwrap();
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let children = std::fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap_or_default();
            let children = children.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?));
            for pid in children {
                let name = std::fs::read_to_string(format!("/proc/{}/comm", pid.as_raw_nonzero()));
                if name.is_ok_and(|name| name.trim() == "checker") {
                    return pid;
                }
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("the checker does not run:\n{}", self.screen());
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(self.checker(), signal).unwrap();
    }

    /// Waits for the checker to exit, asserts that the terminal is in its original state, and returns the exit code.
    #[track_caller]
    pub fn wait_for_end(&mut self) -> i32 {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.feed(&bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it does not end:\n{}", self.screen()),
            }
        }
        self.child.wait().unwrap();
        let read = |name: &str| std::fs::read_to_string(self.dir.join(name)).unwrap();
        assert_eq!(read("before"), read("after"), "the modes of the terminal");
        let screen = self.emulator.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor(), "the screen is not given back");
        read("code").trim().parse().unwrap()
    }
}

fn cells(count: u16) -> std::num::NonZeroU16 {
    count.try_into().unwrap()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
