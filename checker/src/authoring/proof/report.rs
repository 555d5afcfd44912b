//! The result of a proof: a table with the objections below it, or a JSON document.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::authoring::proof::promises::{self, Promise};
use crate::authoring::proof::trial::{Tried, was_searched};
use crate::authoring::proof::{Complaint, Expected};
use crate::ui::text::style::{Line, Style, Text};

/// The proof of one exercise.
#[derive(Debug, Default)]
pub struct Proof {
    pub exercise: String,
    /// `None` if they cannot be read.
    pub promises: Option<Vec<Promise>>,
    pub tried: Vec<Tried>,
    /// About its texts, and about tests that depend on each other.
    pub complaints: Vec<Complaint>,
}

/// How long the parts of a proof took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    pub building: Duration,
    pub running: Duration,
}

impl Proof {
    /// All objections, each with its subject.
    pub fn objections(&self) -> impl Iterator<Item = (&str, &str)> {
        let tried = self.tried.iter().flat_map(|tried| {
            tried.objections.iter().map(|objection| (tried.attempt.name.as_str(), objection.as_str()))
        });
        let complaints =
            self.complaints.iter().map(|complaint| (complaint.subject.as_str(), complaint.objection.as_str()));
        tried.chain(complaints)
    }

    fn count(&self, folder: &str) -> usize {
        self.tried.iter().filter(|tried| tried.attempt.name.starts_with(folder)).count()
    }

    fn row(&self) -> Line {
        let is_right = |tried: &&Tried| tried.attempt.expected == Expected::Passes;
        let is_rejected = |tried: &&Tried| tried.attempt.name.starts_with("rejected/");
        let share = |of: &dyn Fn(&&Tried) -> bool| {
            let all: Vec<&Tried> = self.tried.iter().filter(of).collect();
            let good = all.iter().filter(|tried| tried.objections.is_empty()).count();
            format!("{good} of {}", all.len())
        };
        let starter = self.tried.iter().find(|tried| tried.attempt.name == "starter");
        let seeds = self.tried.iter().filter_map(|tried| tried.seeds.as_ref()).max_by_key(|seeds| seeds.worst);
        let decisive = self.tried.iter().filter(is_rejected).filter_map(|tried| tried.verdict.decisive());
        let is_searched = decisive.into_iter().any(was_searched);
        let slowest = self.tried.iter().filter(is_right).filter_map(|tried| tried.slowest.as_ref()).max();
        let promises = self.promises.as_deref();
        let coverage = promises::coverage(promises.unwrap_or_default(), &self.tried);
        let state = if self.objections().next().is_none() { "ok" } else { "FAIL" };
        row([
            state,
            &self.exercise,
            starter.map_or("–", |tried| tried.verdict.kind.word()),
            &promises.map_or("–".to_owned(), |promises| promises.len().to_string()),
            &format!("{} of {}", coverage.promised, coverage.tests),
            &share(&is_right),
            &share(&is_rejected),
            &seeds.map_or_else(
                || if is_searched { "search".to_owned() } else { "–".to_owned() },
                |seeds| format!("{} of {}", seeds.worst, seeds.within),
            ),
            &slowest.map_or("–".to_owned(), |(ms, _)| format!("{ms} ms")),
        ])
    }

    fn document(&self) -> Result<Value> {
        let attempts = self.tried.iter().map(|tried| {
            Ok(json!({
                "attempt": tried.attempt.name,
                "as_expected": tried.objections.is_empty(),
                "checks_until_as_stated": tried.flaky.unwrap_or(1),
                "objections": tried.objections,
                "seeds": tried.seeds.as_ref().map(|seeds| {
                    json!({ "worst": seeds.worst, "within": seeds.within, "missed": seeds.missed })
                }),
                "slowest_ms": tried.slowest.as_ref().map(|(ms, _)| ms),
                "verdict": serde_json::to_value(&tried.verdict)?,
            }))
        });
        let complaints =
            self.complaints.iter().map(|what| json!({ "subject": what.subject, "objection": what.objection }));
        let coverage = promises::coverage(self.promises.as_deref().unwrap_or_default(), &self.tried);
        Ok(json!({
            "exercise": self.exercise,
            "proven": self.objections().next().is_none(),
            "promises": self.promises.as_ref().map(Vec::len),
            "tests": coverage.tests,
            "promised_tests": coverage.promised,
            "accepted": self.count("accepted/"),
            "rejected": self.count("rejected/"),
            "attempts": attempts.collect::<Result<Vec<Value>>>()?,
            "complaints": complaints.collect::<Vec<Value>>(),
        }))
    }
}

fn row(cells: [&str; 9]) -> Line {
    let [state, name, starter, promises, tests, right, rejected, seeds, slowest] = cells;
    let style = if state == "FAIL" { Style::Bad } else { Style::Plain };
    Line::styled(style, state).pad(6).then(Style::Name, name).pad(32).then(
        Style::Plain,
        format!("{starter:<17} {promises:<9} {tests:<9} {right:<8} {rejected:<9} {seeds:<10} {slowest}"),
    )
}

/// The table with the objections below it.
pub fn table(proofs: &[Proof], course: &[Complaint], times: Times) -> Text {
    let mut text = Text::new();
    text.push(row(["", "", "starter", "promises", "tests", "right", "wrong", "found by", "slowest"]));
    for proof in proofs {
        text.push(proof.row());
    }
    text.blank();
    let of_proofs =
        proofs.iter().flat_map(|proof| proof.objections().map(|(what, why)| (proof.exercise.as_str(), what, why)));
    let of_course =
        course.iter().map(|complaint| ("the course", complaint.subject.as_str(), complaint.objection.as_str()));
    let mut objections = 0;
    for (exercise, subject, why) in of_proofs.chain(of_course) {
        objections += 1;
        text.push(Line::styled(Style::Bad, format!("FAIL  {exercise}  {subject}  ")).then(Style::Plain, why));
    }
    let flaky = proofs.iter().flat_map(|proof| &proof.tried).filter_map(|tried| Some((&tried.attempt, tried.flaky?)));
    let mut flakes = 0;
    for (attempt, checks) in flaky {
        flakes += 1;
        text.push(Line::styled(Style::Warning, format!("FLAKY {}  {}  ", attempt.exercise, attempt.name)).then(
            Style::Plain,
            format!("got its verdict only in check {checks}: its tests depend on which thread is quicker"),
        ));
    }
    if objections + flakes > 0 {
        text.blank();
    }
    let attempts: usize = proofs.iter().map(|proof| proof.tried.len()).sum();
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    text.push(Line::plain(format!(
        "{} exercises, {attempts} attempts, {objections} objections · built in {}, run in {}",
        proofs.len(),
        seconds(times.building),
        seconds(times.running)
    )));
    text
}

/// The same as a JSON document.
pub fn document(proofs: &[Proof], book: &[Complaint], times: Times) -> Result<Value> {
    let objections = proofs.iter().map(|proof| proof.objections().count()).sum::<usize>() + book.len();
    Ok(json!({
        "schema": 1,
        "objections": objections,
        "building_ms": times.building.as_millis(),
        "running_ms": times.running.as_millis(),
        "exercises": proofs.iter().map(Proof::document).collect::<Result<Vec<Value>>>()?,
        "book": book.iter()
            .map(|what| json!({ "subject": what.subject, "objection": what.objection }))
            .collect::<Vec<Value>>(),
    }))
}
