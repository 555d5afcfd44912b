//! Runs the answers for the pictures of the book, and maps the tests on which the reader plays the scheduler.

use anyhow::Result;
use trace::map::Map;

use crate::authoring::book::kept::{Kept, Known};
use crate::authoring::book::material::{Entry, Material};
use crate::authoring::book::play::{self, Game};
use crate::authoring::book::shown::{Seen, Shown};
use crate::authoring::proof::Attempt;
use crate::authoring::proof::build;
use crate::authoring::proof::layout::Bench;
use crate::authoring::proof::trial::{self, Trial};
use crate::course::exercise::Exercise;
use crate::session::Session;
use crate::system::process::{self, Stop};
use crate::system::toolchain::Toolchain;
use crate::verdict::summary::counted;

/// How many of the tests that the starter fails are mapped, to choose the simplest.
const MOST_CANDIDATES: usize = 6;

/// What is still to be seen of an exercise.
struct Missing<'a> {
    entry: &'a Entry,
    key: String,
    /// `None` if the answers have to run.
    shown: Option<Shown>,
    lacks_game: bool,
}

/// The exercises whose pictures are not kept, or are out of date.
fn missing<'a>(material: &'a Material, kept: &Kept) -> Vec<Missing<'a>> {
    let entries = material.entries().map(|entry| {
        let name = &entry.exercise.name;
        let key = kept.key(&entry.exercise, &entry.answers);
        let lacks_game = entry.exercise.explored && matches!(kept.game(name, &key), Known::No);
        Missing { entry, shown: kept.answers(name, &key), key, lacks_game }
    });
    entries.filter(|missing| missing.shown.is_none() || missing.lacks_game).collect()
}

/// The names of the exercises whose pictures are missing.
pub fn missing_names(material: &Material, kept: &Kept) -> Vec<String> {
    missing(material, kept).into_iter().map(|missing| missing.entry.exercise.name.clone()).collect()
}

/// Runs what is missing of the exercises `wanted`, and keeps it. `None` if interrupted.
pub fn make(session: &Session, material: &Material, wanted: &[&str], kept: &Kept) -> Result<Option<()>> {
    let mut all = missing(material, kept);
    all.retain(|missing| wanted.contains(&missing.entry.exercise.name.as_str()));
    if all.is_empty() {
        return Ok(Some(()));
    }
    let toolchain = Toolchain::find()?;
    process::adopt_orphans();
    (session.notes)(&format!("building the answers to {}", counted(all.len(), "exercise")));
    let plan: Vec<(&Exercise, &[Attempt])> =
        all.iter().map(|missing| (&missing.entry.exercise, missing.entry.answers.as_slice())).collect();
    // The bench of `dev verify`, which has often built the same answers already.
    let bench = Bench::new(session.root(), "proof")?;
    let Some(products) = build::set_up(&bench, &plan, toolchain, &session.stop)? else { return Ok(None) };
    let answers: Vec<&Attempt> = all.iter().flat_map(|missing| &missing.entry.answers).collect();
    let trials = trial::trials(&bench, &products, &answers, toolchain)?;
    (session.notes)("running them");
    let to_run: Vec<&Trial<'_>> = {
        let seen =
            |name: &str| all.iter().any(|missing| missing.entry.exercise.name == name && missing.shown.is_some());
        trials.iter().filter(|trial| !seen(&trial.attempt.exercise)).collect()
    };
    let stop = &session.stop;
    let verdicts = trial::side_by_side(&to_run, |trial| trial.check(1, stop))?;
    let Some(verdicts) = verdicts else { return Ok(None) };
    for (trial, verdict) in to_run.iter().zip(&verdicts) {
        let missing = all.iter_mut().find(|missing| missing.entry.exercise.name == trial.attempt.exercise);
        let shown = &mut missing.expect("each trial is of one of them").shown;
        let shown = shown.get_or_insert_default();
        shown.answers.insert(trial.attempt.name.clone(), Seen::of(verdict));
    }
    for missing in &all {
        if let Some(shown) = &missing.shown {
            kept.keep_answers(&missing.entry.exercise.name, &missing.key, shown)?;
        }
    }
    let played: Vec<&Missing<'_>> = all.iter().filter(|missing| missing.lacks_game).collect();
    let games = trial::side_by_side(&played, |missing| {
        let game = game(missing, &trials, stop)?;
        if stop.is_stopped() {
            return Ok(None);
        }
        kept.keep_game(&missing.entry.exercise.name, &missing.key, game.as_ref())?;
        Ok(Some(()))
    })?;
    Ok(games.map(drop))
}

/// The test on which the reader plays: of those that the starter fails, the simplest in which there is something
/// to decide.
fn game(missing: &Missing<'_>, trials: &[Trial<'_>], stop: &Stop) -> Result<Option<Game>> {
    let of = |answer: &str| {
        let own = trials.iter().filter(|trial| trial.attempt.exercise == missing.entry.exercise.name);
        own.into_iter().find(|trial| trial.attempt.name == answer)
    };
    let (Some(starter), Some(solution)) = (of("starter"), of("solution")) else { return Ok(None) };
    let seen = missing.shown.as_ref().and_then(|shown| shown.answers.get("starter"));
    let mut candidates: Vec<(String, Map)> = Vec::new();
    for test in seen.iter().flat_map(|seen| &seen.fails).take(MOST_CANDIDATES) {
        candidates.extend(starter.map(test, stop)?.map(|map| (test.clone(), map)));
    }
    candidates.sort_by_cached_key(|(_, map)| play::difficulty(map));
    for (test, starter) in candidates {
        let Some(solution) = solution.map(&test, stop)? else { continue };
        if Game::is_worth_playing(&starter, &solution) {
            return Ok(Some(Game { test, starter, solution }));
        }
    }
    Ok(None)
}
