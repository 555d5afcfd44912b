//! Random histories of a type take one schedule, and a failing history is reported like any assertion.

use std::sync::Mutex;

use interleave::{histories, like_the_model};

use super::finding;

/// A counter behind a lock that stops at `most`.
fn counts_up_to(most: usize) -> impl Fn() + Send + Sync + 'static {
    move || {
        histories(
            |draws| draws.below(10),
            || (Mutex::new(0), 0),
            |(counter, model), n| {
                let mut count = counter.lock().unwrap();
                *count = (*count + n).min(most);
                *model += n;
                like_the_model(*count, *model)
            },
        );
    }
}

#[test]
fn histories_on_one_thread_are_one_interleaving() {
    let finding = finding(counts_up_to(usize::MAX));
    assert!(finding.failure.is_none(), "{:?}", finding.failure);
    assert_eq!(finding.explored.schedules, 1, "{:?}", finding.explored);
}

#[test]
fn a_history_that_fails_while_exploring_is_reported_in_the_verdict() {
    let failure = finding(counts_up_to(9)).failure.expect("ten is forgotten");
    assert!(failure.message.starts_with("this history fails:\n  1. "), "{}", failure.message);
    assert!(failure.message.contains("\nseen: 9; the model says: 10\n"), "{}", failure.message);
    let place = failure.place.as_ref().expect("a panic has a place");
    assert!(place.file.ends_with("histories.rs"), "{place}");
}

/// Would catch: a deadlock in a history of which nobody learns the operations.
#[test]
fn a_history_whose_last_operation_blocks_is_printed() {
    let test = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "histories::blocks_at_the_second_operation", "--ignored", "--nocapture"])
        .output()
        .expect("this test binary runs");
    let text = String::from_utf8_lossy(&test.stderr);
    let told = "the last operation of this history does not end:\n  1. 0\n  2. 0\n";
    assert_eq!(text.matches(told).count(), 1, "{text}");
}

#[test]
#[ignore = "fails; `a_history_whose_last_operation_blocks_is_printed` runs it"]
fn blocks_at_the_second_operation() {
    let finding = finding(|| {
        histories(
            |draws| draws.below(1),
            || (Mutex::new(0), 0),
            |(counter, calls), _| {
                *calls += 1;
                if *calls == 2 {
                    std::mem::forget(counter.lock().unwrap());
                    drop(counter.lock().unwrap());
                }
                Ok(())
            },
        );
    });
    panic!("{:?}", finding.failure.map(|failure| failure.kind));
}
