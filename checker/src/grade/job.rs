//! One grading: from the files that were handed in to the report.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;

use crate::course::exercise::Exercise;
use crate::course::moment::Moment;
use crate::course::store;
use crate::error::Exit;
use crate::grade::announced::Announced;
use crate::grade::edition::Edition;
use crate::grade::examiner::Examiner;
use crate::grade::formats::{self, Around};
use crate::grade::report::{End, Examined, Help, Row, Start, Status, Student, Totals};
use crate::grade::shard::Shard;
use crate::grade::sink::{Sink, Target};
use crate::grade::submitted::Clock;
use crate::grade::verdicts::Verdicts;
use crate::grade::work::{self, Ended, Grading, Person, Reuse, Unit};
use crate::session::Session;
use crate::ui::text::style::Colour;

/// Tells which help the learner took.
pub type Helped<'a> = &'a (dyn Fn(&Exercise) -> Help + Sync);

/// What is graded, and how.
pub struct Job<'a> {
    pub session: &'a Session,
    pub target: &'a Target,
    pub shard: Shard,
    pub reuse: Reuse,
    /// In the order of the course.
    pub exercises: &'a [&'a Exercise],
    pub people: &'a [Person],
    /// For whoever reads the report.
    pub notes: Vec<String>,
    pub examiner: &'a dyn Examiner,
    pub clock: Clock,
    /// The help that the learner took; `None` if that is not known.
    pub help: Option<Helped<'a>>,
    pub rustc: String,
    /// Of what is printed.
    pub colour: Colour,
}

impl Job<'_> {
    pub fn perform(&self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Exit> {
        let around = Around { colour: self.colour, exercises: self.exercises, variable };
        formats::require_fit(self.target.format, self.people.len(), self.exercises.len(), variable)?;
        let edition = Edition::of(self.examiner.course(), self.session.root(), &self.rustc);
        let units = work::plan(self.people, self.exercises);
        let is_ours = |at: &usize| self.shard.has(*at);
        let ours: Vec<&Unit<'_>> = (0..units.len()).filter(is_ours).map(|at| &units[at]).collect();
        let sink = Mutex::new(Sink::new(self.start(&edition, &units, &ours), self.target)?);
        let (started, announced) = (Instant::now(), Announced::new(ours.len(), self.colour));
        let grading = Grading {
            examiner: self.examiner,
            edition: &edition,
            verdicts: &Verdicts::new(self.session.root()),
            reuse: self.reuse,
            note: &|note| (self.session.notes)(note),
        };
        let ended = grading.run(&ours, &|unit, examined| {
            announced.done(&unit.exercise.name);
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            unit.people.iter().try_for_each(|person| sink.add(self.row(unit.exercise, person, &examined)))
        });
        announced.clear();
        let sink = sink.into_inner().unwrap_or_else(PoisonError::into_inner);
        let end = end(sink.rows(), &ended, started);
        let report = sink.end(end, self.target, &around)?;
        match ended {
            Ended::Done => Ok(super::exit(&report, self.target.format)),
            Ended::Stopped => Ok(Exit::Interrupted),
            Ended::Failed(error) => Err(error),
        }
    }

    fn start(&self, edition: &Edition, units: &[Unit<'_>], ours: &[&Unit<'_>]) -> Start {
        let rows = ours.iter().map(|unit| unit.people.len()).sum();
        let named = self.people.iter().filter_map(|person| {
            let (name, notes) = (person.name.clone()?, person.submission.notes.clone());
            Some(Student { name, notes })
        });
        let unnamed = self.people.iter().filter(|person| person.name.is_none());
        let mut notes = self.notes.clone();
        notes.extend(unnamed.flat_map(|person| person.submission.notes.clone()));
        if matches!(self.clock, Clock::Unknown) && self.exercises.iter().any(|exercise| exercise.terms.due.is_some()) {
            notes.push("nothing is marked as late, because `--submitted TIME` is missing".to_owned());
        }
        Start {
            title: self.session.catalogue.selection.title.clone(),
            course: edition.course.clone(),
            work: work::fingerprint(units),
            checker: env!("CARGO_PKG_VERSION").to_owned(),
            rustc: self.rustc.clone(),
            started: Moment::utc(i64::try_from(store::now()).unwrap_or(i64::MAX)),
            sandbox: self.examiner.sandbox(),
            shard: self.shard,
            rows,
            all_rows: units.iter().map(|unit| unit.people.len()).sum(),
            students: named.collect(),
            notes,
        }
    }

    fn row(&self, exercise: &Exercise, person: &Person, examined: &Examined) -> Row {
        let (due, of) = (exercise.terms.due, exercise.points());
        let submitted = self.clock.of(exercise).filter(|_| examined.status != Status::Missing);
        Row {
            student: person.name.clone(),
            exercise: exercise.name.clone(),
            path: exercise.path(),
            title: exercise.about.title.clone(),
            grade: exercise.about.grade,
            points: if examined.status == Status::Passed { of } else { 0 },
            of,
            examined: examined.clone(),
            due,
            submitted,
            late: submitted.zip(due).is_some_and(|(submitted, due)| submitted.is_after(due)),
            help: self.help.map(|help| help(exercise)),
        }
    }
}

fn end(rows: &[Row], ended: &Ended, started: Instant) -> End {
    let Totals { passed, points, of, .. } = Totals::of(rows);
    let why = match ended {
        Ended::Done => None,
        Ended::Stopped => Some("it was interrupted".to_owned()),
        Ended::Failed(error) => Some(format!("{error:#}")),
    };
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    End { aborted: why.is_some(), why, passed, points, of, ms }
}
