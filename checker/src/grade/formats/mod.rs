//! How a report is written: for people, and for the programs that read marks.

use anyhow::Result;

use crate::course::exercise::Exercise;
use crate::error::{COMMAND, UserError};
use crate::grade::report::Report;
use crate::ui::text::style::Colour;

mod classroom50;
mod exercism;
mod github;
mod gradescope;
mod junit;
mod table;
mod text;

pub use self::github::summary;

/// What reads the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// JSON lines, as docs/grade.schema.json describes them
    Json,
    /// JUnit's XML, which GitHub, GitLab and Jenkins show
    Junit,
    /// Annotations and a step summary for GitHub Actions
    Github,
    /// result.json for Classroom 50
    Classroom50,
    /// results.json for Exercism, for one exercise
    Exercism,
    /// results.json for Gradescope
    Gradescope,
    /// A table, a row for each person
    Csv,
    /// A page with that table
    Html,
}

impl Format {
    /// Whether its reader takes the marks from the report, and a failing exit code for a broken checker.
    pub fn reads_exit_as_trouble(self) -> bool {
        matches!(self, Format::Classroom50 | Format::Exercism | Format::Gradescope)
    }

    /// Whether it is about one person.
    fn is_personal(self) -> bool {
        self.reads_exit_as_trouble()
    }
}

/// What a format may ask for beside the report.
pub struct Around<'a> {
    pub colour: Colour,
    /// Those that were graded, for the sources of their tests.
    pub exercises: &'a [&'a Exercise],
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// Returns an error if `format` cannot show a report on so many people and exercises. Ask before the work is done.
pub fn require_fit(
    format: Format,
    people: usize,
    exercises: usize,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<()> {
    let refuse = |what: &str, help: String| Err(UserError::new(what, help).into());
    if format.is_personal() && people > 1 {
        let help =
            format!("grade one of them with `{COMMAND} grade --submission DIR`, or use `json`, `junit` or `csv`");
        return refuse("this format is about one person", help);
    }
    if format == Format::Exercism && exercises != 1 {
        return refuse(
            "Exercism's results are about one exercise",
            format!("name it: `{COMMAND} grade abba --format exercism`"),
        );
    }
    if format == Format::Classroom50 {
        classroom50::identity(variable)?;
    }
    Ok(())
}

/// The report in `format`, which is not [`Format::Json`]: that is written line by line while the work is done.
pub fn render(format: Format, report: &Report, around: &Around<'_>) -> Result<String> {
    Ok(match format {
        Format::Text => text::text(report).print(around.colour),
        Format::Json => crate::grade::report::lines::write(report)?,
        Format::Junit => junit::junit(report),
        Format::Github => github::commands(report, &github::token()?),
        Format::Classroom50 => classroom50::result(report, &classroom50::identity(around.variable)?)?,
        Format::Exercism => exercism::results(report, around.exercises)?,
        Format::Gradescope => gradescope::results(report)?,
        Format::Csv => table::csv(report),
        Format::Html => table::html(report),
    })
}

/// At most the first `bytes` bytes of `text`, and a sign that some are missing.
fn cut(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    text[..text.floor_char_boundary(bytes.saturating_sub('…'.len_utf8()))].to_owned() + "…"
}
