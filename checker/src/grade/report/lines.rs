//! Reports as JSON lines, which `docs/grade.schema.json` describes: written one by one, so that what was graded is kept
//! whatever happens next, and read again to be merged.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::UserError;
use crate::grade::report::{End, Report, Row, Start};

/// The version of the format. It changes only if programs that read the old one would go wrong; fields may be added at
/// any time.
const VERSION: u64 = 1;

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Line {
    Start(Box<Start>),
    Exercise(Box<Row>),
    End(End),
}

#[derive(Serialize, Deserialize)]
struct Versioned<L> {
    v: u64,
    #[serde(flatten)]
    line: L,
}

/// Only the version, which is looked at first.
#[derive(Deserialize)]
struct Version {
    v: u64,
}

impl Line {
    /// With a line end.
    pub fn write(&self) -> serde_json::Result<String> {
        serde_json::to_string(&Versioned { v: VERSION, line: self }).map(|line| line + "\n")
    }
}

/// The whole report.
pub fn write(report: &Report) -> serde_json::Result<String> {
    let start = Line::Start(Box::new(report.start.clone()));
    let rows = report.rows.iter().map(|row| Line::Exercise(Box::new(row.clone())));
    let end = report.end.clone().map(Line::End);
    std::iter::once(start).chain(rows).chain(end).map(|line| line.write()).collect()
}

/// Reads the report in `file`.
pub fn read(file: &Path) -> Result<Report, UserError> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| {
        UserError::new(format!("{name} cannot be read: {error}"), "name the files that `--format json` wrote")
    })?;
    parse(&text).map_err(|what| {
        UserError::new(format!("{name} is not a report: {what}"), "name the files that `--format json` wrote")
    })
}

/// A line that was cut off when grading was killed is left out.
pub fn parse(text: &str) -> Result<Report, String> {
    let (mut start, mut rows, mut end) = (None, Vec::new(), None);
    for (at, line) in text.split_inclusive('\n').enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let fault = |error: serde_json::Error| format!("line {}: {error}", at + 1);
        let Version { v } = match serde_json::from_str(line) {
            Err(_) if !line.ends_with('\n') && start.is_some() => break,
            version => version.map_err(fault)?,
        };
        if v != VERSION {
            return Err(format!("it has version {v} of the format, and this checker knows {VERSION}"));
        }
        match serde_json::from_str::<Versioned<Line>>(line).map_err(fault)?.line {
            Line::Start(it) if start.is_none() => start = Some(*it),
            Line::Start(_) => return Err(format!("line {}: it starts twice", at + 1)),
            Line::Exercise(row) => rows.push(*row),
            Line::End(it) => end = Some(it),
        }
    }
    let start = start.ok_or("it has no line with `\"event\":\"start\"`")?;
    let mut report = Report { start, rows, end };
    report.sort();
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::report::example;
    use crate::verdict::Kind;

    fn lines(report: &Report) -> Vec<String> {
        write(report).unwrap().split_inclusive('\n').map(str::to_owned).collect()
    }

    #[test]
    fn what_was_written_is_read_again() {
        let rows = vec![
            example::row(Some("alice"), "02_mutex/03_abba", None, 2),
            example::row(Some("bob"), "02_mutex/03_abba", Some(Kind::Deadlock), 2),
        ];
        let report = example::report(rows);
        let lines = lines(&report);
        assert_eq!(parse(&lines.concat()), Ok(report.clone()));
        assert!(lines.iter().all(|line| line.matches('\n').count() == 1 && line.starts_with("{\"v\":1,")), "{lines:?}");
        let mut backwards = lines.clone();
        backwards[1..3].reverse();
        assert_eq!(parse(&backwards.concat()), Ok(report), "the order of grading does not matter");
    }

    /// Would catch: a report that cannot be used because grading was killed in the middle of a line.
    #[test]
    fn a_killed_report_is_read_up_to_its_last_whole_line() {
        let lines = lines(&example::report(vec![example::row(None, "02_mutex/03_abba", None, 2)]));
        let killed = parse(&(lines[0].clone() + &lines[1] + &lines[2][..20])).unwrap();
        assert_eq!((killed.rows.len(), killed.incomplete().as_deref()), (1, Some("it was killed while it ran")));
        let earlier = parse(&(lines[0].clone() + &lines[1][..20])).unwrap();
        assert_eq!(earlier.rows.len(), 0);
        assert!(parse(&lines[0][..20]).is_err() && parse("").is_err());
        assert!(parse(&lines.concat().replace("\"v\":1", "\"v\":2")).unwrap_err().contains("version 2"));
    }
}
