//! What is known about the running check.

use trace::timeline::grouped;

use crate::verdict::{Diagnostic, Mode, Stage, TestResult};

/// What a check has reported so far.
#[derive(Clone, Debug, Default)]
pub struct RunningCheck {
    /// How long it has been running; `None` while that is too short to notice.
    pub elapsed_ms: Option<u64>,
    /// The errors that the compiler has reported.
    pub errors: Vec<Diagnostic>,
    /// The results of the tests that have ended.
    pub results: Vec<TestResult>,
    is_blocked: bool,
    real: Part,
    explored: Part,
}

/// The progress of one mode.
#[derive(Clone, Debug, Default)]
struct Part {
    /// The package that cargo is compiling.
    package: Option<String>,
    /// How many units cargo has compiled, and how many there are.
    units: Option<(usize, usize)>,
    /// How many tests have ended, and how many there are.
    tests: Option<(usize, usize)>,
    /// The tests that run, the one that was started first at the beginning.
    under_way: Vec<UnderWay>,
}

/// A test that runs.
#[derive(Clone, Debug)]
struct UnderWay {
    test: String,
    /// How many schedules were run, and how many there will be, if that is known.
    explored: Option<(u32, Option<u32>)>,
}

impl RunningCheck {
    pub fn hear(&mut self, stage: Stage) {
        self.is_blocked = matches!(stage, Stage::Blocked);
        match stage {
            Stage::Blocked => {}
            Stage::StartedOver => *self = RunningCheck { elapsed_ms: self.elapsed_ms, ..RunningCheck::default() },
            Stage::Compiling(mode, package) => self.part(mode).package = Some(package),
            Stage::Built { mode, done, of } => self.part(mode).units = Some((done, of)),
            Stage::Diagnosed(error) => self.errors.push(*error),
            Stage::Testing(mode, of) => self.part(mode).tests = Some((0, of)),
            Stage::Started(mode, test) => self.part(mode).under_way.push(UnderWay { test, explored: None }),
            Stage::Explored { test, runs, of } => {
                let mut under_way = self.explored.under_way.iter_mut();
                if let Some(found) = under_way.find(|one| one.test == test) {
                    found.explored = Some((runs, of));
                }
            }
            Stage::Tested(result) => {
                let part = self.part(result.mode);
                if let Some((done, _)) = &mut part.tests {
                    *done += 1;
                }
                part.under_way.retain(|one| one.test != result.name);
                self.results.push(*result);
            }
        }
    }

    fn part(&mut self, mode: Mode) -> &mut Part {
        match mode {
            Mode::Real => &mut self.real,
            Mode::Explore => &mut self.explored,
        }
    }

    /// What the check is doing, in a few words.
    pub fn phase(&self, exercise: &str) -> String {
        if self.is_blocked {
            return "waiting for another cargo, perhaps your editor's, to finish its build".to_owned();
        }
        let Some((tested, tests)) = self.real.tests else { return self.real.building(exercise, "") };
        let testing = format!("testing {tested} of {tests}");
        match (self.explored.tests, &self.explored.package) {
            (Some((explored, of)), _) => {
                let exploring = format!("exploring {explored} of {of}{}", self.explored.test());
                if tested == tests { exploring } else { format!("{testing}, {exploring}") }
            }
            (None, Some(_)) if tested == tests => self.explored.building(exercise, " for exploring"),
            (None, Some(_)) => format!("{testing}, {}", self.explored.building(exercise, " for exploring")),
            (None, None) => testing + &self.real.test(),
        }
    }

    /// The progress of the dependencies, while they are being compiled.
    pub fn bar(&self, exercise: &str) -> Option<(usize, usize)> {
        let part = if self.real.tests.is_none() { &self.real } else { &self.explored };
        part.tests.is_none().then(|| part.dependencies(exercise)).flatten()
    }
}

impl Part {
    fn building(&self, exercise: &str, what_for: &str) -> String {
        match (self.dependencies(exercise), &self.package) {
            (Some((done, of)), Some(package)) => format!("building {done} of {of}{what_for}: {package}"),
            _ => format!("compiling{what_for}"),
        }
    }

    /// The test that has been running for the longest time, and how far its exploration is.
    fn test(&self) -> String {
        let Some(UnderWay { test, explored }) = self.under_way.first() else { return String::new() };
        match explored {
            None => format!(": {test}"),
            Some((runs, None)) => format!(", {} runs so far: {test}", grouped(*runs)),
            Some((runs, Some(of))) => format!(", run {} of {}: {test}", grouped(*runs), grouped(*of)),
        }
    }

    fn dependencies(&self, exercise: &str) -> Option<(usize, usize)> {
        let is_dependency = self.package.as_ref().is_some_and(|package| package != exercise);
        self.units.filter(|_| is_dependency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Outcome, example};

    #[test]
    fn each_phase_is_described_in_words() {
        let mut running = RunningCheck::default();
        let mut after = |stage| {
            running.hear(stage);
            running.phase("abba")
        };
        assert_eq!(after(Stage::Built { mode: Mode::Real, done: 0, of: 34 }), "compiling");
        assert_eq!(after(Stage::Compiling(Mode::Real, "mio".into())), "building 0 of 34: mio");
        assert!(after(Stage::Blocked).starts_with("waiting for another cargo"));
        let built = Stage::Built { mode: Mode::Real, done: 12, of: 34 };
        assert_eq!(after(built), "building 12 of 34: mio");
        assert_eq!(after(Stage::Compiling(Mode::Real, "abba".into())), "compiling");
        assert_eq!(after(Stage::Testing(Mode::Real, 2)), "testing 0 of 2");
        assert_eq!(after(Stage::Started(Mode::Real, "a".into())), "testing 0 of 2: a");
        assert_eq!(after(Stage::Compiling(Mode::Explore, "abba".into())), "testing 0 of 2, compiling for exploring");
        assert_eq!(after(Stage::Testing(Mode::Explore, 2)), "testing 0 of 2, exploring 0 of 2");
        for name in ["a", "b"] {
            let _ = after(Stage::Tested(Box::new(example::test(name, Mode::Real, Outcome::Passed))));
        }
        assert_eq!(running.phase("abba"), "exploring 0 of 2");
        let mut after = |stage| {
            running.hear(stage);
            running.phase("abba")
        };
        let explored = |runs, of| Stage::Explored { test: "b".to_owned(), runs, of };
        assert_eq!(after(explored(9, None)), "exploring 0 of 2", "it was not started");
        assert_eq!(after(Stage::Started(Mode::Explore, "b".to_owned())), "exploring 0 of 2: b");
        assert_eq!(after(Stage::Started(Mode::Explore, "a".to_owned())), "exploring 0 of 2: b");
        assert_eq!(after(explored(1_234, None)), "exploring 0 of 2, 1,234 runs so far: b");
        assert_eq!(after(explored(30, Some(1_000))), "exploring 0 of 2, run 30 of 1,000: b");
        let ended = example::test("b", Mode::Explore, Outcome::Passed);
        assert_eq!(after(Stage::Tested(Box::new(ended))), "exploring 1 of 2: a");
    }
}
