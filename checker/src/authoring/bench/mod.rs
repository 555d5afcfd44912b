//! `checker dev bench`: what the checker costs, compared with the alternatives, measured on this machine.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use self::watching::Watching;
use crate::authoring::proof::layout::{Bench, Place, attempt_name};
use crate::authoring::proof::speed::{self, Budget, ByHand, Row, Source};
use crate::authoring::proof::{self, Attempt};
use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::error::Exit;
use crate::runner::check::{self, Check};
use crate::runner::compile;
use crate::session::{self, Session};
use crate::system::process;
use crate::system::toolchain::{self, Toolchain};
use crate::ui::text::style::{Line, Style, Text};
use crate::verdict::Stage;

mod watching;

/// Appended to a source file so that it does not compile.
const BROKEN: &str = "pub fn broken() -> u32 { \"not a number\" }\n";
/// How long it took to install rustlings, initialise it and run its first exercise, without caches, on two cores.
const RUSTLINGS_MS: f64 = 47_000.0;

#[derive(clap::Args, Debug)]
pub struct Args {
    /// Print one JSON document
    #[arg(long)]
    pub json: bool,
    /// Measure the first build as well, which takes minutes
    #[arg(long)]
    pub cold: bool,
}

pub fn execute(session: &Session, args: &Args) -> Result<Exit> {
    let toolchain = Toolchain::find()?;
    process::adopt_orphans();
    let lab = Lab::set_up(session, toolchain)?;
    let mut rows = Vec::new();
    let parts: [Part<'_>; 5] = [Lab::saves, Lab::listing, Lab::watching, Lab::sizes, Lab::schedules];
    for part in parts {
        rows.extend(part(&lab)?);
        if session.stop.is_stopped() {
            return Ok(Exit::Interrupted);
        }
    }
    if args.cold {
        rows.push(lab.cold()?);
    }
    if args.json {
        let rows: Vec<Value> = rows.iter().map(Row::document).collect();
        session::print_json(&json!({ "schema": 1, "exercise": lab.chosen, "rows": rows }))?;
    } else {
        session.printer.print(&table(&rows, &lab.chosen))?;
    }
    Ok(Exit::Done)
}

/// Measures some rows of the table.
type Part<'a> = fn(&Lab<'a>) -> Result<Vec<Row>>;

/// All solutions, laid out in place of the exercises.
struct Lab<'a> {
    session: &'a Session,
    toolchain: Toolchain,
    bench: Bench,
    catalogue: Catalogue,
    /// The exercise that is measured, under its laid-out name.
    chosen: String,
}

impl<'a> Lab<'a> {
    fn set_up(session: &'a Session, toolchain: Toolchain) -> Result<Self> {
        let exercises = &session.catalogue.exercises;
        let chosen = chosen(exercises);
        let mut solutions = Vec::new();
        for exercise in exercises {
            solutions.push(solution(session, exercise, "measured")?);
        }
        let plan: Vec<(&Exercise, &[Attempt])> =
            exercises.iter().zip(solutions.iter().map(std::slice::from_ref)).collect();
        let bench = Bench::new(session.root(), "bench")?;
        bench.lay_out(&plan, &|_| Place::Apart)?;
        let catalogue = Catalogue::find(bench.dir())?;
        let at = exercises.iter().position(|exercise| exercise.name == chosen.name).unwrap_or(0);
        Ok(Lab { session, toolchain, bench, catalogue, chosen: attempt_name(&solutions[at]) })
    }

    fn exercise(&self) -> Result<&Exercise> {
        Ok(&self.catalogue.exercises[self.catalogue.get(&self.chosen)?])
    }

    /// Runs a whole check. Returns how long it took, and after how long it reported the first compile error.
    fn check(&self, root: &Path, exercise: &Exercise) -> Result<(Duration, Option<Duration>)> {
        let (started, error) = (Instant::now(), Mutex::new(None));
        let report = |stage: Stage| {
            if matches!(stage, Stage::Diagnosed(_)) {
                error.lock().expect("nobody panics").get_or_insert(started.elapsed());
            }
        };
        let compile = compile::Options { toolchain: self.toolchain, colour: false };
        let stop = &self.session.stop;
        let (compiled, contained, seed) = (None, None, None);
        let verdict =
            check::check(&Check { root, exercise, compile, compiled, contained, seed, stop, report: &report })?;
        let (took, error) = (started.elapsed(), error.into_inner().expect("nobody panics"));
        if let Some(verdict) = verdict.filter(|verdict| !verdict.passed() && error.is_none()) {
            bail!("{} does not pass: {}", exercise.name, verdict.headline);
        }
        Ok((took, error))
    }

