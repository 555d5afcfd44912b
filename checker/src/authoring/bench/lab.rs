//! The solutions of the course, laid out to be measured.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::authoring::proof::layout::{Bench, Place, attempt_name};
use crate::authoring::proof::{self, Attempt};
use crate::course::catalogue::Catalogue;
use crate::course::exercise::{Exercise, Starts};
use crate::course::originals::Originals;
use crate::runner::check::{self, Check};
use crate::runner::compile;
use crate::session::Session;
use crate::system::toolchain::Toolchain;
use crate::verdict::{Outcome, Stage};

/// All solutions, laid out in place of the exercises, and one starter.
pub struct Lab<'a> {
    pub session: &'a Session,
    pub toolchain: Toolchain,
    pub bench: Bench,
    pub catalogue: Catalogue,
    /// The exercise that is measured, under its laid-out name.
    pub chosen: String,
    /// An exercise whose first test fails, under its laid-out name.
    pub failing: String,
}

/// How long a check took, and after how long it reported what a learner waits for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timed {
    pub verdict: Duration,
    /// The first error of the compiler.
    pub error: Option<Duration>,
    /// The first failed test.
    pub failure: Option<Duration>,
}

impl<'a> Lab<'a> {
    pub fn set_up(session: &'a Session, toolchain: Toolchain) -> Result<Self> {
        let exercises = &session.catalogue.exercises;
        let (chosen, failing) = (chosen(exercises), failing(exercises));
        let mut answers = Vec::new();
        for exercise in exercises {
            let mut of_exercise = vec![answer(session, exercise, "solution", "measured")?];
            if exercise.name == failing.name {
                of_exercise.push(answer(session, exercise, "starter", "failing")?);
            }
            answers.push(of_exercise);
        }
        let plan: Vec<(&Exercise, &[Attempt])> = exercises.iter().zip(answers.iter().map(Vec::as_slice)).collect();
        let bench = Bench::new(session.root(), "bench")?;
        bench.lay_out(&plan, &|_| Place::Apart)?;
        let catalogue = Catalogue::find(bench.dir())?;
        for exercise in &catalogue.exercises {
            let solution = exercise.solution(bench.dir());
            fs::create_dir_all(&solution)?;
            Originals::of(exercise).keep(&solution)?;
        }
        let named = |exercise: &Exercise, name| {
            let mut all = answers.iter().flatten();
            let answer = all.find(|answer| answer.exercise == exercise.name && answer.name == name);
            answer.map(attempt_name).context("it was laid out")
        };
        let (chosen, failing) = (named(chosen, "measured")?, named(failing, "failing")?);
        Ok(Lab { session, toolchain, bench, catalogue, chosen, failing })
    }

    /// The exercise with this laid-out name.
    pub fn exercise(&self, name: &str) -> Result<&Exercise> {
        Ok(&self.catalogue.exercises[self.catalogue.get(name)?])
    }

    /// Runs a whole check, which must pass unless the compiler or a test has said something.
    pub fn check(&self, root: &Path, exercise: &Exercise) -> Result<Timed> {
        let (started, heard) = (Instant::now(), Mutex::new(Timed::default()));
        let report = |stage: Stage| {
            let (after, mut heard) = (started.elapsed(), heard.lock().expect("nobody panics"));
            match stage {
                Stage::Diagnosed(_) => heard.error.get_or_insert(after),
                Stage::Tested(result) if matches!(result.outcome, Outcome::Failed(_)) => {
                    heard.failure.get_or_insert(after)
                }
                _ => return,
            };
        };
        let compile = compile::Options { toolchain: self.toolchain, colour: false };
        let stop = &self.session.stop;
        let (compiled, contained, seed) = (None, None, None);
        let verdict =
            check::check(&Check { root, exercise, compile, compiled, contained, seed, stop, report: &report })?;
        let heard = heard.into_inner().expect("nobody panics");
        let timed = Timed { verdict: started.elapsed(), ..heard };
        let is_silent = timed.error.is_none() && timed.failure.is_none();
        if let Some(verdict) = verdict.filter(|verdict| !verdict.passed() && is_silent) {
            bail!("{} does not pass: {}", exercise.name, verdict.headline);
        }
        Ok(timed)
    }
}

/// The exercise to measure: the first one that uses tokio and is not explored, or else the first one.
pub fn chosen(exercises: &[Exercise]) -> &Exercise {
    let on_tokio = |exercise: &&Exercise| exercise.about.packages.iter().any(|package| package == "tokio");
    let plain = exercises.iter().find(|exercise| on_tokio(exercise) && !exercise.explored);
    plain.or_else(|| exercises.iter().find(on_tokio)).unwrap_or(&exercises[0])
}

fn failing(exercises: &[Exercise]) -> &Exercise {
    exercises.iter().find(|exercise| exercise.about.starts == Starts::FailingTest).unwrap_or(&exercises[0])
}

/// The answer `of` that exercise, under another `name`. Benches share a build folder, so names must be unique among
/// them.
pub fn answer(session: &Session, exercise: &Exercise, of: &str, name: &str) -> Result<Attempt> {
    let (answers, _) = proof::attempts(exercise, &session.catalogue.solution(exercise))?;
    let answer = answers.into_iter().find(|answer| answer.name == of);
    let answer = answer.with_context(|| format!("{} has no {of}", exercise.name))?;
    Ok(Attempt { name: name.to_owned(), ..answer })
}
