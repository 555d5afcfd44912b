//! Compiles all attempts with one call of cargo per mode, because each call costs as much as a small exercise.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Command;

use anyhow::{Result, anyhow};

use crate::authoring::proof::layout::{Bench, LaidOut, Place, attempt_name};
use crate::authoring::proof::{Attempt, Expected, gathered};
use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::error::UserError;
use crate::runner::compile::fault::{self, Fault, Package};
use crate::runner::compile::message::{self, Message};
use crate::runner::compile::settings::Settings;
use crate::runner::compile::{Binary, Compiled};
use crate::system::process::{self, HeadTail, How, Spec, Stop, Stream};
use crate::system::toolchain::{self, Toolchain};
use crate::verdict::{Diagnostic, Kind, Mode};

/// The results of compiling, by attempt.
#[derive(Debug, Default)]
pub struct Products(HashMap<String, Built>);

/// An attempt that was laid out and compiled.
#[derive(Debug)]
pub struct Built {
    pub exercise: Exercise,
    modes: HashMap<Mode, Compiled>,
}

impl Products {
    pub fn of(&self, attempt: &Attempt) -> Option<&Built> {
        self.0.get(&attempt_name(attempt))
    }
}

impl Built {
    /// The result of compiling in `mode`. Call it only for modes that were compiled.
    pub fn compiled(&self, mode: Mode) -> Compiled {
        self.modes.get(&mode).cloned().unwrap_or(Compiled::Stopped)
    }

    /// Its tests; empty if it does not compile.
    pub fn binaries(&self, mode: Mode) -> &[Binary] {
        match self.modes.get(&mode) {
            Some(Compiled::Built { binaries, .. }) => binaries,
            _ => &[],
        }
    }
}

/// After this many rounds, all attempts that share a package with one that does not compile are compiled separately.
const PATIENCE: usize = 5;

/// Lays out the attempts and compiles them; `None` if interrupted.
///
/// Answers share packages, except for those that are expected not to compile. If another one does not compile either,
/// it keeps the others in its package from being built, so it moves to a package of its own, and everything is compiled
/// again.
pub fn set_up(
    bench: &Bench,
    plan: &[(&Exercise, &[Attempt])],
    toolchain: Toolchain,
    stop: &Stop,
) -> Result<Option<Products>> {
    let mut apart: HashSet<String> = HashSet::new();
    for round in 1.. {
        let place = |attempt: &Attempt| {
            let is_apart = compiles_alone(attempt) || apart.contains(&attempt_name(attempt));
            if is_apart { Place::Apart } else { Place::Together }
        };
        let laid_out = bench.lay_out(plan, &place)?;
        let catalogue = Catalogue::find(bench.dir())?;
        let Some(packages) = compile(bench, &catalogue, toolchain, stop)? else { return Ok(None) };
        let broken = broken(&laid_out, &packages, if round < PATIENCE { Suspects::WithErrors } else { Suspects::All });
        if broken.is_empty() {
            let products = laid_out.into_iter().map(|laid| product(bench, laid, &catalogue, &packages));
            return Ok(Some(Products(products.collect::<Result<_>>()?)));
        }
        apart.extend(broken);
    }
    unreachable!("in each round some attempt is set apart, and there are only so many")
}

/// Whether `attempt` would keep others from being compiled, or cannot be a module.
fn compiles_alone(attempt: &Attempt) -> bool {
    let is_not_to_compile = matches!(attempt.expected, Expected::Fails { kind: Kind::CompileError | Kind::Lint, .. });
    is_not_to_compile || !gathered::can_be_a_module(&attempt.source)
}

/// The results by package and mode.
type Packages = HashMap<(String, Mode), Compiled>;

