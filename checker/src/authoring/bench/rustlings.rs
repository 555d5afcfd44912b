//! The same loop in rustlings, if it is installed: `cargo install rustlings`.

use std::cell::RefCell;
use std::fs;
use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::lab::Lab;
use super::watching::Watching;
use crate::authoring::proof::speed::{self, Row, Source};

/// An exercise of rustlings that has tests, and no dependencies.
const EXERCISE: &str = "tests3";
const FILE: &str = "exercises/17_tests/tests3.rs";
/// A right answer as far as rustlings can tell: it compiles, and its test passes.
const ANSWER: &str = "fn main() {}\n\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn passes() {}\n}\n";
/// What its watch prints below an exercise that passes.
const DONE: &str = "Exercise done";
const PATIENCE: Duration = Duration::from_secs(60);

impl Lab<'_> {
    /// Without rustlings, no rows.
    pub fn against_rustlings(&self) -> Result<Vec<Row>> {
        let Some(rustlings) = Rustlings::set_up(&std::env::temp_dir())? else {
            return Ok(Vec::new());
        };
        let exercise = self.exercise(&self.chosen)?;
        let checker = std::env::current_exe()?;
        let (ours, theirs) = (Source::new(exercise.source())?, Source::new(rustlings.dir.join(FILE))?);
        let (ours, theirs) = (RefCell::new(ours), RefCell::new(theirs));
        let [run, their_run] = speed::medians([
            &mut |_| {
                ours.borrow_mut().save("")?;
                speed::time(Command::new(&checker).args(["run", &exercise.name]).current_dir(self.bench.dir()))
            },
            &mut |_| {
                theirs.borrow_mut().save("")?;
                speed::time(&mut rustlings.command(&["run", EXERCISE]))
            },
        ])?;
        let mut watch = Watching::start(self.bench.dir(), &exercise.name)?;
        let mut their_watch = rustlings.watch()?;
        let [watched, their_watched] = speed::medians([&mut |_| watch.verdict(&mut ours.borrow_mut()), &mut |_| {
            their_watch.verdict(&mut theirs.borrow_mut())
        }])?;
        Ok(vec![
            Row::ratio("run after a save, real and explored", "rustlings run tests3", [run, their_run], 0.55),
            Row::ratio("save → verdict in the watch", "rustlings' watch, tests3", [watched, their_watched], 0.35),
        ])
    }
}

/// The exercises of rustlings, in a folder of their own.
struct Rustlings {
    dir: PathBuf,
}

impl Rustlings {
    /// `None` if rustlings is not installed. `beside` must not be in a workspace, to which it would add itself.
    fn set_up(beside: &Path) -> Result<Option<Rustlings>> {
        let dir = beside.join("rustlings");
        if !dir.exists() {
            let mut init = Command::new("rustlings");
            init.arg("init").current_dir(beside).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            let Ok(mut init) = init.spawn() else { return Ok(None) };
            // It asks whether to go on.
            init.stdin.take().context("it was asked for")?.write_all(b"\n")?;
            init.wait()?;
        }
        fs::write(dir.join(FILE), ANSWER)?;
        Ok(Some(Rustlings { dir }))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("rustlings");
        command.args(arguments).current_dir(&self.dir).env_remove("CARGO_TARGET_DIR");
        command
    }

    /// Its watch wants a terminal, which `script` gives it.
    fn watch(&self) -> Result<RustlingsWatch> {
        // After `run`, the next exercise is the current one.
        fs::write(self.dir.join(".rustlings-state.txt"), format!("DON'T EDIT THIS FILE!\n\n{EXERCISE}\n\n"))?;
        let mut script = Command::new("script");
        script.args(["--quiet", "--return", "--flush", "--command", "rustlings", "/dev/null"]);
        script.current_dir(&self.dir).env_remove("CARGO_TARGET_DIR");
        let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut stdout = BufReader::new(child.stdout.take().context("it was asked for")?);
        let (sender, printed) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count @ 1..) = stdout.read(&mut bytes) {
                let _ = sender.send((Instant::now(), String::from_utf8_lossy(&bytes[..count]).into_owned()));
            }
        });
        let mut watch = RustlingsWatch { child, printed };
        watch.wait_until_done()?;
        Ok(watch)
    }
}

struct RustlingsWatch {
    child: Child,
    printed: Receiver<(Instant, String)>,
}

impl RustlingsWatch {
    fn verdict(&mut self, source: &mut Source) -> Result<Duration> {
        thread::sleep(Duration::from_millis(300));
        while self.printed.try_recv().is_ok() {}
        let saved = Instant::now();
        source.save("")?;
        Ok(self.wait_until_done()?.duration_since(saved))
    }

    fn wait_until_done(&mut self) -> Result<Instant> {
        let mut text = String::new();
        loop {
            let (at, more) = self.printed.recv_timeout(PATIENCE).with_context(|| format!("no `{DONE}` in {text:?}"))?;
            text += &more;
            if text.contains(DONE) {
                return Ok(at);
            }
        }
    }
}

impl Drop for RustlingsWatch {
    fn drop(&mut self) {
        // Its input has a `q` for this.
        let _ = self.child.stdin.take().map(|mut stdin| stdin.write_all(b"q\n"));
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
