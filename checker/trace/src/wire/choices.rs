//! Choices and points in one field each.

use super::fields::number;
use crate::{CLOCK, Point, as_branch, branch, is_spurious, spurious};

/// The choices, run-length encoded as `0*3,2,1*12`, because a task is often chosen repeatedly. A branch is `b1`, a
/// spurious wake-up `w1`, the clock `c`.
pub fn write_choices(choices: &[u32]) -> String {
    choices
        .chunk_by(|a, b| a == b)
        .map(|run| match run.len() {
            1 => write_choice(run[0]),
            times => format!("{}*{times}", write_choice(run[0])),
        })
        .collect::<Vec<_>>()
        .join(",")
}

pub(super) fn write_choice(choice: u32) -> String {
    match as_branch(choice) {
        Some(n) if is_spurious(choice) => format!("w{n}"),
        Some(n) => format!("b{n}"),
        None if choice == CLOCK => "c".to_owned(),
        None => choice.to_string(),
    }
}

pub(super) fn read_choice(text: &str) -> Option<u32> {
    let alternative = |n: &str| number::<u32>(n).filter(|n| *n < 1 << 30);
    if let Some(n) = text.strip_prefix('w') {
        return alternative(n).map(spurious);
    }
    match text.strip_prefix('b') {
        Some(n) => alternative(n).map(branch),
        None if text == "c" => Some(CLOCK),
        None => number::<u32>(text).filter(|task| *task < CLOCK),
    }
}

/// Reads what [`write_choices`] wrote.
pub fn read_choices(text: &str) -> Option<Vec<u32>> {
    // The limit keeps a damaged file from exhausting the memory.
    const LONGEST: usize = 10_000_000;
    let mut choices = Vec::new();
    for run in text.split(',').filter(|run| !run.is_empty()) {
        let (task, times) = run.split_once('*').unwrap_or((run, "1"));
        let times: usize = number(times)?;
        if times > LONGEST || choices.len() > LONGEST {
            return None;
        }
        choices.extend(std::iter::repeat_n(read_choice(task)?, times));
    }
    Some(choices)
}

/// The points, each as `step:task,task`.
pub(super) fn write_points(points: &[Point]) -> String {
    let point = |point: &Point| {
        let candidates: Vec<String> = point.candidates.iter().map(|choice| write_choice(*choice)).collect();
        format!("{}:{}", point.step, candidates.join(","))
    };
    points.iter().map(point).collect::<Vec<_>>().join(" ")
}

pub(super) fn read_points(text: &str) -> Option<Vec<Point>> {
    let point = |point: &str| {
        let (step, candidates) = point.split_once(':')?;
        let candidates = candidates.split(',').map(read_choice).collect::<Option<_>>()?;
        Some(Point { step: number(step)?, candidates })
    };
    text.split(' ').filter(|point| !point.is_empty()).map(point).collect()
}
