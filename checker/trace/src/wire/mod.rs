//! Reports as lines of text: a version, then one fact per line, its fields separated by tabs.
//!
//! The format is written by hand instead of with serde, so that exercises build fast and people can read the file.
//! A line that was cut off (the process died while writing) ends the report; the lines before it count.

mod action;
mod choices;
mod fields;
mod map;
mod progress;
mod standing;
mod trace;

pub use choices::{read_choices, write_choices};
pub use progress::{read_progress, write_progress};
pub use standing::{read_standing, write_standing};

use self::fields::{Lines, number, place_fields, read_place, unescape};
use crate::{Coverage, Explored, Failure, FailureKind, Report, Trace};

/// The first line of every report. A reader must reject any other version.
pub const HEADER: &str = "interleave-report\t7";

/// Writes `report` as text that [`read`] understands.
pub fn write(report: &Report) -> String {
    let mut out = Lines(format!("{HEADER}\n"));
    if let Some(e) = report.explored {
        let numbers = [e.schedules.to_string(), e.budget.to_string(), e.seed.to_string(), e.sampled.to_string()];
        let mut fields = numbers.each_ref().map(String::as_str).to_vec();
        fields.insert(0, "explored");
        let bound;
        match e.coverage {
            Coverage::Proven => fields.push("proven"),
            Coverage::Sampled => fields.push("sampled"),
            Coverage::Bounded { departures, schedules } => {
                bound = [departures.to_string(), schedules.to_string()];
                fields.extend(["bounded", &bound[0], &bound[1]]);
            }
        }
        out.line(&fields);
    }
    write_ending(&mut out, report);
    if let Some(map) = &report.map {
        map::write(&mut out, map);
    }
    if let Some(nonce) = &report.passed {
        out.line(&["passed", nonce]);
    }
    out.0
}

/// Writes the failure and the trace, if there are any.
fn write_ending(out: &mut Lines, report: &Report) {
    if let Some(failure) = &report.failure {
        let (file, line) = place_fields(failure.place.as_ref());
        out.line(&["failed", failure.kind.name(), &failure.message, &file, &line]);
    }
    let of_failure = report.failure.as_ref().and_then(|failure| failure.trace.as_ref());
    if let Some(trace) = of_failure.or(report.trace.as_ref()) {
        trace::write(out, trace);
    }
}

/// Reads what [`write()`] wrote. `None` if it is not a report of this version.
///
/// ```
/// let report = trace::Report { passed: Some("7f".into()), ..Default::default() };
/// assert_eq!(trace::wire::read(&trace::wire::write(&report)), Some(report));
/// ```
pub fn read(text: &str) -> Option<Report> {
    let mut lines = text.split_inclusive('\n').map_while(|line| line.strip_suffix('\n'));
    if lines.next()? != HEADER {
        return None;
    }
    let mut part = Part::default();
    let mut map = map::Reader::default();
    for line in lines {
        let fields: Vec<String> = line.split('\t').map(unescape).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        if map.take_in(&fields).or_else(|| part.take_in(&fields)).is_none() {
            break;
        }
    }
    Some(Report { map: map.finish(), ..part.finish() })
}

/// A report being read, without its map.
#[derive(Debug, Default)]
struct Part {
    report: Report,
    trace: Option<Trace>,
}

impl Part {
    /// Reads one line; `None` if it is malformed.
    fn take_in(&mut self, fields: &[&str]) -> Option<()> {
        match *fields {
            ["explored", schedules, budget, seed, sampled, ref coverage @ ..] => {
                self.report.explored = Some(Explored {
                    schedules: number(schedules)?,
                    budget: number(budget)?,
                    seed: number(seed)?,
                    sampled: number(sampled)?,
                    coverage: match *coverage {
                        ["proven"] => Coverage::Proven,
                        ["sampled"] => Coverage::Sampled,
                        ["bounded", departures, schedules] => {
                            Coverage::Bounded { departures: number(departures)?, schedules: number(schedules)? }
                        }
                        _ => return None,
                    },
                });
            }
            ["failed", kind, message, file, line] => {
                self.report.failure = Some(Failure {
                    kind: FailureKind::from_name(kind)?,
                    message: message.to_owned(),
                    place: read_place(file, line),
                    trace: None,
                });
            }
            ["passed", nonce] => self.report.passed = Some(nonce.to_owned()),
            ["trace", ..] => trace::read_line(fields, self.trace.insert(Trace::default()))?,
            _ => trace::read_line(fields, self.trace.as_mut()?)?,
        }
        Some(())
    }

    fn finish(mut self) -> Report {
        match &mut self.report.failure {
            Some(failure) => failure.trace = self.trace,
            None => self.report.trace = self.trace,
        }
        self.report
    }
}

#[cfg(test)]
mod tests;
