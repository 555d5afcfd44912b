//! All attempts compiled, in one call of cargo per mode: each call costs as much as a small exercise.

use std::collections::HashMap;
use std::process::Command;

use anyhow::{Result, anyhow};

use crate::authoring::proof::Attempt;
use crate::authoring::proof::course::Bench;
use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::error::UserError;
use crate::runner::compile::fault::{self, Fault, Package};
use crate::runner::compile::message::{self, Message};
use crate::runner::compile::settings::Settings;
use crate::runner::compile::{Binary, Compiled};
use crate::system::process::{self, Confinement, HeadTail, How, Rest, Spec, Standstill, Stop, Stream, Streams};
use crate::system::toolchain::{self, Toolchain};
use crate::verdict::{Diagnostic, Mode};

/// What compiling brought, by package and mode.
#[derive(Debug, Default)]
pub struct Products(HashMap<(String, Mode), Compiled>);

impl Products {
    /// What became of `package`. Never asked for what was not compiled.
    pub fn of(&self, exercise: &Exercise, mode: Mode) -> Compiled {
        self.0.get(&(exercise.package_id.clone(), mode)).cloned().unwrap_or(Compiled::Stopped)
    }

    /// The test binaries of `package`, if it has been built.
    pub fn binaries(&self, exercise: &Exercise, mode: Mode) -> &[Binary] {
        match self.0.get(&(exercise.package_id.clone(), mode)) {
            Some(Compiled::Built { binaries, .. }) => binaries,
            _ => &[],
        }
    }
}

/// Lays out and compiles; `None` if it was interrupted.
pub fn set_up(
    bench: &Bench,
    plan: &[(&Exercise, &[Attempt])],
    toolchain: Toolchain,
    stop: &Stop,
) -> Result<Option<(Catalogue, Products)>> {
    bench.lay_out(plan)?;
    let catalogue = Catalogue::find(bench.dir())?;
    let exercises: Vec<&Exercise> = catalogue.exercises.iter().collect();
    let products = compile(bench, &exercises, toolchain, stop)?;
    Ok(products.map(|products| (catalogue, products)))
}

/// Compiles all `exercises`, which lie on `bench`; `None` if it was stopped.
fn compile(bench: &Bench, exercises: &[&Exercise], toolchain: Toolchain, stop: &Stop) -> Result<Option<Products>> {
    let mut products = Products::default();
    for mode in [Mode::Real, Mode::Explore] {
        let wanted = |exercise: &&&Exercise| match mode {
            Mode::Real => true,
            Mode::Explore => exercise.explored && !products.binaries(exercise, Mode::Real).is_empty(),
        };
        let wanted: Vec<&Exercise> = exercises.iter().filter(wanted).copied().collect();
        if wanted.is_empty() {
            continue;
        }
        let Some(compiled) = compile_in(bench, &wanted, mode, toolchain, stop)? else { return Ok(None) };
        products.0.extend(compiled.into_iter().map(|(package, compiled)| ((package, mode), compiled)));
    }
    Ok(Some(products))
}

fn compile_in(
    bench: &Bench,
    exercises: &[&Exercise],
    mode: Mode,
    toolchain: Toolchain,
    stop: &Stop,
) -> Result<Option<HashMap<String, Compiled>>> {
    let command = cargo(bench, exercises, mode, toolchain);
    let spec = Spec {
        command,
        streams: Streams::Split,
        limit: None,
        confine: Some(Confinement::default()),
        mark: None,
        standstill: Standstill::Waits,
        rest: Rest::IsWanted,
        stop,
    };
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

/// `cargo test --no-run` would stop at the first attempt that does not compile.
fn cargo(bench: &Bench, exercises: &[&Exercise], mode: Mode, toolchain: Toolchain) -> Command {
    let mut command = toolchain::cargo();
    command.current_dir(bench.dir()).args(["build", "--test", "*", "--keep-going", "--message-format=json"]);
    // Each source is compiled once: what speeds up the second time would only cost.
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

/// Each message to its package.
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
                    binaries.push(Binary { path, source });
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
    fn each_message_finds_its_package() {
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
