//! Observes a plain watch: how soon it starts a check, and what it does when idle.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::lab::Lab;
use crate::authoring::proof::speed::{self, Row, Source};
use crate::system::process;

/// How long an idle watch is observed.
const IDLE: Duration = Duration::from_secs(5);
/// How long to wait for a line before giving up.
const PATIENCE: Duration = Duration::from_secs(120);

impl Lab<'_> {
    pub fn watching(&self) -> Result<Vec<Row>> {
        let exercise = self.exercise(&self.chosen)?;
        let source = Source::new(exercise.source())?;
        let mut watch = Watching::start(self.bench.dir(), &exercise.name)?;
        let starts = watch.starts(source)?;
        let note = "the plain watch; one way of saving, written in place";
        let mut rows = vec![Row::number("save → check starts", starts, "ms", 50.0).note(note)];
        if let Some((wake_ups, mebibytes)) = watch.idle() {
            rows.push(Row::number("watch, idle: wake-ups", wake_ups, "in 5 s", 0.0).note("the plain watch"));
            rows.push(Row::number("watch, idle: memory", mebibytes, "MiB", 30.0).note("the plain watch, no screen"));
        }
        Ok(rows)
    }
}

pub struct Watching {
    child: Child,
    /// Each line with the time when it was read.
    lines: Receiver<(Instant, String)>,
}

impl Watching {
    /// Starts a watch of `exercise` in the course at `root`, and waits for its first verdict.
    pub fn start(root: &Path, exercise: &str) -> Result<Watching> {
        let state = root.join(".checker");
        fs::create_dir_all(&state)?;
        fs::write(state.join("progress.json"), format!(r#"{{"schema":1,"current":{exercise:?}}}"#))?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["watch", "--plain", "--color=never"]).current_dir(root);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let stdout = BufReader::new(child.stdout.take().context("it was asked for")?);
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send((Instant::now(), line));
            }
        });
        let mut watching = Watching { child, lines };
        watching.wait_for("passed")?;
        Ok(watching)
    }

    fn wait_for(&mut self, words: &str) -> Result<Instant> {
        loop {
            let (at, line) =
                self.lines.recv_timeout(PATIENCE).with_context(|| format!("the watch says no `{words}`"))?;
            if line.contains(words) {
                return Ok(at);
            }
        }
    }

    /// Saves, and waits for the verdict. Returns how long that took.
    pub fn verdict(&mut self, source: &mut Source) -> Result<Duration> {
        // A late event of the previous save must not be attributed to this one.
        thread::sleep(Duration::from_millis(300));
        while self.lines.try_recv().is_ok() {}
        let saved = Instant::now();
        source.save("")?;
        Ok(self.wait_for("passed")?.duration_since(saved))
    }

    /// The median time from a save to the line that announces the check.
    pub fn starts(&mut self, mut source: Source) -> Result<f64> {
        let mut measured = Vec::new();
        for _ in 0..speed::TIMES {
            // A late event of the previous save must not be attributed to this one.
            thread::sleep(Duration::from_millis(300));
            while self.lines.try_recv().is_ok() {}
            let saved = Instant::now();
            source.save("")?;
            measured.push(self.wait_for("checking")?.duration_since(saved).as_secs_f64() * 1000.0);
            self.wait_for("passed")?;
        }
        drop(source);
        self.wait_for("passed")?;
        Ok(speed::median(measured))
    }

    /// The wake-ups of its threads and its memory in MiB while idle; `None` if the system does not show them.
    pub fn idle(&self) -> Option<(f64, f64)> {
        thread::sleep(Duration::from_secs(1));
        let before = process::usage(self.child.id())?;
        thread::sleep(IDLE);
        let after = process::usage(self.child.id())?;
        Some(((after.wake_ups - before.wake_ups) as f64, after.memory as f64 / f64::from(1 << 20)))
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
