//! `checker dev verify --mutants`: mechanically changed solutions, each of which the tests must reject.

use std::fs;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::authoring::mutants::{self, Changes};
use crate::authoring::proof::build;
use crate::authoring::proof::layout::Bench;
use crate::authoring::proof::trial::{self, Trial};
use crate::authoring::proof::{Attempt, Expected};
use crate::course::exercise::Exercise;
use crate::error::Exit;
use crate::session::{self, Session};
use crate::system::toolchain::Toolchain;
use crate::ui::text::difference;
use crate::ui::text::style::{Line, Style, Text};
use crate::verdict::{Kind, Mode, Verdict};

/// How many exercises are processed at a time: their binaries take up disk space until they have run.
const AT_A_TIME: usize = 8;

/// The results of the mutants of one solution.
struct Hunt<'a> {
    exercise: &'a Exercise,
    changes: Changes,
    solution: String,
    mutants: Vec<Attempt>,
    verdicts: Vec<Verdict>,
}

pub fn execute(
    session: &Session,
    exercises: &[&Exercise],
    toolchain: Toolchain,
    changes: Changes,
    is_json: bool,
) -> Result<Exit> {
    let mut documents = Vec::new();
    let mut failed = false;
    if !is_json {
        let mut head = Text::new();
        head.push(row(["", "made", "compiler", "tests", "equivalent", "survivors"]));
        session.printer.print(&head)?;
    }
    for some in exercises.chunks(AT_A_TIME) {
        let mut hunts = some.iter().map(|exercise| prepare(session, exercise, changes)).collect::<Result<Vec<_>>>()?;
        if try_all(session, &mut hunts, toolchain)?.is_none() {
            return Ok(Exit::Interrupted);
        }
        for hunt in &hunts {
            failed |= hunt.is_objected_to();
            if is_json {
                documents.push(hunt.document());
            } else {
                session.printer.print(&hunt.text())?;
            }
        }
    }
    if is_json {
        session::print_json(&json!({ "schema": 1, "exercises": documents }))?;
    }
    Ok(Exit::passes_if(!failed))
}

/// The name of the attempt that is the solution as it is.
const UNCHANGED: &str = "unchanged";

fn prepare<'a>(session: &Session, exercise: &'a Exercise, changes: Changes) -> Result<Hunt<'a>> {
    let file = session.catalogue.solution(exercise).join("src/lib.rs");
    let solution = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let made = mutants::mutants(&solution, changes).with_context(|| file.display().to_string())?;
    let attempt = |mutant: mutants::Mutant| Attempt {
        exercise: exercise.name.clone(),
        name: mutant.name,
        expected: Expected::Passes,
        source: mutant.source,
    };
    let unchanged = mutants::Mutant { name: UNCHANGED.to_owned(), source: solution.clone() };
    let mutants = std::iter::once(unchanged).chain(made).map(attempt).collect();
    Ok(Hunt { exercise, changes, solution, mutants, verdicts: Vec::new() })
}

