//! One call of cargo: test binaries, or what the compiler and clippy object to.
//!
//! Clippy stands in for rustc, so compiling and linting are one pass.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::Result;

use crate::exercise::Exercise;
use crate::files;
use crate::process::{self, Confinement, HeadTail, How, Priority, Rest, Spec, Standstill, Stop, Stream, Streams};
use crate::toolchain::{self, Toolchain};
use crate::trouble::Trouble;
use crate::verdict::{Diagnostic, Mode, Stage};

use self::message::Message;

pub mod message;

/// How to compile.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub toolchain: Toolchain,
    /// Whether rustc is to colour its messages.
    pub colour: bool,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Compiled {
    /// The diagnostics are warnings.
    Built {
        binaries: Vec<Binary>,
        diagnostics: Vec<Diagnostic>,
    },
    Failed {
        diagnostics: Vec<Diagnostic>,
    },
    Stopped,
}

/// A test binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    pub path: PathBuf,
    pub source: PathBuf,
}

/// Compiles the tests of `exercise` in `mode`, and reports as it goes on.
pub fn compile(
    root: &Path,
    exercise: &Exercise,
    mode: Mode,
    options: Options,
    stop: &Stop,
    report: &dyn Fn(Stage),
) -> Result<Compiled> {
    let called = call(root, exercise, mode, options, stop, report)?;
    // Cargo goes by the date of the file. One that was moved here may be older than what it replaced.
    if called.library.as_deref().is_some_and(|library| was_put_there_after(&exercise.source(), library)) {
        File::options().append(true).open(exercise.source())?.set_modified(SystemTime::now())?;
        return Ok(call(root, exercise, mode, options, stop, report)?.compiled);
    }
    Ok(called.compiled)
}

/// Whether `source`, whatever its date, came to its place after `library` was made.
fn was_put_there_after(source: &Path, library: &Path) -> bool {
    let (Ok(source), Ok(library)) = (fs::metadata(source), fs::metadata(library)) else { return false };
    matches!((files::arrived(&source), library.modified()), (Some(arrived), Ok(made)) if arrived > made)
}

/// What one call of cargo brought.
struct Called {
    compiled: Compiled,
    /// That of the exercise, if it was taken as it was.
    library: Option<PathBuf>,
}

fn call(
    root: &Path,
    exercise: &Exercise,
    mode: Mode,
    options: Options,
    stop: &Stop,
    report: &dyn Fn(Stage),
) -> Result<Called> {
    let spec = Spec {
        command: command(root, exercise, mode, options),
        streams: Streams::Split,
        limit: None,
        confine: Some(Confinement::default()),
        mark: None,
        standstill: Standstill::Waits,
        rest: Rest::IsWanted,
        stop,
    };
    let mut listener = Listener::new(exercise, mode, report);
    let end = process::run(spec, &mut |stream, bytes| listener.hear(stream, bytes))?;
    let failed = match end.how {
        How::Stopped => return Ok(Called { compiled: Compiled::Stopped, library: None }),
        How::Exited(code) => code != 0,
        _ => true,
    };
    let Listener { binaries, mut diagnostics, said, library, .. } = listener;
    // Errors first; each part stays in the compiler's order.
    diagnostics.sort_by_key(|diagnostic| !diagnostic.is_error());
    match diagnostics.first() {
        Some(first) if first.is_error() => Ok(Called { compiled: Compiled::Failed { diagnostics }, library }),
        _ if failed => Err(cargo_trouble(&said.finish().to_text())),
        // Without this, a mode whose binaries got lost would count as a mode without tests.
        _ if binaries.is_empty() && !exercise.tests.is_empty() => {
            Err(cargo_trouble("it built no test, although there are some"))
        }
        _ => Ok(Called { compiled: Compiled::Built { binaries, diagnostics }, library }),
    }
}

fn command(root: &Path, exercise: &Exercise, mode: Mode, options: Options) -> Command {
    let format = if options.colour { "json-diagnostic-rendered-ansi" } else { "json" };
    let mut command = cargo(root, mode, options.toolchain);
    command
        .args(["--package", &exercise.package_id])
        .arg(format!("--message-format={format}"))
        // For us to read: how far it has come.
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "60");
    command
}

/// Compiles what can be compiled of `exercise` before anybody waits for it, and only with time that is left over.
pub fn prepare(root: &Path, exercise: &Exercise, mode: Mode, options: Options, stop: &Stop) -> Result<()> {
    let spec = Spec {
        command: command(root, exercise, mode, options),
        streams: Streams::Merged,
        limit: None,
        confine: Some(Confinement { priority: Priority::Lowest, ..Confinement::default() }),
        mark: None,
        standstill: Standstill::Waits,
        rest: Rest::IsWanted,
        stop,
    };
    process::run(spec, &mut |_, _| {})?;
    Ok(())
}

/// The call of cargo that compiles tests in `mode`, without saying whose.
pub fn cargo(root: &Path, mode: Mode, toolchain: Toolchain) -> Command {
    let mut command = toolchain::cargo();
    command
        .current_dir(root)
        .args(["test", "--no-run", "--test", "*"])
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_PROGRESS_WHEN", "never");
    if mode == Mode::Explore {
        command.args(["--features", "explore", "--profile", "explore"]);
    }
    if toolchain.clippy {
        command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    }
    command
}

/// Cargo failed, and not because of the code.
fn cargo_trouble(said: &str) -> anyhow::Error {
    let help = if said.contains("offline") || said.contains("download") || said.contains("network") {
        "connect to the network once, so that cargo can fetch the packages"
    } else {
        "see what cargo says above"
    };
    Trouble::new(format!("cargo failed: {}", said.trim_start_matches("error: ")), help).into()
}

