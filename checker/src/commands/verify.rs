//! `checker dev verify`: every exercise against its right and wrong answers.

use std::process::Stdio;
use std::thread;

use anyhow::{Context as _, Result, anyhow};
use serde_json::json;

use crate::catalogue::Catalogue;
use crate::check::{self, Check};
use crate::cli;
use crate::compile;
use crate::exercise::Exercise;
use crate::process::{self, Stop};
use crate::proof::course::{Bench, package_name};
use crate::proof::{self, Attempt, Expected};
use crate::session::{self, Session};
use crate::toolchain::{self, Toolchain};
use crate::verdict::{Mode, Verdict};
use crate::view::style::{Line, Text};

/// What came of one attempt.
struct Row {
    attempt: Attempt,
    verdict: Verdict,
    /// What is wrong, if it was not as expected.
    objection: Option<String>,
}

/// `None` if it was interrupted.
pub fn execute(session: &Session, args: &cli::Verify) -> Result<Option<u8>> {
    let toolchain = thread::spawn(Toolchain::find);
    let exercises = chosen(session, &args.names)?;
    let toolchain = toolchain.join().map_err(|_| anyhow!("the compiler could not be asked for its version"))??;
    process::adopt_orphans();
    let bench = Bench::new(session.root())?;
    let mut rows = Vec::new();
    for exercise in exercises {
        let Some(proven) = prove(session, &bench, exercise, toolchain)? else { return Ok(None) };
        if !args.json {
            session.screen.print(&table(&proven))?;
        }
        rows.extend(proven);
    }
    let objections = rows.iter().filter(|row| row.objection.is_some()).count();
    if args.json {
        session::print_json(&json!({ "schema": 1, "objections": objections, "attempts": documents(&rows)? }))?;
    } else {
        let mut text = Text::new();
        text.push(Line::plain(format!("{} attempts, {objections} not as expected", rows.len())));
        session.screen.print(&text)?;
    }
    Ok(Some(u8::from(objections > 0)))
}

fn chosen<'a>(session: &'a Session, names: &[String]) -> Result<Vec<&'a Exercise>> {
    if names.is_empty() {
        return Ok(session.catalogue.exercises.iter().collect());
    }
    names.iter().map(|name| Ok(session.exercise(session.catalogue.get(name)?))).collect()
}

/// Checks all attempts at `exercise`; `None` if it was interrupted.
fn prove(session: &Session, bench: &Bench, exercise: &Exercise, toolchain: Toolchain) -> Result<Option<Vec<Row>>> {
    let attempts = proof::attempts(exercise, &session.catalogue.solution(exercise))?;
    let packages = bench.lay_out(exercise, &attempts)?;
    compile_all(bench, exercise, &packages, toolchain)?;
    let catalogue = Catalogue::find(bench.dir())?;
    let mut rows = Vec::new();
    for attempt in attempts {
        let at = catalogue.get(&package_name(&attempt))?;
        let options = compile::Options { toolchain, colour: false };
        let exercise = &catalogue.exercises[at];
        let verdict = check_attempt(bench, exercise, options, &session.stop)?;
        let Some(verdict) = verdict else { return Ok(None) };
        let objection = proof::objection(&attempt.expected, &verdict);
        rows.push(Row { attempt, verdict, objection });
    }
    Ok(Some(rows))
}

fn check_attempt(
    bench: &Bench,
    exercise: &Exercise,
    compile: compile::Options,
    stop: &Stop,
) -> Result<Option<Verdict>> {
    check::check(&Check { root: bench.dir(), exercise, compile, seed: None, stop, report: &|_| {} })
}

/// Compiles all attempts in one call per mode, so that the checks that follow find them built. What does not
/// compile is that check's to report.
fn compile_all(bench: &Bench, exercise: &Exercise, packages: &[String], toolchain: Toolchain) -> Result<()> {
    let modes: &[Mode] = if exercise.explored { &[Mode::Real, Mode::Explore] } else { &[Mode::Real] };
    for mode in modes {
        let mut command = compile::cargo(bench.dir(), *mode, toolchain);
        command.arg("--keep-going").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        for package in packages {
            command.args(["--package", package]);
        }
        command.status().map_err(toolchain::cargo_failed).context("compiling the attempts")?;
    }
    Ok(())
}

fn table(rows: &[Row]) -> Text {
    let mut text = Text::new();
    for row in rows {
        let state = if row.objection.is_some() { "FAIL" } else { "ok  " };
        let got = match (&row.objection, &row.attempt.expected) {
            (Some(objection), _) => objection.clone(),
            (None, Expected::Passes) => row.verdict.kind.word().to_owned(),
            (None, Expected::Fails { detail: None, .. }) => row.verdict.kind.word().to_owned(),
            (None, Expected::Fails { detail: Some(detail), .. }) => format!("{}: {detail}", row.verdict.kind.word()),
        };
        text.push(Line::plain(format!("{state}  {:<20}  {:<36}  {got}", row.attempt.exercise, row.attempt.name)));
    }
    text
}

fn documents(rows: &[Row]) -> Result<Vec<serde_json::Value>> {
    rows.iter()
        .map(|row| {
            Ok(json!({
                "exercise": row.attempt.exercise,
                "attempt": row.attempt.name,
                "as_expected": row.objection.is_none(),
                "objection": row.objection,
                "verdict": serde_json::to_value(&row.verdict)?,
            }))
        })
        .collect()
}
