//! `checker dev verify`: checks every exercise against its texts and its right and wrong answers.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use super::{agreement, survivors};
use crate::authoring::book::kept::Kept;
use crate::authoring::mutants::Changes;
use crate::authoring::proof::build;
use crate::authoring::proof::layout::Bench;
use crate::authoring::proof::promises::Promise;
use crate::authoring::proof::report::{self, Proof, Times};
use crate::authoring::proof::trial::{self, Trial, Tried};
use crate::authoring::proof::{self, Attempt, Complaint, Expected, book, promises, texts};
use crate::course::exercise::Exercise;
use crate::course::originals::Originals;
use crate::error::Exit;
use crate::session::{self, Session};
use crate::system::process::{self, Stop};
use crate::system::toolchain::Toolchain;
use crate::verdict::Verdict;

/// If a test of a right answer takes longer, it is too slow to run on every save.
const SLOW: Duration = Duration::from_secs(1);

#[derive(clap::Args, Debug)]
pub struct Args {
    /// Without any: all exercises
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// How often each answer is checked; the verdicts must be the same
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub repeat: u64,
    /// Check each answer once, and a wrong answer up to N times more until it gets its verdict
    #[arg(long, value_name = "N", default_value_t = 0, conflicts_with = "repeat")]
    pub retries: u64,
    /// With how many seeds each wrong answer must be found by exploring
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub seeds: u64,
    /// Keep all cores busy meanwhile
    #[arg(long)]
    pub busy: bool,
    /// Check each answer as a learner would instead, with and without cargo: the verdicts must be the same
    #[arg(long, conflicts_with_all = ["repeat", "retries", "seeds", "busy", "mutants"])]
    pub builders: bool,
    /// Check mutants of the solutions instead: each that changes locks must be found wrong
    #[arg(long, value_name = "CHANGES", num_args = 0..=1, default_missing_value = "locks")]
    #[arg(conflicts_with_all = ["repeat", "retries", "seeds", "busy"])]
    pub mutants: Option<Changes>,
}

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    session.catalogue.require_cargo()?;
    let toolchain = thread::spawn(Toolchain::find);
    let exercises = session.chosen(&args.names)?;
    let toolchain = toolchain.join().map_err(|_| anyhow!("the compiler could not be asked for its version"))??;
    process::adopt_orphans();
    if args.builders {
        return agreement::execute(session, &exercises);
    }
    if let Some(changes) = args.mutants {
        return survivors::execute(session, &exercises, toolchain, changes, args.json);
    }
    let Some((proofs, times)) = prove(session, &exercises, toolchain, args)? else { return Ok(Exit::Interrupted) };
    let mut course = book::lessons(session.root(), &exercises);
    if args.names.is_empty() {
        course.extend(of_course(session));
    }
    if args.json {
        session::print_json(&report::document(&proofs, &course, times)?)?;
    } else {
        session.printer.print(&report::table(&proofs, &course, times))?;
    }
    let is_proven = course.is_empty() && proofs.iter().all(|proof| proof.objections().next().is_none());
    Ok(Exit::passes_if(is_proven))
}

/// What is wrong with the course as a whole: exercises that cannot be read, and its book.
fn of_course(session: &Session) -> Vec<Complaint> {
    let unreadable = session.catalogue.unreadable.iter();
    let unreadable = unreadable.map(|exercise| Complaint::new(exercise.file(), exercise.what()));
    unreadable.chain(book::complaints(session.root(), &session.catalogue.exercises)).collect()
}

