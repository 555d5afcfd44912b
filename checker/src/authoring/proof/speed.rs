//! Measurements: the checker and what it is compared with take turns, so that a busy moment affects both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::system::toolchain;

/// How often each duration is measured, after a first round that does not count.
pub const TIMES: usize = 9;

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Row {
    pub what: &'static str,
    pub against: &'static str,
    pub ours: f64,
    /// `None` if the budget is a number and not a ratio.
    pub theirs: Option<f64>,
    pub unit: &'static str,
    pub budget: Budget,
    pub note: String,
}

/// The limit that a measurement must meet.
#[derive(Clone, Copy, Debug)]
pub enum Budget {
    /// For the ratio of `ours` to `theirs`.
    AtMost(f64),
    /// For the ratio of `ours` to `theirs`, if more is better.
    AtLeast(f64),
    /// For `ours` alone.
    Number(f64),
}

impl Row {
    /// A duration in milliseconds, ours and theirs, whose ratio is to be `most`.
    pub fn ratio(what: &'static str, against: &'static str, [ours, theirs]: [f64; 2], most: f64) -> Row {
        let (theirs, budget) = (Some(theirs), Budget::AtMost(most));
        Row { what, against, ours, theirs, unit: "ms", budget, note: String::new() }
    }

    /// A number that is to be `most`, in `unit`.
    pub fn number(what: &'static str, ours: f64, unit: &'static str, most: f64) -> Row {
        Row { what, against: "–", ours, theirs: None, unit, budget: Budget::Number(most), note: String::new() }
    }

    pub fn note(self, note: &str) -> Row {
        Row { note: note.to_owned(), ..self }
    }

    /// Ours by theirs.
    pub fn quotient(&self) -> Option<f64> {
        self.theirs.map(|theirs| self.ours / theirs)
    }

    pub fn is_met(&self) -> bool {
        let ratio = self.quotient().unwrap_or(f64::NAN);
        match self.budget {
            Budget::AtMost(most) => ratio <= most,
            Budget::AtLeast(least) => ratio >= least,
            Budget::Number(most) => self.ours <= most,
        }
    }

    pub fn budget_in_words(&self) -> String {
        match self.budget {
            Budget::AtMost(most) => format!("≤ {most} ×"),
            Budget::AtLeast(least) => format!("≥ {least} ×"),
            Budget::Number(most) => format!("≤ {most} {}", self.unit),
        }
    }

    pub fn document(&self) -> Value {
        json!({
            "what": self.what,
            "against": self.against,
            "ours": self.ours,
            "theirs": self.theirs,
            "unit": self.unit,
            "ratio": self.quotient(),
            "budget": self.budget_in_words(),
            "met": self.is_met(),
            "note": self.note,
        })
    }
}

/// Measures several things in turns, each called with the number of the round. Returns their medians.
pub fn medians<const N: usize>(mut things: [&mut dyn FnMut(usize) -> Result<Duration>; N]) -> Result<[f64; N]> {
    let mut measured: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    for round in 0..=TIMES {
        for (thing, measured) in things.iter_mut().zip(&mut measured) {
            let took = thing(round)?;
            if round > 0 {
                measured.push(took.as_secs_f64() * 1000.0);
            }
        }
    }
    Ok(measured.map(median))
}

pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How long `command` takes, whatever its result.
pub fn time(command: &mut Command) -> Result<Duration> {
    let started = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.with_context(|| format!("{command:?}"))?;
    Ok(started.elapsed())
}

/// A source file that is saved repeatedly, each time with a small change.
pub struct Source {
    pub path: PathBuf,
    text: String,
    saves: usize,
}

impl Source {
    pub fn new(path: PathBuf) -> Result<Source> {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(Source { path, text, saves: 0 })
    }

    /// Saves the text, `more`, and a comment that makes this version unique.
    pub fn save(&mut self, more: &str) -> Result<()> {
        self.saves += 1;
        let text = format!("{}\n{more}// save {} of process {}\n", self.text, self.saves, std::process::id());
        fs::write(&self.path, text).with_context(|| self.path.display().to_string())
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        let _ = fs::write(&self.path, &self.text);
    }
}

/// The commands that cargo runs to test one package, so that they can be run without cargo.
pub struct ByHand {
    library: String,
    test: String,
    binary: PathBuf,
    dir: PathBuf,
}

impl ByHand {
    /// Records the commands of cargo. The source must have changed, so that cargo has something to do.
    pub fn learn(root: &Path, package: &str, dir: &Path) -> Result<ByHand> {
        let mut cargo = toolchain::cargo();
        cargo.current_dir(root).args(["test", "--no-run", "-vv", "--message-format=json", "--package", package]);
        let output = cargo.env("CARGO_TERM_COLOR", "never").stdin(Stdio::null()).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let calls: Vec<String> = said
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("Running `")?.strip_suffix('`').map(str::to_owned))
            .filter(|call| call.contains("rustc"))
            .collect();
        let library = calls.iter().rfind(|call| call.contains("--crate-type lib") && call.contains("src/lib.rs"));
        let test = calls.iter().rfind(|call| call.contains(" --test ") && call.contains("tests/"));
        let messages = String::from_utf8_lossy(&output.stdout);
        let binary = messages.lines().filter(|line| line.contains("\"kind\":[\"test\"]")).find_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            message["executable"].as_str().map(PathBuf::from)
        });
        match (library, test, binary) {
            (Some(library), Some(test), Some(binary)) => {
                Ok(ByHand { library: library.clone(), test: test.clone(), binary, dir: dir.to_owned() })
            }
            _ => bail!("cargo did not say how it compiles {package}:\n{said}"),
        }
    }

    fn sh(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(self.dir.ancestors().nth(3).unwrap_or(&self.dir));
        command
    }

    /// Compiles the library, whether or not that succeeds.
    pub fn compile_library(&self) -> Result<Duration> {
        time(&mut self.sh(&self.library))
    }

    /// Compiles the library and its test, then runs the test.
    pub fn test(&self) -> Result<Duration> {
        let (library, test) = (self.compile_library()?, time(&mut self.sh(&self.test))?);
        let mut binary = Command::new(&self.binary);
        Ok(library + test + time(binary.current_dir(&self.dir).env("CARGO_MANIFEST_DIR", &self.dir))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: f64, theirs: Option<f64>, budget: Budget) -> Row {
        Row { what: "x", against: "y", ours, theirs, unit: "ms", budget, note: String::new() }
    }

    #[test]
    fn a_budget_is_a_ratio_or_a_number() {
        assert!(row(120.0, Some(100.0), Budget::AtMost(1.3)).is_met());
        assert!(!row(140.0, Some(100.0), Budget::AtMost(1.3)).is_met());
        assert!(row(95.0, Some(100.0), Budget::AtLeast(0.9)).is_met());
        assert!(!row(60.0, None, Budget::Number(50.0)).is_met());
        assert!(!row(60.0, None, Budget::AtMost(50.0)).is_met(), "nothing to compare with");
    }

    #[test]
    fn the_first_round_does_not_count_and_the_median_does() {
        let mut thing = |round: usize| Ok(Duration::from_millis(if round == 0 { 9000 } else { round as u64 }));
        assert_eq!(medians([&mut thing]).unwrap(), [(TIMES / 2 + 1) as f64]);
    }
}