    fn saves(&self) -> Result<Vec<Row>> {
        let exercise = self.exercise()?;
        let mut source = Source::new(exercise.source())?;
        self.check(self.bench.dir(), exercise)?;
        source.save("")?;
        let by_hand = ByHand::learn(self.bench.dir(), &exercise.package_id, &exercise.dir)?;
        let source = RefCell::new(source);
        let save = |more: &str| source.borrow_mut().save(more);
        let cargo = |arguments: &[&str]| {
            let mut cargo = toolchain::cargo();
            speed::time(cargo.current_dir(self.bench.dir()).args(arguments).args(["--package", &exercise.package_id]))
        };
        let [ours, hand, tools] = speed::medians([
            &mut |_| save("").and_then(|()| Ok(self.check(self.bench.dir(), exercise)?.0)),
            &mut |_| save("").and_then(|()| by_hand.test()),
            &mut |_| save("").and_then(|()| Ok(cargo(&["clippy", "--tests"])? + cargo(&["test", "--test", "*"])?)),
        ])?;
        let [shown, bare] = speed::medians([
            &mut |_| {
                save(BROKEN)?;
                self.check(self.bench.dir(), exercise)?.1.context("the broken source compiles")
            },
            &mut |_| save(BROKEN).and_then(|()| by_hand.compile_library()),
        ])?;
        let lints = if self.toolchain.clippy { "lints included" } else { "clippy is not installed: without lints" };
        let row = |what, against, ours, theirs, most, note: &str| Row {
            what,
            against,
            ours,
            theirs: Some(theirs),
            unit: "ms",
            budget: Budget::AtMost(most),
            note: note.to_owned(),
        };
        Ok(vec![
            row("save → verdict", "rustc lib, rustc test, run, by hand", ours, hand, 1.3, lints),
            row("save → verdict", "cargo clippy, cargo test", ours, tools, 0.75, ""),
            row("save → first compile error", "rustc lib, by hand", shown, bare, 1.5, ""),
        ])
    }

    fn listing(&self) -> Result<Vec<Row>> {
        let checker = std::env::current_exe()?;
        let dir = self.bench.dir();
        let [ours, theirs] =
            speed::medians([&mut |_| speed::time(Command::new(&checker).arg("list").current_dir(dir)), &mut |_| {
                let mut cargo = toolchain::cargo();
                speed::time(cargo.args(["metadata", "--no-deps", "--format-version=1"]).current_dir(dir))
            }])?;
        let note = if cfg!(debug_assertions) { "a debug build of the checker" } else { "" }.to_owned();
        let budget = Budget::AtMost(1.5);
        let against = "cargo metadata --no-deps";
        Ok(vec![Row { what: "list", against, ours, theirs: Some(theirs), unit: "ms", budget, note }])
    }

    fn watching(&self) -> Result<Vec<Row>> {
        let exercise = self.exercise()?;
        let source = Source::new(exercise.source())?;
        let mut watch = Watching::start(self.bench.dir(), &exercise.name)?;
        let starts = watch.saves(source)?;
        let row = |what, ours, unit, most, note: &str| Row {
            what,
            against: "–",
            ours,
            theirs: None,
            unit,
            budget: Budget::Number(most),
            note: note.to_owned(),
        };
        let note = "the plain watch; one way of saving, written in place";
        let mut rows = vec![row("save → check starts", starts, "ms", 50.0, note)];
        if let Some((wake_ups, mebibytes)) = watch.idle() {
            rows.push(row("watch, idle: wake-ups", wake_ups, "in 5 s", 0.0, "the plain watch"));
            rows.push(row("watch, idle: memory", mebibytes, "MiB", 30.0, "the plain watch, no screen"));
        }
        Ok(rows)
    }

    /// Measures the same exercise in a course of 10 and in one of 100.
    fn sizes(&self) -> Result<Vec<Row>> {
        let exercise = chosen(&self.session.catalogue.exercises);
        let mut courses = Vec::new();
        for size in [10, 100] {
            let names = (0..size).map(|number| format!("of-{size}-{number:03}"));
            let copies = names.map(|name| solution(self.session, exercise, &name)).collect::<Result<Vec<_>>>()?;
            let bench = Bench::new(self.session.root(), &format!("bench-{size}"))?;
            bench.lay_out(&[(exercise, &copies)], &|_| Place::Apart)?;
            let catalogue = Catalogue::find(bench.dir())?;
            let source = Source::new(catalogue.exercises[0].source())?;
            courses.push((bench, catalogue, RefCell::new(source)));
        }
        let measure = |(bench, catalogue, source): &(Bench, Catalogue, RefCell<Source>)| {
            source.borrow_mut().save("")?;
            Ok(self.check(bench.dir(), &catalogue.exercises[0])?.0)
        };
        let [ten, hundred] = speed::medians([&mut |_| measure(&courses[0]), &mut |_| measure(&courses[1])])?;
        let (what, against) = ("a save among 100 exercises", "among 10");
        let (budget, note) = (Budget::AtMost(1.2), String::new());
        Ok(vec![Row { what, against, ours: hundred, theirs: Some(ten), unit: "ms", budget, note }])
    }