/// Compiles and checks all mutants; `None` if interrupted.
fn try_all(session: &Session, hunts: &mut [Hunt<'_>], toolchain: Toolchain) -> Result<Option<()>> {
    let plan: Vec<(&Exercise, &[Attempt])> =
        hunts.iter().map(|hunt| (hunt.exercise, hunt.mutants.as_slice())).collect();
    // The solution is always one of them.
    if plan.iter().all(|(_, mutants)| mutants.len() <= 1) {
        return Ok(Some(()));
    }
    let bench = Bench::new(session.root(), "mutants")?;
    let Some(products) = build::set_up(&bench, &plan, toolchain, &session.stop)? else {
        return Ok(None);
    };
    let all: Vec<&Attempt> = hunts.iter().flat_map(|hunt| &hunt.mutants).collect();
    let trials = trial::trials(&bench, &products, &all, toolchain)?;
    let verdicts = trial::side_by_side(&trials, |trial| trial.check(1, &session.stop))?;
    remove_binaries(&trials);
    let Some(verdicts) = verdicts else { return Ok(None) };
    let mut verdicts = verdicts.into_iter();
    for hunt in hunts {
        hunt.verdicts = verdicts.by_ref().take(hunt.mutants.len()).collect();
    }
    Ok(Some(()))
}

/// Frees disk space: there are many mutants, and their binaries are not needed again.
fn remove_binaries(trials: &[Trial<'_>]) {
    for trial in trials {
        for mode in [Mode::Real, Mode::Explore] {
            for binary in trial.binaries(mode) {
                let _ = fs::remove_file(&binary.path);
            }
        }
    }
}

impl Hunt<'_> {
    fn is_objected_to(&self) -> bool {
        !self.survivors().is_empty() || !self.wrong().is_empty()
    }

    fn is_marked(&self, name: &str) -> bool {
        self.exercise.about.equivalent.iter().any(|equivalent| equivalent.mutant == name)
    }

    fn all(&self) -> impl Iterator<Item = (&Attempt, &Verdict)> {
        self.mutants.iter().zip(&self.verdicts).filter(|(mutant, _)| mutant.name != UNCHANGED)
    }

    fn survivors(&self) -> Vec<&Attempt> {
        let lives = |(mutant, verdict): &(&Attempt, &Verdict)| verdict.passed() && !self.is_marked(&mutant.name);
        self.all().filter(lives).map(|(mutant, _)| mutant).collect()
    }

    /// What makes the counts worthless: a solution that does not pass, a mutant without tests, a wrong mark.
    fn wrong(&self) -> Vec<String> {
        let unchanged = self.mutants.iter().zip(&self.verdicts).find(|(mutant, _)| mutant.name == UNCHANGED);
        let solution = unchanged.filter(|(_, verdict)| !verdict.passed());
        let solution = solution.map(|(_, verdict)| format!("the solution itself does not pass: {}", verdict.headline));
        let untested = self.all().filter(|(_, verdict)| verdict.kind == Kind::NoTests);
        let untested = untested.map(|(mutant, verdict)| format!("`{}`: {}", mutant.name, verdict.headline));
        solution.into_iter().chain(untested).chain(self.wrong_marks()).collect()
    }

    /// Marks of mutants that do not exist, or that the tests reject, so that they are not equivalent.
    fn wrong_marks(&self) -> Vec<String> {
        let wrong = |name: &str| match self.all().find(|(mutant, _)| mutant.name == name) {
            None => Some(format!("`{name}` is marked equivalent, and no such mutant is made")),
            Some((_, verdict)) if !verdict.passed() => {
                Some(format!("`{name}` is marked equivalent, and yet: {}", verdict.headline))
            }
            Some(_) => None,
        };
        let marked = self.exercise.about.equivalent.iter().map(|equivalent| equivalent.mutant.as_str());
        marked.filter(|name| self.changes.make(name)).filter_map(wrong).collect()
    }

    /// How many were made, killed by the compiler, killed by the tests, and equivalent.
    fn counts(&self) -> [usize; 4] {
        let count = |of: &dyn Fn(&Attempt, &Verdict) -> bool| self.all().filter(|(m, v)| of(m, v)).count();
        let compiler = |verdict: &Verdict| matches!(verdict.kind, Kind::CompileError | Kind::Lint);
        [
            self.all().count(),
            count(&|_, verdict| compiler(verdict)),
            count(&|_, verdict| !verdict.passed() && !compiler(verdict)),
            count(&|mutant, verdict| verdict.passed() && self.is_marked(&mutant.name)),
        ]
    }

    fn text(&self) -> Text {
        let mut text = Text::new();
        let survivors = self.survivors();
        let [made, compiler, tests, equivalent] = self.counts().map(|count| count.to_string());
        let name = &self.exercise.name;
        text.push(row([name, &made, &compiler, &tests, &equivalent, &survivors.len().to_string()]));
        for wrong in self.wrong() {
            text.push(Line::styled(Style::Bad, format!("FAIL  {name}  ")).then(Style::Plain, wrong));
        }
        for survivor in survivors {
            text.push(Line::styled(Style::Bad, format!("FAIL  {name}  {} passes", survivor.name)));
            text.append(difference::difference(("the solution", &self.solution), ("the mutant", &survivor.source)));
            text.blank();
        }
        text
    }

    fn document(&self) -> Value {
        let [made, compiler, tests, equivalent] = self.counts();
        let mutants = self.all().map(|(mutant, verdict)| {
            json!({
                "mutant": mutant.name,
                "kind": verdict.kind,
                "headline": verdict.headline,
                "equivalent": self.is_marked(&mutant.name),
            })
        });
        json!({
            "exercise": self.exercise.name,
            "made": made,
            "killed_by_compiler": compiler,
            "killed_by_tests": tests,
            "equivalent": equivalent,
            "survivors": self.survivors().iter().map(|mutant| mutant.name.as_str()).collect::<Vec<_>>(),
            "wrong": self.wrong(),
            "mutants": mutants.collect::<Vec<Value>>(),
        })
    }
}

fn row(cells: [&str; 6]) -> Line {
    let [name, made, compiler, tests, equivalent, survivors] = cells;
    Line::styled(Style::Name, name)
        .pad(26)
        .then(Style::Plain, format!("{made:>5} {compiler:>9} {tests:>6} {equivalent:>11} {survivors:>10}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::exercise::{Equivalent, example};
    use crate::verdict;

    /// Would catch: general mutants that survive and are only counted.
    #[test]
    fn a_survivor_without_a_reason_is_objected_to_whatever_was_changed() {
        for changes in [Changes::Locks, Changes::General] {
            let mut exercise = example::exercise("abba");
            let mutant = Attempt {
                exercise: exercise.name.clone(),
                name: "negated/place/1".to_owned(),
                expected: Expected::Passes,
                source: String::new(),
            };
            let is_objected_to = |exercise: &Exercise, kind: Kind| {
                let (mutants, verdicts) = (vec![mutant.clone()], vec![verdict::example::verdict("abba", kind)]);
                Hunt { exercise, changes, solution: String::new(), mutants, verdicts }.is_objected_to()
            };
            assert!(is_objected_to(&exercise, Kind::Passed));
            assert!(!is_objected_to(&exercise, Kind::FailingTest));
            exercise.about.equivalent =
                vec![Equivalent { mutant: mutant.name.clone(), reason: "nobody can tell".to_owned() }];
            assert!(!is_objected_to(&exercise, Kind::Passed));
        }
    }

    /// Would catch: mutants counted as killed although the solution fails as well, or although no test ran.
    #[test]
    fn kills_count_only_if_the_solution_passes_and_tests_have_run() {
        let exercise = example::exercise("abba");
        let attempt = |name: &str| Attempt {
            exercise: exercise.name.clone(),
            name: name.to_owned(),
            expected: Expected::Passes,
            source: String::new(),
        };
        let wrong = |solution: Kind, mutant: Kind| {
            let mutants = vec![attempt(UNCHANGED), attempt("let-go/place/1")];
            let verdicts = [solution, mutant].map(|kind| verdict::example::verdict("abba", kind)).to_vec();
            let hunt =
                Hunt { exercise: &exercise, changes: Changes::Locks, solution: String::new(), mutants, verdicts };
            assert_eq!(hunt.counts()[0], 1);
            hunt.wrong().len()
        };
        assert_eq!(wrong(Kind::Passed, Kind::Deadlock), 0);
        assert_eq!(wrong(Kind::CompileError, Kind::CompileError), 1);
        assert_eq!(wrong(Kind::Passed, Kind::NoTests), 1);
    }
}