fn prove(
    session: &Session,
    exercises: &[&Exercise],
    toolchain: Toolchain,
    args: &Args,
) -> Result<Option<(Vec<Proof>, Times)>> {
    let started = Instant::now();
    let progress = session.progress();
    let mut proofs = Vec::new();
    let mut attempts = Vec::new();
    for exercise in exercises {
        let solution = session.catalogue.solution(exercise);
        let (answers, mut complaints) = proof::attempts(exercise, &solution)?;
        complaints.extend(texts::complaints(exercise, &solution));
        // A learner's own answer is not a defect of the course.
        if progress.exercises.get(&exercise.name).is_none_or(|entry| entry.attempts == 0) {
            complaints.extend(texts::starter(exercise, &solution));
        }
        let promises = promises::read(&solution).map_err(|complaint| complaints.push(complaint)).ok();
        if Originals::of(exercise).keep(&solution)? {
            (session.notes)(&format!("note: the hashes of the tests of `{}` are new; commit them", exercise.name));
        }
        proofs.push(Proof { exercise: exercise.name.clone(), promises, tried: Vec::new(), complaints });
        attempts.push(answers);
    }
    let plan: Vec<(&Exercise, &[Attempt])> =
        exercises.iter().copied().zip(attempts.iter().map(Vec::as_slice)).collect();
    let bench = Bench::new(session.root(), "proof")?;
    let Some(products) = build::set_up(&bench, &plan, toolchain, &session.stop)? else { return Ok(None) };
    let building = started.elapsed();
    let all: Vec<&Attempt> = attempts.iter().flatten().collect();
    let trials = trial::trials(&bench, &products, &all, toolchain)?;
    let promised: BTreeMap<&str, &[Promise]> =
        proofs.iter().map(|proof| (proof.exercise.as_str(), proof.promises.as_deref().unwrap_or_default())).collect();
    let Some(tried) = try_all(&trials, &promised, args, &session.stop)? else { return Ok(None) };
    for tried in tried {
        let proof = proofs.iter_mut().find(|proof| proof.exercise == tried.attempt.exercise);
        proof.expect("each attempt answers one of the exercises").tried.push(tried);
    }
    let kept = Kept::of(session.root());
    for ((exercise, answers), proof) in plan.iter().zip(&mut proofs) {
        kept.keep_tried(exercise, answers, &proof.tried)?;
        proof.complaints.extend(texts::told_answers(exercise, &proof.tried));
        proof.complaints.extend(
            proof.promises.iter().flat_map(|promises| promises::complaints(promises, &proof.tried)).collect::<Vec<_>>(),
        );
    }
    Ok(Some((proofs, Times { building, running: started.elapsed() - building })))
}

fn try_all(
    trials: &[Trial<'_>],
    promised: &BTreeMap<&str, &[Promise]>,
    args: &Args,
    stop: &Stop,
) -> Result<Option<Vec<Tried>>> {
    // Wrong answers come first: they wait for time limits, and other checks can run in the meantime.
    let (wrong, right) =
        (0..trials.len()).partition::<Vec<_>, _>(|at| trials[*at].attempt.expected != Expected::Passes);
    let rounds = if args.retries > 0 { 1 } else { args.repeat.max(1) };
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
    let tried = trial::side_by_side(&items, |(trial, rounds)| {
        let broken = promises::broken_by(promised[trial.attempt.exercise.as_str()], &trial.attempt.name);
        judge(trial, rounds, &broken, args, stop)
    })?;
    let Some(mut tried) = tried else { return Ok(None) };
    for (trial, tried) in trials.iter().zip(&mut tried) {
        if tried.slowest.as_ref().is_some_and(is_slow) && trial.attempt.expected == Expected::Passes {
            // Measure again now that nothing else is running.
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

/// The results of one attempt, which must make the tests in `broken` fail; `None` if interrupted.
fn judge(trial: &Trial<'_>, rounds: &[Verdict], broken: &[&str], args: &Args, stop: &Stop) -> Result<Option<Tried>> {
    let mut rounds = rounds.to_vec();
    let mut flaky = None;
    // On real threads, chance may decide which of several tests a wrong answer fails. A right answer has one chance.
    if trial.attempt.expected != Expected::Passes && !is_as_stated(trial.attempt, broken, &rounds[0]) {
        for retry in 1..=args.retries {
            let Some(verdict) = trial.check(1, stop)? else { return Ok(None) };
            if is_as_stated(trial.attempt, broken, &verdict) {
                flaky = Some(retry + 1);
                rounds = vec![verdict];
                break;
            }
        }
    }
    let mut objections = trial::objections(trial.attempt, &rounds);
    let mut found = None;
    if trial.attempt.name.starts_with("rejected/") && objections.is_empty() && args.seeds > 0 {
        found = trial.seeds(&rounds[0], args.seeds, stop)?;
        if let Some(found) = found.as_ref().filter(|found| !found.missed.is_empty()) {
            let (missed, within) = (&found.missed, found.within);
            let seeds = args.seeds;
            objections.push(format!("not found in the first {within} schedules with the seeds {missed:?} of {seeds}"));
        }
    }
    if trial.attempt.name == "solution" && objections.is_empty() {
        objections.extend(trial.together(stop)?);
    }
    let slowest = trial::slowest(&rounds).map(|(ms, name)| (ms, name.to_owned()));
    if stop.is_stopped() {
        return Ok(None);
    }
    let failing = trial::failing(&rounds);
    let (attempt, verdict) = (trial.attempt.clone(), rounds.swap_remove(0));
    Ok(Some(Tried { attempt, verdict, failing, flaky, seeds: found, slowest, objections }))
}

/// Whether `verdict` is the stated one, with all of `broken` among the failed tests.
fn is_as_stated(attempt: &Attempt, broken: &[&str], verdict: &Verdict) -> bool {
    let failing = trial::failing(std::slice::from_ref(verdict));
    proof::objection(&attempt.expected, verdict).is_none() && broken.iter().all(|test| failing.contains(*test))
}
