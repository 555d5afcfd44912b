//! `checker dev verify`: every exercise against its texts and its right and wrong answers.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::mutants;
use crate::cli;
use crate::exercise::Exercise;
use crate::originals::Originals;
use crate::process::{self, Stop};
use crate::proof::build;
use crate::proof::course::Bench;
use crate::proof::report::{self, Proof, Times, Tried};
use crate::proof::trial::{self, Trial};
use crate::proof::{self, Attempt, Expected, book, promises, texts};
use crate::session::{self, Session};
use crate::toolchain::Toolchain;
use crate::verdict::Verdict;

/// A test of a right answer that takes longer is too slow to be run at every save.
const SLOW: Duration = Duration::from_secs(1);

/// `None` if it was interrupted.
pub fn execute(session: &Session, args: &cli::Verify) -> Result<Option<u8>> {
    let toolchain = thread::spawn(Toolchain::find);
    let exercises = chosen(session, &args.names)?;
    let toolchain = toolchain.join().map_err(|_| anyhow!("the compiler could not be asked for its version"))??;
    process::adopt_orphans();
    if let Some(changes) = args.mutants {
        return mutants::execute(session, &exercises, toolchain, changes, args.json);
    }
    let Some((proofs, times)) = prove(session, &exercises, toolchain, args)? else { return Ok(None) };
    let book =
        if args.names.is_empty() { book::complaints(session.root(), &session.catalogue.exercises) } else { Vec::new() };
    if args.json {
        session::print_json(&report::document(&proofs, &book, times)?)?;
    } else {
        session.screen.print(&report::table(&proofs, &book, times))?;
    }
    let is_proven = book.is_empty() && proofs.iter().all(|proof| proof.objections().next().is_none());
    Ok(Some(u8::from(!is_proven)))
}

/// The exercises that `names` mean; all of them if there are none.
pub fn chosen<'a>(session: &'a Session, names: &[String]) -> Result<Vec<&'a Exercise>> {
    if names.is_empty() {
        return Ok(session.catalogue.exercises.iter().collect());
    }
    names.iter().map(|name| Ok(session.exercise(session.catalogue.get(name)?))).collect()
}

fn prove(
    session: &Session,
    exercises: &[&Exercise],
    toolchain: Toolchain,
    args: &cli::Verify,
) -> Result<Option<(Vec<Proof>, Times)>> {
    let started = Instant::now();
    let progress = session.progress();
    let mut proofs = Vec::new();
    let mut attempts = Vec::new();
    for exercise in exercises {
        let solution = session.catalogue.solution(exercise);
        let (answers, mut complaints) = proof::attempts(exercise, &solution)?;
        complaints.extend(texts::complaints(exercise, &solution));
        // A learner's answer is no defect of the course.
        if progress.exercises.get(&exercise.name).is_none_or(|entry| entry.attempts == 0) {
            complaints.extend(texts::starter(exercise, &solution));
        }
        let promises = promises::read(&solution).map_err(|complaint| complaints.push(complaint)).ok();
        if Originals::of(exercise).keep(&solution)? {
            (session.notes)(&format!("note: the hashes of the tests of `{}` are new; commit them", exercise.name));
        }
        complaints.extend(book::listed(session.root(), exercise));
        proofs.push(Proof { exercise: exercise.name.clone(), promises, tried: Vec::new(), complaints });
        attempts.push(answers);
    }
    let plan: Vec<(&Exercise, &[Attempt])> =
        exercises.iter().copied().zip(attempts.iter().map(Vec::as_slice)).collect();
    let bench = Bench::new(session.root(), "proof")?;
    let Some((catalogue, products)) = build::set_up(&bench, &plan, toolchain, &session.stop)? else { return Ok(None) };
    let building = started.elapsed();
    let all: Vec<&Attempt> = attempts.iter().flatten().collect();
    let trials = trial::trials(&bench, &catalogue, &products, &all, toolchain)?;
    let Some(tried) = try_all(&trials, args, &session.stop)? else { return Ok(None) };
    for tried in tried {
        let proof = proofs.iter_mut().find(|proof| proof.exercise == tried.attempt.exercise);
        proof.expect("each attempt answers one of the exercises").tried.push(tried);
    }
    for proof in &mut proofs {
        proof.complaints.extend(
            proof.promises.iter().flat_map(|promises| promises::complaints(promises, &proof.tried)).collect::<Vec<_>>(),
        );
    }
    Ok(Some((proofs, Times { building, running: started.elapsed() - building })))
}