    /// Measured by an example of the std drop-in, because the checker itself contains no scheduler.
    fn schedules(&self) -> Result<Vec<Row>> {
        let root = self.session.root();
        if !root.join("checker/interleave/drop-in/std/examples/speed.rs").exists() {
            return Ok(Vec::new());
        }
        let mut cargo = toolchain::cargo();
        cargo.current_dir(root).args(["run", "--quiet", "--profile", "explore", "--features", "explore"]);
        cargo.args(["--manifest-path", "checker/interleave/drop-in/std/Cargo.toml", "--example", "speed"]);
        let output = cargo.output().map_err(toolchain::cargo_failed)?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let numbers: Vec<f64> = printed.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let [ours, theirs] = numbers.as_slice() else {
            bail!("the example `speed` failed: {}", String::from_utf8_lossy(&output.stderr));
        };
        let (what, against) = ("explored schedules", "shuttle alone, random");
        let note = "two threads that lock ten times each".to_owned();
        let budget = Budget::AtLeast(0.9);
        Ok(vec![Row { what, against, ours: *ours, theirs: Some(*theirs), unit: "/s", budget, note }])
    }

    /// From a fresh clone to its first verdict, measured once.
    fn cold(&self) -> Result<Row> {
        let dir = self.bench.dir().with_file_name("bench-cold");
        let _ = fs::remove_dir_all(&dir);
        let started = Instant::now();
        speed::time(Command::new("git").args(["clone", "--quiet"]).arg(self.session.root()).arg(&dir))?;
        let mut cargo = toolchain::cargo();
        cargo.args(["run", "--quiet", "--package", "checker", "--", "run"]).current_dir(&dir);
        speed::time(cargo.env_remove("CARGO_TARGET_DIR"))?;
        let ours = started.elapsed().as_secs_f64() * 1000.0;
        let _ = fs::remove_dir_all(&dir);
        Ok(Row {
            what: "clone → first verdict",
            against: "rustlings, installed, initialised, run",
            ours,
            theirs: Some(RUSTLINGS_MS),
            unit: "ms",
            budget: Budget::AtMost(0.8),
            note: "measured once; rustlings was measured elsewhere, on two idle cores".to_owned(),
        })
    }
}

/// The exercise to measure: the first one that uses tokio and is not explored, or else the first one.
fn chosen(exercises: &[Exercise]) -> &Exercise {
    let on_tokio = |exercise: &&Exercise| exercise.about.packages.iter().any(|package| package == "tokio");
    let plain = exercises.iter().find(|exercise| on_tokio(exercise) && !exercise.explored);
    plain.or_else(|| exercises.iter().find(on_tokio)).unwrap_or(&exercises[0])
}

/// The solution as an attempt. Benches share a build folder, so `name` must be unique among them.
fn solution(session: &Session, exercise: &Exercise, name: &str) -> Result<Attempt> {
    let (answers, _) = proof::attempts(exercise, &session.catalogue.solution(exercise))?;
    let solution = answers.into_iter().find(|answer| answer.name == "solution");
    let solution = solution.with_context(|| format!("{} has no solution", exercise.name))?;
    Ok(Attempt { name: name.to_owned(), ..solution })
}

fn table(rows: &[Row], chosen: &str) -> Text {
    let mut text = Text::new();
    let number = |number: f64, unit: &str| {
        if number < 10.0 { format!("{number:.1} {unit}") } else { format!("{number:.0} {unit}") }
    };
    for row in rows {
        let theirs = row.theirs.map_or("–".to_owned(), |theirs| number(theirs, row.unit));
        let ratio = row.ratio().map_or("–".to_owned(), |ratio| format!("{ratio:.2} ×"));
        let state = if row.is_met() { "ok" } else { "OVER" };
        text.push(
            Line::styled(if row.is_met() { Style::Plain } else { Style::Bad }, state)
                .pad(6)
                .then(Style::Plain, row.what)
                .pad(34)
                .then(Style::Plain, number(row.ours, row.unit))
                .pad(48)
                .then(Style::Plain, ratio)
                .pad(58)
                .then(Style::Plain, row.budget_in_words())
                .pad(72)
                .then(Style::Plain, format!("{theirs}  {}", row.against)),
        );
        if !row.note.is_empty() {
            text.push(Line::styled(Style::Aside, format!("      {}", row.note)));
        }
    }
    text.blank();
    text.push(Line::styled(
        Style::Aside,
        format!("{chosen}; medians of {}, in turns with what stands beside", speed::TIMES),
    ));
    text
}
