//! One call of cargo: the test binaries, or the diagnostics of the compiler and clippy.
//!
//! Clippy replaces rustc, so compiling and linting are one pass.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::course::exercise::Exercise;
use crate::course::version::sources;
use crate::error::causes::is_never_the_codes;
use crate::runner::containment::{Code, Containment, MOST_PRINTED, gave_up};
use crate::system::files;
use crate::system::process::{self, Confinement, How, Priority, Spec, Stop, Streams};
use crate::system::toolchain::{self, Toolchain};
use crate::verdict::{Diagnostic, Mode, Stage};

use self::cargo_output::Listener;
use self::direct::{Direct, Recorder};
use self::fault::cargo_error;
use self::settings::Settings;

mod cargo_output;
pub mod direct;
pub mod fault;
pub mod message;
pub mod settings;

/// How to compile.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub toolchain: Toolchain,
    /// Whether rustc colours its messages.
    pub colour: bool,
}

/// The result of compiling.
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

/// A binary and the source file of its tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    pub path: PathBuf,
    pub source: PathBuf,
    /// The prefix of its test names, such as `answers::`. Tests with other names are ignored.
    pub prefix: String,
}

/// Compiles the tests of `exercise` in `mode`, and reports progress.
///
/// In explore mode, clippy has nothing to add to what it says of the real packages.
pub fn compile(
    root: &Path,
    exercise: &Exercise,
    mode: Mode,
    options: Options,
    contained: Option<&Containment>,
    stop: &Stop,
    report: &dyn Fn(Stage),
) -> Result<Compiled> {
    let is_own = contained.is_none();
    if mode == Mode::Explore
        && is_own
        && let Some(direct) = Direct::ready(root, exercise, mode, options)
        && let Some(compiled) = direct.build(stop, report)?
    {
        return Ok(compiled);
    }
    let call = || {
        let run = |command| call(exercise, command, Listener::new(exercise, mode, report), contained, stop);
        let command = command(root, exercise, mode, options);
        match is_own.then(|| Recorder::new(root, exercise, mode, options)).flatten() {
            Some(recorder) => recorder.record(command, run, Priority::Normal, stop),
            None => run(command),
        }
    };
    let called = call()?;
    // Cargo compares modification times. A file that was moved here may be older than the one it replaced.
    let is_older = |library: &PathBuf| sources(&exercise.dir).iter().any(|file| was_put_there_after(file, library));
    if let Some(library) = called.library.filter(is_older) {
        // Cargo makes again what is missing. Touching the source instead would look like a save.
        fs::remove_file(library)?;
        return Ok(call()?.compiled);
    }
    Ok(called.compiled)
}

/// Whether `source` arrived at its path after `library` was built, whatever its modification time.
fn was_put_there_after(source: &Path, library: &Path) -> bool {
    let (Ok(source), Ok(library)) = (fs::metadata(source), fs::metadata(library)) else { return false };
    matches!((files::arrived(&source), library.modified()), (Some(arrived), Ok(made)) if arrived > made)
}

/// Errors first, then by the file of a test, because cargo compiles several of them at once; otherwise in the compiler's
/// order.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let test = |diagnostic: &Diagnostic| {
        let file = Path::new(&diagnostic.place.as_ref()?.file).to_owned();
        file.iter().any(|part| part == "tests").then_some(file)
    };
    diagnostics.sort_by_cached_key(|diagnostic| (!diagnostic.is_error(), test(diagnostic)));
    diagnostics
}

/// The result of one call of cargo.
struct Called {
    compiled: Compiled,
    /// The exercise's library, if cargo found it up to date.
    library: Option<PathBuf>,
}

fn call(
    exercise: &Exercise,
    command: Command,
    mut listener: Listener<'_>,
    contained: Option<&Containment>,
    stop: &Stop,
) -> Result<Called> {
    let (own_stop, mut printed) = (stop.child(), 0);
    let spec = match contained {
        Some(contained) => contained.compiler(command, &own_stop),
        None => Spec::new(command, &own_stop),
    };
    let is_strange = contained.is_some_and(|contained| contained.code == Code::Stranger);
    let end = process::run(spec, &mut |stream, bytes| {
        printed += bytes.len();
        if is_strange && printed > MOST_PRINTED {
            own_stop.stop();
        } else {
            listener.hear(stream, bytes);
        }
    })?;
    let failed = match end.how {
        How::Stopped if !stop.is_stopped() => {
            let diagnostics = vec![gave_up("its messages are too long")];
            return Ok(Called { compiled: Compiled::Failed { diagnostics }, library: None });
        }
        How::Stopped => return Ok(Called { compiled: Compiled::Stopped, library: None }),
        How::Exited(code) => code != 0,
        _ => true,
    };
    let Listener { binaries, diagnostics, said, library, foreign, .. } = listener;
    let diagnostics = in_order(diagnostics);
    match (foreign, diagnostics.first()) {
        (_, Some(first)) if is_strange && first.is_error() => {
            Ok(Called { compiled: Compiled::Failed { diagnostics }, library })
        }
        (Some(foreign), _) if is_strange => {
            Ok(Called { compiled: Compiled::Failed { diagnostics: vec![foreign] }, library })
        }
        _ if is_strange && (failed || binaries.is_empty() && !exercise.tests.is_empty()) => {
            // A full disk is nobody's fault, whatever the code does, because it may only write files of its own.
            let said = said.finish().to_text();
            if is_never_the_codes(&said) {
                return Err(cargo_error(&said));
            }
            let diagnostics = vec![gave_up(&said)];
            Ok(Called { compiled: Compiled::Failed { diagnostics }, library })
        }
        (Some(foreign), _) => Err(fault::foreign(&foreign)),
        (None, Some(first)) if first.is_error() => Ok(Called { compiled: Compiled::Failed { diagnostics }, library }),
        _ if failed => Err(cargo_error(&said.finish().to_text())),
        // Otherwise, a mode whose binaries are missing would count as a mode without tests.
        _ if binaries.is_empty() && !exercise.tests.is_empty() => {
            Err(cargo_error("it built no test, although there are some"))
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
        // The progress bar is parsed to report progress.
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "60");
    command
}

/// Compiles `exercise` ahead of time, at the lowest priority.
pub fn prepare(root: &Path, exercise: &Exercise, mode: Mode, options: Options, stop: &Stop) -> Result<()> {
    let confinement = Confinement { priority: Priority::Lowest, ..Confinement::default() };
    let run = |command| {
        let spec = Spec::new(command, stop).streams(Streams::Merged).confine(confinement);
        process::run(spec, &mut |_, _| {})
    };
    let command = command(root, exercise, mode, options);
    match Recorder::new(root, exercise, mode, options) {
        Some(recorder) => recorder.record(command, run, Priority::Lowest, stop)?,
        None => run(command)?,
    };
    if let Some(direct) = Direct::ready(root, exercise, mode, options) {
        direct.prepare(stop)?;
    }
    Ok(())
}

/// The call of cargo that compiles tests in `mode`, without a package.
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
    Settings::read(root).apply(&mut command);
    command
}
