//! Every report that is written can be read back, and a truncated one never counts as a pass.

use super::*;
use crate::map::{Extent, Map, Node, Way};
use crate::*;

fn place(line: u32) -> Option<Place> {
    Some(Place { file: "src/lib.rs".into(), line })
}

fn sample() -> Report {
    let actions = [
        Action::Spawns { child: 1 },
        Action::Waits { object: 0, mode: Mode::Lock },
        Action::GivesUp { object: 0 },
        Action::Acquires { object: 0, mode: Mode::Read },
        Action::Releases { object: 0, mode: Mode::Write },
        Action::Refused { object: 0, mode: Mode::Upgradable },
        Action::Loads { object: 0, value: "1".into() },
        Action::Stores { object: 0, value: "a\tb".into() },
        Action::Updates { object: 0, old: "".into(), new: "2".into() },
        Action::Accesses { object: 0 },
        Action::Signals { object: 0 },
        Action::Listens { object: 0 },
        Action::Hears { object: 0 },
        Action::Joins { other: 1 },
        Action::Joined { other: 1 },
        Action::Sleeps { until: "5ms".into() },
        Action::Yields,
        Action::Ends,
        Action::Panics { message: "two\nlines \\n and a backslash".into() },
    ];
    Report {
        explored: Some(Explored { schedules: 3, budget: 1000, seed: 7, sampled: 2, coverage: Coverage::Proven }),
        failure: Some(Failure {
            kind: FailureKind::Deadlock,
            message: "first\n\tsecond".into(),
            place: place(3),
            trace: Some(Trace {
                schedule: 3,
                budget: 1000,
                seed: 7,
                tasks: vec![Task::named("main"), Task::named("thread 1")],
                objects: vec![Object { type_name: "Mutex".into(), name: "a".into(), created: None }],
                steps: actions
                    .into_iter()
                    .enumerate()
                    .map(|(i, action)| Step { task: i % 2, action, place: if i == 0 { None } else { place(9) } })
                    .collect(),
                choices: vec![0, 0, 0, 2, 1, 1],
                points: vec![Point { step: 0, candidates: vec![0] }, Point { step: 4, candidates: vec![0, 2, 1] }],
                lines: vec![SourceLine {
                    place: place(9).unwrap(),
                    text: "let a = b\t;".into(),
                    function: Some("put".into()),
                }],
                found_switches: 9,
                ends: vec![
                    End { object: 0, side: Side::Sender, task: 1 },
                    End { object: 0, side: Side::Receiver, task: 0 },
                ],
            }),
        }),
        trace: None,
        map: None,
        passed: Some("abc".into()),
    }
}

#[test]
fn the_trace_of_a_schedule_that_did_not_fail_is_read_back() {
    let mut report = sample();
    report.trace = report.failure.take().and_then(|failure| failure.trace);
    assert_eq!(read(&write(&report)), Some(report));
}

#[test]
fn each_coverage_is_read_back() {
    for coverage in [Coverage::Proven, Coverage::Sampled, Coverage::Bounded { departures: 2, schedules: 3_418 }] {
        let explored = Explored { schedules: 9_000, budget: 1_000, seed: 7, sampled: 2, coverage };
        let report = Report { explored: Some(explored), ..Report::default() };
        assert_eq!(read(&write(&report)), Some(report));
    }
}

#[test]
fn a_map_is_read_back_with_its_runs() {
    let mut failed = sample().failure;
    let trace = failed.as_mut().and_then(|failure| failure.trace.as_mut()).unwrap();
    trace.points = vec![Point::default(); trace.choices.len()];
    trace.points.iter_mut().for_each(|point| point.candidates = vec![0, 1]);
    let passed = failed.clone().and_then(|failure| failure.trace);
    let runs = vec![Report { trace: passed, ..Report::default() }, Report { failure: failed, ..Report::default() }];
    let ways =
        vec![Way { choice: 0, to: Some(1) }, Way { choice: branch(1), to: Some(2) }, Way { choice: CLOCK, to: None }];
    let nodes = vec![
        Node { run: 0, at: 0, ways },
        Node { run: 0, at: 1, ways: Vec::new() },
        Node { run: 1, at: 1, ways: Vec::new() },
    ];
    let report = Report { map: Some(Map { extent: Extent::Cut, runs, nodes }), failure: None, ..sample() };
    assert_eq!(read(&write(&report)), Some(report));
}

#[test]
fn a_map_with_an_invalid_index_is_rejected() {
    let text = format!("{HEADER}\nmap\twhole\nnode\t0\t0\t0>7\n");
    assert_eq!(read(&text), Some(Report::default()));
}

#[test]
fn a_written_report_is_read_back() {
    assert_eq!(read(&write(&sample())), Some(sample()));
}

#[test]
fn a_report_cut_off_anywhere_is_read_up_to_the_cut_and_never_passes() {
    let text = write(&sample());
    for end in 0..text.len() {
        if let Some(report) = text.get(..end).and_then(read) {
            assert_eq!(report.passed, None, "cut at byte {end}");
        }
    }
}

#[test]
fn a_report_of_another_version_is_rejected() {
    assert_eq!(read("interleave-report\t4\npassed\tabc\n"), None);
}

#[test]
fn damaged_choices_do_not_exhaust_the_memory() {
    assert_eq!(read_choices("1*99999999999"), None);
}
