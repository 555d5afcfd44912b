//! `checker run`: one check, or all of them, and the verdict as text or JSON.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;

use anyhow::Result;
use serde_json::{Value, json};

use crate::course::progress::Progress;
use crate::course::store;
use crate::error::Exit;
use crate::runner::compile::direct::tools;
use crate::runner::compile::settings::Settings;
use crate::runner::suite;
use crate::session::{self, Printer, Session};
use crate::system::process;
use crate::system::toolchain::Toolchain;
use crate::ui::text::style::{Colour, Line, Text};
use crate::ui::view::running::RunningCheck;
use crate::ui::view::verdict::{self as view, Diagnostics};
use crate::verdict::{Stage, Verdict};

#[derive(clap::Args, Debug)]
pub struct Args {
    /// The exercise; without it, the current one
    pub name: Option<String>,
    /// Check all exercises, one line each
    #[arg(long, conflicts_with = "name")]
    pub all: bool,
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Explore other interleavings
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

pub fn execute(open: impl FnOnce() -> Result<Session>, args: &Args) -> Result<Exit> {
    let session = open()?;
    let toolchain = tools::installed(session.root())?;
    session.store.require_known_version()?;
    let settings = Settings::read(session.root());
    for note in toolchain.note().into_iter().chain(settings.notes.iter().map(String::as_str)) {
        eprintln!("{note}");
    }
    process::adopt_orphans();
    if args.all { run_all(&session, toolchain, args) } else { run_one(&session, toolchain, args) }
}

fn run_one(session: &Session, toolchain: Toolchain, args: &Args) -> Result<Exit> {
    let at = session.find(args.name.as_deref(), &session.progress())?;
    let status = Status::new(session.printer, if args.json { Errors::InTheVerdict } else { Errors::AtOnce });
    let name = &session.exercise(at).name;
    let verdict = session.check(at, toolchain, args.seed, &session.stop, &|stage| status.hear(name, stage))?;
    status.clear();
    let Some(verdict) = verdict else { return Ok(Exit::Interrupted) };
    let chosen = args.name.is_some();
    session.update(|progress| {
        progress.record(&verdict.exercise, verdict.passed().then(store::now));
        if chosen {
            progress.current = Some(verdict.exercise.clone());
        }
    })?;
    if args.json {
        let mut document = serde_json::to_value(&verdict)?;
        document["schema"] = json!(1);
        session::print_json(&document)?;
    } else {
        let progress = session.store.read().progress;
        let mut text = view::verdict(&verdict, Diagnostics::Warnings, session.printer.space());
        text.append(view::advice(&verdict, next(session, &progress, at).as_deref()));
        session.printer.print(&text)?;
    }
    Ok(Exit::passes_if(verdict.passed()))
}

fn next(session: &Session, progress: &Progress, at: usize) -> Option<String> {
    progress.next(&session.catalogue.names(), at).map(|next| session.exercise(next).name.clone())
}

/// Checks several exercises at a time, because one alone compiles on one core, and some tests wait. The verdicts are
/// printed in the order of the course.
fn run_all(session: &Session, toolchain: Toolchain, args: &Args) -> Result<Exit> {
    let exercises = &session.catalogue.exercises;
    let statuses: Vec<Status> = exercises.iter().map(|_| Status::new(session.printer, Errors::InTheVerdict)).collect();
    let mut verdicts: Vec<Verdict> = Vec::new();
    let (next, shown) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let stop = session.stop.child();
    let check = |at: usize| {
        let hear = |stage| {
            if shown.load(Ordering::Relaxed) == at {
                statuses[at].hear(&exercises[at].name, stage);
            }
        };
        session.check(at, toolchain, args.seed, &stop, &hear)
    };
    let is_complete = thread::scope(|scope| {
        let (sender, checked) = mpsc::channel();
        for _ in 0..suite::processors().min(exercises.len()) {
            let (sender, next, check) = (sender.clone(), &next, &check);
            scope.spawn(move || {
                while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < exercises.len()) {
                    if sender.send((at, check(at))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let report = |verdict: &Verdict| {
            statuses[shown.load(Ordering::Relaxed)].clear();
            shown.fetch_add(1, Ordering::Relaxed);
            record_and_print(session, verdict, args)
        };
        let result = in_order(checked, |verdict| {
            report(&verdict)?;
            verdicts.push(verdict);
            Ok(())
        });
        stop.stop();
        result
    })?;
    if !is_complete {
        return Ok(Exit::Interrupted);
    }
    let (passed, total) = (verdicts.iter().filter(|verdict| verdict.passed()).count(), verdicts.len());
    if args.json {
        let exercises: Vec<Value> = verdicts.iter().map(serde_json::to_value).collect::<Result<_, _>>()?;
        session::print_json(&json!({ "schema": 1, "passed": passed, "total": total, "exercises": exercises }))?;
    } else {
        let mut text = Text::new();
        text.push(Line::plain(format!("{passed} of {total} pass")));
        session.printer.print(&text)?;
    }
    Ok(Exit::passes_if(passed == total))
}

/// Passes the results on by their numbers, from 0, each as soon as it and all before it are there. Returns whether none
/// of them was stopped.
fn in_order<T>(
    results: impl IntoIterator<Item = (usize, Result<Option<T>>)>,
    mut pass: impl FnMut(T) -> Result<()>,
) -> Result<bool> {
    let (mut early, mut count) = (BTreeMap::new(), 0);
    for (at, result) in results {
        early.insert(at, result);
        while let Some(result) = early.remove(&count) {
            let Some(result) = result? else { return Ok(false) };
            pass(result)?;
            count += 1;
        }
    }
    Ok(true)
}

fn record_and_print(session: &Session, verdict: &Verdict, args: &Args) -> Result<()> {
    if verdict.passed() {
        session.update(|progress| progress.record(&verdict.exercise, Some(store::now())))?;
    }
    if !args.json {
        let mut text = Text::new();
        text.push(view::headline(verdict));
        session.printer.print(&text)?;
    }
    Ok(())
}

/// When the compiler's errors are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Errors {
    AtOnce,
    InTheVerdict,
}

/// Shows progress in a single line that is overwritten, and compiler errors as soon as they are printed.
struct Status {
    screen: Printer,
    errors: Errors,
    running: Mutex<RunningCheck>,
    /// `None` if the line would not be visible; otherwise, whether there is one on the screen.
    line: Option<Mutex<bool>>,
}

impl Status {
    fn new(screen: Printer, errors: Errors) -> Self {
        let is_seen = io::stderr().is_terminal() && screen.colour == Colour::On;
        Self { screen, errors, running: Mutex::default(), line: is_seen.then(Mutex::default) }
    }

    fn hear(&self, exercise: &str, stage: Stage) {
        match &stage {
            Stage::Diagnosed(diagnostic) if self.errors == Errors::AtOnce => {
                self.clear();
                // A closed output is reported when the verdict is printed.
                let _ = self.screen.print(&view::diagnostic(diagnostic));
            }
            Stage::StartedOver => {
                self.clear();
                eprintln!("note: a file of the exercise was saved during the check, so it starts over");
            }
            _ => {}
        }
        let is_shown = !matches!(stage, Stage::Diagnosed(_) | Stage::StartedOver);
        let phase = {
            let mut running = self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            running.hear(stage);
            running.phase(exercise)
        };
        if is_shown {
            self.show(&phase);
        }
    }

    fn show(&self, words: &str) {
        let Some(line) = &self.line else { return };
        let mut shown = line.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // A line that wraps could not be overwritten.
        let words: String = words.chars().take(self.screen.width.saturating_sub(1)).collect();
        let _ = write!(io::stderr(), "\r\x1b[K{words}");
        *shown = true;
    }

    fn clear(&self) {
        let Some(line) = &self.line else { return };
        let mut shown = line.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if std::mem::take(&mut *shown) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Would catch: a line that is printed before the line of an earlier exercise, or left out because it came early.
    #[test]
    fn results_are_passed_on_in_the_order_of_the_course() {
        let mut passed = Vec::new();
        let results = [2, 0, 1, 3].map(|at| (at, Ok(Some(at))));
        assert!(
            in_order(results, |at| {
                passed.push(at);
                Ok(())
            })
            .unwrap()
        );
        assert_eq!(passed, [0, 1, 2, 3]);
        let mut count = 0;
        let stopped = [(1, Ok(Some(1))), (0, Ok(None))];
        assert!(
            !in_order(stopped, |_| {
                count += 1;
                Ok(())
            })
            .unwrap()
        );
        assert_eq!(count, 0);
    }
}
