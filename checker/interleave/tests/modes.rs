//! Plain `cargo test` builds everything in real mode. This also runs the tests of the kit and of the drop-ins in
//! explore mode, as a learner would.
#![cfg(not(feature = "explore"))]

use std::process::Command;

const DROP_INS: [&str; 9] =
    ["std", "parking_lot", "tokio", "async-lock", "async-channel", "smol", "async-std", "futures", "dashmap"];

#[test]
fn the_kit_and_the_drop_ins_pass_their_tests_in_explore_mode() {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["test", "--quiet", "--profile", "explore", "--no-fail-fast"]);
    command.args(["--package", "interleave", "--features", "interleave/explore"]);
    for name in DROP_INS {
        // The version distinguishes it from the real package of the same name.
        command.args(["--package", &format!("{name}@{}", env!("CARGO_PKG_VERSION"))]);
        command.args(["--features", &format!("{name}/explore")]);
    }
    let output = command.output().expect("cargo runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "explore mode fails its tests\n{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let passed: u32 = text
        .lines()
        .filter_map(|line| line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse::<u32>().ok())
        .sum();
    assert!(passed > 200, "only {passed} tests ran, so some were not built in explore mode\n{text}");
}
