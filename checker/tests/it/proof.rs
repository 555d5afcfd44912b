//! The exercises of this repository: each of them tells right answers from wrong ones.

use std::path::Path;
use std::process::Command;

/// One round, with retries for wrong answers. Authors who change an exercise run three rounds, and the nightly run fifty.
///
/// Would catch: an exercise whose starter passes, whose solution fails, or which accepts a wrong answer.
#[test]
fn every_exercise_is_proven() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checker lies in the course");
    let output = Command::new(env!("CARGO_BIN_EXE_checker"))
        .args(["dev", "verify", "--retries", "4"])
        .current_dir(root)
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .expect("the checker runs");
    let table = String::from_utf8_lossy(&output.stdout);
    println!("{table}");
    let said = String::from_utf8_lossy(&output.stderr);
    let stale: Vec<&str> = said.lines().filter(|line| line.contains("are new; commit them")).collect();
    assert!(stale.is_empty(), "a learner would be told that the course's own tests are not: {stale:#?}");
    let failed: Vec<&str> = table.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert!(output.status.success(), "{}\n{}", failed.join("\n"), said);
}
