//! From a save to what is shown: the first error, the first failing test, the verdict.

use std::cell::RefCell;

use anyhow::{Context as _, Result};

use super::lab::{Lab, answer, chosen};
use crate::authoring::proof::layout::{Bench, Place};
use crate::authoring::proof::speed::{self, ByHand, Row, Source};
use crate::course::catalogue::Catalogue;
use crate::course::exercise::Exercise;
use crate::runner::compile;
use crate::system::toolchain;
use crate::verdict::Mode;

/// Appended to a source file so that it does not compile.
const BROKEN: &str = "pub fn broken() -> u32 { \"not a number\" }\n";

impl Lab<'_> {
    pub fn saves(&self) -> Result<Vec<Row>> {
        let root = self.bench.dir();
        let mut exercise = self.exercise(&self.chosen)?.clone();
        exercise.explored = false;
        let exercise = &exercise;
        let mut source = Source::new(exercise.source())?;
        self.check(root, exercise)?;
        source.save("")?;
        let by_hand = ByHand::learn(root, &exercise.package_id, &exercise.dir)?;
        let source = RefCell::new(source);
        let save = |more: &str| source.borrow_mut().save(more);
        let cargo = |arguments: &[&str]| {
            let mut cargo = toolchain::cargo();
            speed::time(cargo.current_dir(root).args(arguments).args(["--package", &exercise.package_id]))
        };
        let [ours, hand, tools] = speed::medians([
            &mut |_| save("").and_then(|()| Ok(self.check(root, exercise)?.verdict)),
            &mut |_| save("").and_then(|()| by_hand.test()),
            &mut |_| save("").and_then(|()| Ok(cargo(&["clippy", "--tests"])? + cargo(&["test", "--test", "*"])?)),
        ])?;
        let [shown, bare] = speed::medians([
            &mut |_| {
                save(BROKEN).and_then(|()| self.check(root, exercise)?.error.context("the broken source compiles"))
            },
            &mut |_| save(BROKEN).and_then(|()| by_hand.compile_library()),
        ])?;
        let lints = if self.toolchain.clippy { "lints included" } else { "clippy is not installed: without lints" };
        Ok(vec![
            Row::ratio("save → verdict, real threads", "rustc lib, rustc test, run, by hand", [ours, hand], 1.2)
                .note(lints),
            Row::ratio("save → verdict, real threads", "cargo clippy, cargo test", [ours, tools], 0.75),
            Row::ratio("save → first compile error", "rustc lib, by hand", [shown, bare], 1.3),
            self.first_failure()?,
        ])
    }

    fn first_failure(&self) -> Result<Row> {
        let root = self.bench.dir();
        let mut exercise = self.exercise(&self.failing)?.clone();
        exercise.explored = false;
        let exercise = &exercise;
        let mut source = Source::new(exercise.source())?;
        self.check(root, exercise)?;
        source.save("")?;
        let by_hand = ByHand::learn(root, &exercise.package_id, &exercise.dir)?;
        let source = RefCell::new(source);
        let save = || source.borrow_mut().save("");
        let [ours, hand] = speed::medians([
            &mut |_| save().and_then(|()| self.check(root, exercise)?.failure.context("no test of the starter fails")),
            &mut |_| save().and_then(|()| by_hand.test()),
        ])?;
        Ok(Row::ratio("save → first failing test", "rustc lib, rustc test, run, by hand", [ours, hand], 1.2))
    }

    /// Real and explored, against real alone, for an exercise whose tests take no time.
    pub fn modes(&self) -> Result<Vec<Row>> {
        let root = self.bench.dir();
        let all = &self.catalogue.exercises;
        let Some(both) = all.iter().find(|exercise| exercise.name.starts_with("abba") && exercise.explored) else {
            return Ok(Vec::new());
        };
        let real = Exercise { explored: false, ..both.clone() };
        let source = RefCell::new(Source::new(both.source())?);
        let save = || source.borrow_mut().save("");
        let [ours, alone] =
            speed::medians([&mut |_| save().and_then(|()| Ok(self.check(root, both)?.verdict)), &mut |_| {
                save().and_then(|()| Ok(self.check(root, &real)?.verdict))
            }])?;
        Ok(vec![Row::ratio("abba, real and explored", "abba, real threads alone", [ours, alone], 1.25)])
    }

    /// The first save in an exercise on tokio, whose crates the watch has built while its brief was read. Measured once.
    pub fn first(&self) -> Result<Vec<Row>> {
        let root = self.bench.dir();
        let on_tokio = |exercise: &&Exercise| exercise.about.packages.iter().any(|package| package == "tokio");
        let mut unbuilt = self.catalogue.exercises.iter().filter(on_tokio).filter(|exercise| exercise.explored);
        let Some(exercise) = unbuilt.next_back() else { return Ok(Vec::new()) };
        for mode in [Mode::Real, Mode::Explore] {
            let options = compile::Options { toolchain: self.toolchain, colour: false };
            compile::prepare(root, exercise, mode, options, &self.session.stop)?;
        }
        let mut source = Source::new(exercise.source())?;
        source.save("")?;
        let first = self.check(root, exercise)?.verdict;
        let source = RefCell::new(source);
        let save = || source.borrow_mut().save("");
        let [later] = speed::medians([&mut |_| save().and_then(|()| Ok(self.check(root, exercise)?.verdict))])?;
        Ok(vec![
            Row::ratio("first save with tokio, prepared", "later saves", [first.as_secs_f64() * 1000.0, later], 1.5)
                .note("measured once"),
        ])
    }

    /// Measures the same exercise in a course of 10 and in one of 1,000.
    pub fn sizes(&self) -> Result<Vec<Row>> {
        let exercise = chosen(&self.session.catalogue.exercises);
        let mut courses = Vec::new();
        for size in [10, 1000] {
            let names = (0..size).map(|number| format!("of-{size}-{number:04}"));
            let copies =
                names.map(|name| answer(self.session, exercise, "solution", &name)).collect::<Result<Vec<_>>>()?;
            let bench = Bench::new(self.session.root(), &format!("bench-{size}"))?;
            bench.lay_out(&[(exercise, &copies)], &|_| Place::Apart)?;
            let catalogue = Catalogue::find(bench.dir())?;
            let source = Source::new(catalogue.exercises[0].source())?;
            courses.push((bench, catalogue, RefCell::new(source)));
        }
        let measure = |(bench, catalogue, source): &(Bench, Catalogue, RefCell<Source>)| {
            source.borrow_mut().save("")?;
            Ok(self.check(bench.dir(), &catalogue.exercises[0])?.verdict)
        };
        let [few, many] = speed::medians([&mut |_| measure(&courses[0]), &mut |_| measure(&courses[1])])?;
        Ok(vec![Row::ratio("a save among 1,000 exercises", "among 10", [many, few], 1.2)])
    }
}