fn try_all(trials: &[Trial<'_>], args: &cli::Verify, stop: &Stop) -> Result<Option<Vec<Tried>>> {
    // Wrong answers first: they wait for time limits, and others can work meanwhile.
    let (wrong, right) =
        (0..trials.len()).partition::<Vec<_>, _>(|at| trials[*at].attempt.expected != Expected::Passes);
    let rounds = args.repeat.max(1);
    let jobs: Vec<(usize, u64)> =
        wrong.into_iter().chain(right).flat_map(|at| (1..=rounds).map(move |round| (at, round))).collect();
    let check_all =
        || trial::side_by_side(&jobs, |(at, round)| Ok(trials[*at].check(*round, stop)?.map(|verdict| (*at, verdict))));
    let checked = if args.busy { trial::on_a_busy_machine(check_all) } else { check_all() }?;
    let mut rounds: Vec<Vec<Verdict>> = trials.iter().map(|_| Vec::new()).collect();
    let Some(checked) = checked else { return Ok(None) };
    for (at, verdict) in checked {
        rounds[at].push(verdict);
    }
    let items: Vec<(&Trial<'_>, &[Verdict])> = trials.iter().zip(rounds.iter().map(Vec::as_slice)).collect();
    let tried = trial::side_by_side(&items, |(trial, rounds)| judge(trial, rounds, args.seeds, stop))?;
    let Some(mut tried) = tried else { return Ok(None) };
    for (trial, tried) in trials.iter().zip(&mut tried) {
        if tried.slowest.as_ref().is_some_and(is_slow) && trial.attempt.expected == Expected::Passes {
            // Now that nothing else runs.
            let Some(verdict) = trial.check(1, stop)? else { return Ok(None) };
            tried.slowest = trial::slowest(&[verdict]).map(|(ms, name)| (ms, name.to_owned()));
            if let Some((ms, name)) = tried.slowest.as_ref().filter(|slowest| is_slow(slowest)) {
                tried.objections.push(format!("`{name}` takes {ms} ms, more than {} ms", SLOW.as_millis()));
            }
        }
    }
    Ok(Some(tried))
}

fn is_slow((ms, _): &(u64, String)) -> bool {
    u128::from(*ms) > SLOW.as_millis()
}

/// All that there is to say about one attempt; `None` if it was interrupted.
fn judge(trial: &Trial<'_>, rounds: &[Verdict], seeds: u64, stop: &Stop) -> Result<Option<Tried>> {
    let mut objections = trial::objections(trial.attempt, rounds);
    let mut found = None;
    if trial.attempt.name.starts_with("rejected/") && objections.is_empty() && seeds > 0 {
        found = trial.seeds(&rounds[0], seeds, stop)?;
        if let Some(found) = found.as_ref().filter(|found| !found.missed.is_empty()) {
            let (missed, within) = (&found.missed, found.within);
            objections.push(format!("not found in the first {within} schedules with the seeds {missed:?} of {seeds}"));
        }
    }
    if trial.attempt.name == "solution" && objections.is_empty() {
        objections.extend(trial.together(stop)?);
    }
    let slowest = trial::slowest(rounds).map(|(ms, name)| (ms, name.to_owned()));
    if stop.is_stopped() {
        return Ok(None);
    }
    let (attempt, verdict) = (trial.attempt.clone(), rounds[0].clone());
    Ok(Some(Tried { attempt, verdict, seeds: found, slowest, objections }))
}
