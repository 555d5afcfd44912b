//! Where the report goes while the work is done: JSON lines at once, other formats at the end.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::course::store;
use crate::error::UserError;
use crate::grade::formats::{self, Around, Format};
use crate::grade::report::lines::Line;
use crate::grade::report::{End, Report, Row, Start};
use crate::session;

/// Collects rows.
pub struct Sink {
    report: Report,
    /// Receives each line as soon as it is known, in JSON.
    lines: Option<Box<dyn Write + Send>>,
}

/// Where to write, and how.
#[derive(clap::Args, Clone, Debug)]
pub struct Target {
    /// How to write the report
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Write it into this file instead of printing it
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl Sink {
    /// Begins the report.
    pub fn new(start: Start, target: &Target) -> Result<Sink> {
        let mut lines: Option<Box<dyn Write + Send>> = match &target.output {
            _ if target.format != Format::Json => None,
            Some(file) => Some(Box::new(File::create(file).map_err(|error| unwritable(file, &error))?)),
            None => Some(Box::new(io::stdout())),
        };
        if let Some(lines) = &mut lines {
            write(lines, &Line::Start(Box::new(start.clone())))?;
        }
        Ok(Sink { report: Report { start, rows: Vec::new(), end: None }, lines })
    }

    pub fn add(&mut self, row: Row) -> Result<()> {
        if let Some(lines) = &mut self.lines {
            write(lines, &Line::Exercise(Box::new(row.clone())))?;
        }
        self.report.rows.push(row);
        Ok(())
    }

    /// The rows so far.
    pub fn rows(&self) -> &[Row] {
        &self.report.rows
    }

    /// Ends the report and writes what has not been written yet.
    pub fn end(mut self, end: End, target: &Target, around: &Around<'_>) -> Result<Report> {
        if let Some(lines) = &mut self.lines {
            write(lines, &Line::End(end.clone()))?;
        }
        self.report.end = Some(end);
        self.report.sort();
        if self.lines.is_none() {
            put(&self.report, target, around)?;
        }
        Ok(self.report)
    }
}

fn write(lines: &mut Box<dyn Write + Send>, line: &Line) -> Result<()> {
    lines.write_all(line.write()?.as_bytes()).and_then(|()| lines.flush()).context("the report cannot be written")
}

/// Writes the whole report.
pub fn put(report: &Report, target: &Target, around: &Around<'_>) -> Result<()> {
    let text = formats::render(target.format, report, around)?;
    match &target.output {
        Some(file) => store::replace(file, text.as_bytes()).map_err(|error| unwritable(file, &error))?,
        None => session::print_raw(text.as_bytes())?,
    }
    if target.format == Format::Github
        && let Some(file) = (around.variable)("GITHUB_STEP_SUMMARY")
    {
        let file = Path::new(&file);
        let summary = formats::summary(report);
        let appended = File::options()
            .append(true)
            .create(true)
            .open(file)
            .and_then(|mut file| file.write_all(summary.as_bytes()));
        appended.map_err(|error| unwritable(file, &error))?;
    }
    Ok(())
}

/// Returns an error if nothing can be written there. Ask before the work is done.
pub fn require_place(target: &Target) -> Result<()> {
    let Some(file) = &target.output else { return Ok(()) };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if file.is_dir() {
        return Err(unwritable(file, &io::Error::from(io::ErrorKind::IsADirectory)).into());
    }
    if !folder.is_dir() {
        return Err(unwritable(file, &io::Error::from(io::ErrorKind::NotFound)).into());
    }
    Ok(())
}

fn unwritable(file: &Path, error: &io::Error) -> UserError {
    let what = format!("{} cannot be written: {error}", file.display());
    UserError::new(what, "name a file in a folder that exists and that you may write")
}
