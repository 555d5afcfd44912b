//! Connects a test to the engine: reads what the environment asks for, and prints failures under plain `cargo test`.

use std::fmt::Display;
use std::str::FromStr;

use trace::protocol::{MAP, REPLAY, SCHEDULES, SEED, progress_path};
use trace::{Failure, Report, timeline};

use crate::engine::{Deadlines, Exploration, Wakes};
use crate::report;
use crate::test_fn::{Payload, Test};

/// Runs `body` under many interleavings, and prints the failing one if there is no checker to show it.
pub(crate) fn run(test: &Test, body: impl Fn() + Send + Sync + 'static) -> (Report, Option<(Failure, Payload)>) {
    let exploration = exploration(test);
    if std::env::var_os(MAP).is_some() {
        return (Report { map: exploration.map(body), ..Report::default() }, None);
    }
    let exploration = if report::is_asked_for() { exploration.listener(tell_progress) } else { exploration };
    let finding = exploration.run(body);
    let report = Report { explored: Some(finding.explored), trace: finding.trace, ..Report::default() };
    let failed = finding.failure.map(|failure| {
        if !report::is_asked_for() {
            print(test, &failure);
        }
        // The failure has been reported; the payload only has to unwind.
        // Its text is for `#[should_panic(expected = …)]`.
        let payload: Payload = Box::new(failure.message.clone());
        (*failure, payload)
    });
    (report, failed)
}

fn exploration(test: &Test) -> Exploration {
    let mut exploration = Exploration::new(test.manifest_dir)
        .deadlines(if test.early_deadlines { Deadlines::Early } else { Deadlines::Exact })
        .wakes(if test.spurious_wakes { Wakes::Spurious } else { Wakes::Caused });
    if let Some(schedules) = from_environment::<u32>(SCHEDULES, "a number").or(test.schedules) {
        exploration = exploration.schedules(schedules);
    }
    if let Some(steps) = test.steps {
        exploration = exploration.steps(steps);
    }
    if let Some(seed) = from_environment(SEED, "a number") {
        exploration = exploration.seed(seed);
    }
    if let Some(Choices(choices)) = from_environment(REPLAY, "the choices of a schedule, as a report lists them") {
        exploration = exploration.replay(choices);
    }
    exploration
}

/// Tells the checker how far the exploration is. A line that cannot be written is only not shown.
fn tell_progress(runs: u32, of: Option<u32>) {
    let Some(path) = report::path() else { return };
    let _ = std::fs::write(progress_path(&path), trace::wire::write_progress(runs, of));
}

struct Choices(Vec<u32>);

impl FromStr for Choices {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        trace::wire::read_choices(text).map(Choices).ok_or(())
    }
}

/// The value of a variable, if it is set.
///
/// A value that cannot be parsed ends the process: exploring with the default would answer a different question.
fn from_environment<T: FromStr>(name: &str, expected: &str) -> Option<T> {
    let text = match std::env::var(name) {
        Ok(text) => text,
        Err(std::env::VarError::NotPresent) => return None,
        Err(std::env::VarError::NotUnicode(text)) => refuse(name, &text.display(), expected),
    };
    Some(text.parse().unwrap_or_else(|_| refuse(name, &text, expected)))
}

fn refuse(name: &str, value: &dyn Display, expected: &str) -> ! {
    let message = format!("interleave: {name} is `{value}`, which is not {expected}. Correct it or unset it.\n");
    // Not `eprintln`: the test harness would capture it.
    let _ = std::io::Write::write_all(&mut std::io::stderr(), message.as_bytes());
    std::process::exit(2);
}

/// The output under plain `cargo test`.
fn print(test: &Test, failure: &Failure) {
    eprintln!();
    match &failure.trace {
        Some(trace) => {
            eprintln!(" {} · {}\n", test.name, timeline::title(trace));
            eprint!("{}", timeline::draw(failure, 100));
        }
        None => eprintln!(" {}\n\n  ✗     {}", test.name, failure.message),
    }
    if let Some(place) = &failure.place {
        eprintln!("        at {}:{}", place.file, place.line);
    }
    eprintln!();
}