/// Compiles all packages on `bench`; `None` if stopped.
fn compile(bench: &Bench, catalogue: &Catalogue, toolchain: Toolchain, stop: &Stop) -> Result<Option<Packages>> {
    let mut packages = Packages::new();
    for mode in [Mode::Real, Mode::Explore] {
        let builds = |exercise: &Exercise| {
            matches!(packages.get(&(exercise.name.clone(), Mode::Real)), Some(Compiled::Built { .. }))
        };
        let is_wanted = |exercise: &&Exercise| mode == Mode::Real || exercise.explored && builds(exercise);
        let wanted: Vec<&Exercise> = catalogue.exercises.iter().filter(is_wanted).collect();
        if wanted.is_empty() {
            continue;
        }
        let Some(mut compiled) = compile_in(bench, &wanted, mode, toolchain, stop)? else { return Ok(None) };
        packages.extend(
            wanted
                .into_iter()
                .filter_map(|exercise| Some(((exercise.name.clone(), mode), compiled.remove(&exercise.package_id)?))),
        );
    }
    Ok(Some(packages))
}

/// Which attempts in a package are moved out when the package does not compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suspects {
    /// Those with errors in their files, or all if there are none.
    WithErrors,
    All,
}

/// The attempts that keep a shared package from being built.
fn broken(laid_out: &[LaidOut], packages: &Packages, suspects: Suspects) -> Vec<String> {
    let mut broken = Vec::new();
    for ((package, _), compiled) in packages {
        let Compiled::Failed { diagnostics } = compiled else { continue };
        let together = || laid_out.iter().filter(|laid| laid.package == *package && laid.module.is_some());
        let has_errors = |laid: &&LaidOut| diagnostics.iter().any(|found| found.is_error() && is_in(found, laid));
        let before = broken.len();
        broken.extend(together().filter(has_errors).map(|laid| laid.attempt.clone()));
        if suspects == Suspects::All || broken.len() == before {
            broken.extend(together().map(|laid| laid.attempt.clone()));
        }
    }
    broken
}

/// Whether the place of `diagnostic` is in the files of this attempt.
fn is_in(diagnostic: &Diagnostic, laid: &LaidOut) -> bool {
    diagnostic.place.as_ref().is_some_and(|place| Path::new(&place.file).starts_with(&laid.dir))
}

/// An attempt with its share of the compiled binaries and diagnostics.
fn product(bench: &Bench, laid: LaidOut, catalogue: &Catalogue, packages: &Packages) -> Result<(String, Built)> {
    let package = &catalogue.exercises[catalogue.get(&laid.package)?];
    let compiled = |mode| packages.get(&(laid.package.clone(), mode)).cloned();
    let modes = [Mode::Real, Mode::Explore].into_iter().filter_map(|mode| Some((mode, compiled(mode)?)));
    let Some(module) = &laid.module else {
        return Ok((laid.attempt.clone(), Built { exercise: package.clone(), modes: modes.collect() }));
    };
    let dir = bench.dir().join(&laid.dir);
    let source = |binary: &Path| dir.join("tests").join(binary.file_name().unwrap_or_default());
    let tests = package.tests.iter().map(|test| source(test)).collect();
    let exercise = Exercise { name: laid.attempt.clone(), dir: dir.clone(), tests, ..package.clone() };
    let share = |compiled| match compiled {
        Compiled::Built { mut binaries, mut diagnostics } => {
            for binary in &mut binaries {
                binary.source = source(&binary.source);
                binary.prefix = gathered::tests(module);
            }
            diagnostics.retain(|diagnostic| is_in(diagnostic, &laid));
            Compiled::Built { binaries, diagnostics }
        }
        other => other,
    };
    let modes = modes.map(|(mode, compiled)| (mode, share(compiled))).collect();
    Ok((laid.attempt.clone(), Built { exercise, modes }))
}

fn compile_in(
    bench: &Bench,
    exercises: &[&Exercise],
    mode: Mode,
    toolchain: Toolchain,
    stop: &Stop,
) -> Result<Option<HashMap<String, Compiled>>> {
    let command = cargo(bench, exercises, mode, toolchain);
    let spec = Spec::new(command, stop);
    let (mut out, mut said) = (Vec::new(), HeadTail::new(4 * 1024));
    let end = process::run(spec, &mut |stream, bytes| match stream {
        Stream::Out => out.extend_from_slice(bytes),
        Stream::Err => said.push(bytes),
    })?;
    if end.how == How::Stopped {
        return Ok(None);
    }
    sort(&out, exercises, &said.finish().to_text()).map(Some)
}

