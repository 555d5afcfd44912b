//! The exercises of this repository: each can tell right answers from wrong ones.

use std::path::Path;
use std::process::Command;

/// One round; three are for whoever changes an exercise.
///
/// Would catch: an exercise whose starter passes, whose solution fails, or which accepts a wrong answer.
#[test]
fn every_exercise_is_proven() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the checker lies in the course");
    let output = Command::new(env!("CARGO_BIN_EXE_checker"))
        .args(["dev", "verify", "--repeat", "1"])
        .current_dir(root)
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .expect("the checker runs");
    let table = String::from_utf8_lossy(&output.stdout);
    println!("{table}");
    let failed: Vec<&str> = table.lines().filter(|line| line.starts_with("FAIL")).collect();
    assert!(output.status.success(), "{}\n{}", failed.join("\n"), String::from_utf8_lossy(&output.stderr));
}
