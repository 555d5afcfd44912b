//! A course whose calls of cargo are counted.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Course, run};

/// A course whose calls of cargo are counted.
pub struct Counted {
    pub course: Course,
    dir: tempfile::TempDir,
}

impl Counted {
    pub fn new() -> Counted {
        let dir = tempfile::tempdir().unwrap();
        let cargo = std::env::var("CARGO").unwrap();
        let script = format!(
            "#!/bin/sh\n[ \"$1\" = test ] && echo \"$*\" >> {0}/calls\nexec {cargo} \"$@\"\n",
            dir.path().display()
        );
        fs::write(dir.path().join("cargo"), script).unwrap();
        fs::set_permissions(dir.path().join("cargo"), fs::Permissions::from_mode(0o755)).unwrap();
        let counted = Counted { course: Course::to_build(), dir };
        // In a new folder, cargo first completes the lock file, and the calls of that run cannot be repeated.
        for text in ["// one\n", "// two\n"] {
            counted.write("src/lib.rs", &format!("pub fn answer() -> u32 {{\n    42\n}}\n{text}"));
            counted.verdict("passes", &[]);
        }
        counted
    }

    /// The verdict on `name`, and how often cargo compiled for it.
    pub fn verdict(&self, name: &str, variables: &[(&str, &str)]) -> (Value, usize) {
        let calls = self.dir.path().join("calls");
        let _ = fs::remove_file(&calls);
        let mut command = self.course.checker(&["run", name, "--json"]);
        let ran = run(command.env("CARGO", self.dir.path().join("cargo")).envs(variables.iter().copied()));
        let calls = fs::read_to_string(calls).unwrap_or_default().lines().count();
        (comparable(ran.json()), calls)
    }

    /// With another wrapper around the compiler, cargo compiles. It has a build folder of its own.
    pub fn verdict_of_cargo(&self, name: &str, variables: &[(&str, &str)]) -> Value {
        let mut variables = variables.to_vec();
        variables.push(("RUSTC_WRAPPER", "/usr/bin/env"));
        let (verdict, calls) = self.verdict(name, &variables);
        assert_ne!(calls, 0, "{name}");
        verdict
    }

    pub fn file(&self, file: &str) -> PathBuf {
        self.course.root.join("exercises/01_verdicts/01_passes").join(file)
    }

    pub fn write(&self, file: &str, text: &str) {
        fs::create_dir_all(self.file(file).parent().unwrap()).unwrap();
        fs::write(self.file(file), text).unwrap();
    }
}

/// A verdict without what differs from run to run.
fn comparable(mut verdict: Value) -> Value {
    let all = verdict["tests"].as_array().into_iter().flatten();
    let failed_when_explored = all.filter(|test| test["mode"] == "explore" && test["outcome"] != "passed");
    let failed_when_explored: Vec<Value> = failed_when_explored.map(|test| test["name"].clone()).collect();
    for test in verdict["tests"].as_array_mut().into_iter().flatten() {
        let test = test.as_object_mut().unwrap();
        test.retain(|key, _| ["name", "mode", "outcome", "headline"].contains(&key.as_str()));
        // A real test is skipped if its explored twin failed first. Which of them was first is a matter of luck.
        if test["mode"] == "real" && (test["outcome"] != "passed" || failed_when_explored.contains(&test["name"])) {
            test.remove("outcome");
        }
    }
    verdict
}
