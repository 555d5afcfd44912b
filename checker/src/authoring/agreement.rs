//! `checker dev verify --builders`: a check without cargo must reach the verdict that cargo's build reaches.
//!
//! Each answer to an exercise is saved in turn, as a learner would, and checked by this program in two processes: once as
//! always, and once with a wrapper around the compiler, which leaves everything to cargo.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::authoring::proof::layout::{Bench, Place, attempt_name};
use crate::authoring::proof::{self, Attempt};
use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::error::Exit;
use crate::session::Session;
use crate::ui::text::style::{Line, Style, Text};

/// How often both check an answer before they are said to disagree: real threads take turns as they like.
const ATTEMPTS: usize = 3;
/// A wrapper that does nothing.
const WRAPPER: (&str, &str) = ("RUSTC_WRAPPER", "/usr/bin/env");

#[derive(Clone, Copy, Debug)]
enum Builder {
    Any,
    Cargo,
}

pub fn execute(session: &Session, exercises: &[&Exercise]) -> Result<Exit> {
    let bench = Bench::new(session.root(), "agreement")?;
    let mut answers = Vec::new();
    for exercise in exercises {
        answers.push(proof::attempts(exercise, &session.catalogue.solution(exercise))?.0);
    }
    let laid_out: Vec<Attempt> = answers
        .iter()
        .filter_map(|answers| answers.iter().find(|answer| answer.name == "solution"))
        .map(|solution| Attempt { name: "judged".to_owned(), ..solution.clone() })
        .collect();
    let plan: Vec<(&Exercise, &[Attempt])> =
        exercises.iter().copied().zip(laid_out.iter().map(std::slice::from_ref)).collect();
    bench.lay_out(&plan, &|_| Place::Apart)?;
    let catalogue = Catalogue::find(bench.dir())?;
    let (mut checked, mut disagreements) = (0, 0);
    for (answers, laid_out) in answers.iter().zip(&laid_out) {
        let exercise = &catalogue.exercises[catalogue.get(&attempt_name(laid_out))?];
        for answer in answers {
            if session.stop.is_stopped() {
                return Ok(Exit::Interrupted);
            }
            checked += 1;
            let Some([any, cargo]) = disagreement(&bench, exercise, answer)? else { continue };
            disagreements += 1;
            let mut text = Text::new();
            text.push(Line::styled(Style::Bad, format!("FAIL  {}  {}", answer.exercise, answer.name)));
            text.push(Line::plain(format!("      as always:   {any}")));
            text.push(Line::plain(format!("      with cargo:  {cargo}")));
            session.printer.print(&text)?;
        }
    }
    let mut text = Text::new();
    text.push(Line::plain(format!("{checked} answers, {disagreements} disagreements")));
    session.printer.print(&text)?;
    Ok(Exit::passes_if(disagreements == 0))
}

/// What the two say of `answer`, if it is never the same.
fn disagreement(bench: &Bench, exercise: &Exercise, answer: &Attempt) -> Result<Option<[Value; 2]>> {
    fs::write(exercise.source(), &answer.source)?;
    let mut last = None;
    for _ in 0..ATTEMPTS {
        let both = [check(bench, exercise, Builder::Any)?, check(bench, exercise, Builder::Cargo)?];
        if both[0] == both[1] {
            return Ok(None);
        }
        last = Some(both);
    }
    Ok(last)
}

fn check(bench: &Bench, exercise: &Exercise, builder: Builder) -> Result<Value> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["run", &exercise.name, "--json", "--color=never"]).current_dir(bench.dir());
    command.env_remove(WRAPPER.0).stdin(Stdio::null()).stderr(Stdio::null());
    if matches!(builder, Builder::Cargo) {
        command.env(WRAPPER.0, WRAPPER.1);
    }
    let output = command.output()?;
    let verdict = serde_json::from_slice(&output.stdout).with_context(|| format!("{command:?} printed no verdict"))?;
    Ok(comparable(verdict))
}

/// The parts of a verdict that do not depend on how real threads take turns.
fn comparable(mut verdict: Value) -> Value {
    let mut tests = verdict["tests"].take();
    for test in tests.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        let is_explored = test.get("mode").is_some_and(|mode| mode == "explore");
        test.retain(|key, _| ["name", "mode"].contains(&key.as_str()) || is_explored && key == "outcome");
    }
    let diagnostics = verdict["diagnostics"].take();
    let rendered = diagnostics.as_array().into_iter().flatten().map(|diagnostic| diagnostic["rendered"].clone());
    serde_json::json!({ "kind": verdict["kind"], "tests": tests, "diagnostics": rendered.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_real_threads_cannot_change_is_compared() {
        let verdict = |real: &str, explored: &str, ms: u32| {
            json!({
                "kind": "deadlock",
                "tests": [
                    { "name": "a", "mode": "real", "outcome": real, "duration_ms": ms },
                    { "name": "a", "mode": "explore", "outcome": explored, "duration_ms": ms },
                ],
                "diagnostics": [{ "rendered": "unused", "code": null }],
            })
        };
        assert_eq!(comparable(verdict("passed", "failed", 1)), comparable(verdict("skipped", "failed", 2)));
        assert_ne!(comparable(verdict("passed", "failed", 1)), comparable(verdict("passed", "passed", 1)));
    }
}