/// Takes cargo's output in, in pieces as they come.
struct Listener<'a> {
    exercise: &'a Exercise,
    mode: Mode,
    report: &'a dyn Fn(Stage),
    out: Lines,
    err: Lines,
    /// The end of what cargo said to people.
    said: HeadTail,
    binaries: Vec<Binary>,
    diagnostics: Vec<Diagnostic>,
    library: Option<PathBuf>,
}

impl<'a> Listener<'a> {
    fn new(exercise: &'a Exercise, mode: Mode, report: &'a dyn Fn(Stage)) -> Self {
        Self {
            exercise,
            mode,
            report,
            out: Lines::default(),
            err: Lines::default(),
            said: HeadTail::new(4 * 1024),
            binaries: Vec::new(),
            diagnostics: Vec::new(),
            library: None,
        }
    }

    fn hear(&mut self, stream: Stream, bytes: &[u8]) {
        match stream {
            Stream::Out => {
                for line in self.out.push(bytes) {
                    self.message(&line);
                }
            }
            Stream::Err => {
                for line in self.err.push(bytes) {
                    self.line_for_people(&line);
                }
            }
        }
    }

    fn message(&mut self, line: &[u8]) {
        match message::read(line) {
            Message::Diagnostic { package_id, diagnostic } => {
                // A warning about other packages is none of the learner's business.
                let relevant = diagnostic.is_error() || package_id == self.exercise.package_id;
                let known = self.diagnostics.iter().any(|known| known.rendered == diagnostic.rendered);
                if relevant && !known {
                    if diagnostic.is_error() {
                        (self.report)(Stage::Diagnosed(Box::new(diagnostic.clone())));
                    }
                    self.diagnostics.push(diagnostic);
                }
            }
            Message::TestBinary { package_id, path, source } if package_id == self.exercise.package_id => {
                self.binaries.push(Binary { path, source });
            }
            Message::FreshLibrary { package_id, path } if package_id == self.exercise.package_id => {
                self.library = Some(path);
            }
            Message::TestBinary { .. } | Message::FreshLibrary { .. } | Message::Other => {}
        }
    }

    fn line_for_people(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        match line.trim_start().split_once(' ') {
            Some(("Compiling", package)) => {
                let name = package.split(' ').next().unwrap_or(package);
                (self.report)(Stage::Compiling(self.mode, name.to_owned()));
            }
            Some(("Building", progress)) => {
                if let Some((done, of)) = units(progress) {
                    (self.report)(Stage::Built { mode: self.mode, done, of });
                }
            }
            Some(("Blocking", _)) => (self.report)(Stage::Blocked),
            Some(("Finished" | "Executable" | "Fresh" | "Dirty" | "Running", _)) => {}
            _ => {
                self.said.push(line.as_bytes());
                self.said.push(b"\n");
            }
        }
    }
}

/// The `12` and the `34` of `[====>   ] 12/34: tokio`.
fn units(progress: &str) -> Option<(usize, usize)> {
    let (_, rest) = progress.split_once("] ")?;
    let (done, rest) = rest.split_once('/')?;
    let of = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((done.parse().ok()?, of.parse().ok()?))
}

/// Cuts a stream into lines. A bar that is drawn over ends with a carriage return.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    /// The lines that `bytes` complete.
    fn push(&mut self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.0.extend_from_slice(bytes);
        let Some(end) = self.0.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')) else { return Vec::new() };
        let rest = self.0.split_off(end + 1);
        let complete = std::mem::replace(&mut self.0, rest);
        complete[..end].split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::to_vec).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_complete_however_they_arrive() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(b"on"), Vec::<Vec<u8>>::new());
        assert_eq!(lines.push(b"e\n\ntwo\nth"), [b"one".to_vec(), b"".to_vec(), b"two".to_vec()]);
        assert_eq!(lines.push(b"ree\n"), [b"three".to_vec()]);
        assert_eq!(lines.push(b"bar\rbar\r"), [b"bar".to_vec(), b"bar".to_vec()]);
    }

    #[test]
    fn the_units_are_read_from_cargos_bar() {
        assert_eq!(units("[=====>     ] 12/34: tokio, mio(build)"), Some((12, 34)));
        assert_eq!(units("[=====>     ] 12/34"), Some((12, 34)));
        assert_eq!(units("a bridge"), None);
    }

    #[test]
    fn an_error_is_reported_once_and_foreign_warnings_never() {
        use std::cell::RefCell;
        let exercise = crate::exercise::example::exercise("abba");
        let reported = RefCell::new(Vec::new());
        let report = |stage| reported.borrow_mut().push(format!("{stage:?}"));
        let mut listener = Listener::new(&exercise, Mode::Real, &report);
        let line = |package: &str, level: &str, text: &str| {
            format!(
                r#"{{"reason":"compiler-message","package_id":"{package}","message":{{"message":"{text}","code":null,"level":"{level}","spans":[],"rendered":"{level}: {text}\n"}}}}"#
            ) + "\n"
        };
        let ours = exercise.package_id.as_str();
        for text in [
            line(ours, "error", "one"),
            line(ours, "error", "one"),
            line(ours, "warning", "two"),
            line("other", "warning", "three"),
            line("other", "error", "four"),
        ] {
            listener.hear(Stream::Out, text.as_bytes());
        }
        let messages: Vec<&str> = listener.diagnostics.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["one", "two", "four"]);
        assert_eq!(reported.borrow().len(), 2, "{reported:?}");
    }
}