/// Builds instead of `cargo test --no-run`, which would stop at the first attempt that does not compile.
fn cargo(bench: &Bench, exercises: &[&Exercise], mode: Mode, toolchain: Toolchain) -> Command {
    let mut command = toolchain::cargo();
    command.current_dir(bench.dir()).args(["build", "--test", "*", "--keep-going", "--message-format=json"]);
    // Each source is compiled only once, so anything that speeds up the second time is a waste.
    for (name, value) in [("INCREMENTAL", "0"), ("PROFILE_DEV_DEBUG", "false"), ("PROFILE_EXPLORE_DEBUG", "false")] {
        command.env(format!("CARGO_{name}"), value);
    }
    command.env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
    if mode == Mode::Explore {
        command.args(["--features", "explore", "--profile", "explore"]);
    }
    if toolchain.clippy {
        command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    }
    Settings::read(bench.dir()).apply(&mut command);
    for exercise in exercises {
        command.args(["--package", &exercise.package_id]);
    }
    command
}

/// Assigns each message to its package.
fn sort(out: &[u8], exercises: &[&Exercise], said: &str) -> Result<HashMap<String, Compiled>> {
    let mut built: HashMap<String, (Vec<Binary>, Vec<Diagnostic>)> =
        exercises.iter().map(|exercise| (exercise.package_id.clone(), Default::default())).collect();
    for line in out.split(|byte| *byte == b'\n') {
        match message::read(line) {
            Message::Diagnostic { package_id, diagnostic } => match built.get_mut(&package_id) {
                Some(_) if diagnostic.is_error() && fault::of(&diagnostic, Package::Exercise) == Fault::Environment => {
                    return Err(fault::foreign(&diagnostic));
                }
                Some((_, diagnostics)) if diagnostics.iter().all(|known| known.rendered != diagnostic.rendered) => {
                    diagnostics.push(diagnostic);
                }
                None if diagnostic.is_error() => return Err(anyhow!("{package_id}: {}", diagnostic.rendered)),
                Some(_) | None => {}
            },
            Message::TestBinary { package_id, path, source } => {
                if let Some((binaries, _)) = built.get_mut(&package_id) {
                    binaries.push(Binary { path, source, prefix: String::new() });
                }
            }
            Message::FreshLibrary { .. } | Message::Other => {}
        }
    }
    let compiled = |(package, (binaries, mut diagnostics)): (String, (Vec<Binary>, Vec<Diagnostic>))| {
        diagnostics.sort_by_key(|diagnostic| !diagnostic.is_error());
        match diagnostics.first() {
            Some(first) if first.is_error() => Ok((package, Compiled::Failed { diagnostics })),
            _ if binaries.is_empty() => {
                let what = format!("cargo built no test of {package}: {}", said.trim());
                Err(UserError::new(what, "see what cargo says above").into())
            }
            _ => Ok((package, Compiled::Built { binaries, diagnostics })),
        }
    };
    built.into_iter().map(compiled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::example;

    #[test]
    fn each_message_is_assigned_to_its_package() {
        let (mut good, mut bad) = (example::exercise("good"), example::exercise("bad"));
        (good.package_id, bad.package_id) = ("good".to_owned(), "bad".to_owned());
        let error = r#"{"reason":"compiler-message","package_id":"bad","message":{"message":"no","code":null,"level":"error","spans":[{"file_name":"src/lib.rs","line_start":1,"is_primary":true}],"rendered":"no"}}"#;
        let binary = r#"{"reason":"compiler-artifact","package_id":"good","target":{"kind":["test"],"src_path":"t.rs"},"executable":"/t"}"#;
        let out = format!("{error}\n{error}\n{binary}\n");
        let compiled = sort(out.as_bytes(), &[&good, &bad], "").unwrap();
        assert!(matches!(&compiled["good"], Compiled::Built { binaries, .. } if binaries.len() == 1));
        assert!(matches!(&compiled["bad"], Compiled::Failed { diagnostics } if diagnostics.len() == 1));
        let lost = sort(error.as_bytes(), &[&good, &bad], "disk full").unwrap_err().to_string();
        assert!(lost.contains("built no test of good: disk full"), "{lost}");
    }
}
