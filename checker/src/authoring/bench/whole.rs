//! What concerns the whole course: listing it, checking all of it, its first build, and the scheduler.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use super::lab::Lab;
use crate::authoring::proof::speed::{self, Budget, Row};
use crate::system::toolchain;

/// How long it took to install rustlings, initialise it and run its first exercise, without caches, on two cores.
const RUSTLINGS_MS: f64 = 47_000.0;

impl Lab<'_> {
    pub fn course(&self) -> Result<Vec<Row>> {
        let checker = std::env::current_exe()?;
        let dir = self.bench.dir();
        let [ours, theirs] =
            speed::medians([&mut |_| speed::time(Command::new(&checker).arg("list").current_dir(dir)), &mut |_| {
                let mut cargo = toolchain::cargo();
                speed::time(cargo.args(["metadata", "--no-deps", "--format-version=1"]).current_dir(dir))
            }])?;
        let all = || speed::time(Command::new(&checker).args(["run", "--all"]).current_dir(dir));
        // The first time, everything is compiled, and the second time without cargo.
        let (_, _, warm) = (all()?, all()?, all()?);
        let each = warm.as_secs_f64() * 1000.0 / self.catalogue.exercises.len().max(1) as f64;
        let note = if cfg!(debug_assertions) { "a debug build of the checker" } else { "" };
        Ok(vec![
            Row::ratio("list", "cargo metadata --no-deps", [ours, theirs], 1.5).note(note),
            Row::number("run --all, warm, each exercise", each, "ms", 150.0).note("measured once"),
        ])
    }

    /// Measured by an example of the std drop-in, because the checker itself contains no scheduler.
    pub fn schedules(&self) -> Result<Vec<Row>> {
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
        let row = Row::ratio("explored schedules", "shuttle alone, random", [*ours, *theirs], 0.9);
        let row = Row { unit: "/s", budget: Budget::AtLeast(0.9), ..row };
        Ok(vec![row.note("two threads that lock ten times each")])
    }

    /// From a fresh clone to its first verdict, measured once.
    pub fn cold(&self) -> Result<Row> {
        let dir = self.bench.dir().with_file_name("bench-cold");
        let _ = fs::remove_dir_all(&dir);
        let started = Instant::now();
        speed::time(Command::new("git").args(["clone", "--quiet"]).arg(self.session.root()).arg(&dir))?;
        let mut cargo = toolchain::cargo();
        cargo.args(["run", "--quiet", "--package", "checker", "--", "run"]).current_dir(&dir);
        speed::time(cargo.env_remove("CARGO_TARGET_DIR"))?;
        let ours = started.elapsed().as_secs_f64() * 1000.0;
        let _ = fs::remove_dir_all(&dir);
        let against = "rustlings, installed, initialised, run";
        let note = "measured once; rustlings was measured elsewhere, on two idle cores";
        Ok(Row::ratio("clone → first verdict", against, [ours, RUSTLINGS_MS], 0.8).note(note))
    }
}
