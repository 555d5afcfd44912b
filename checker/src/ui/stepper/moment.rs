//! A moment of an interleaving: what has happened, and what each task is doing.

use trace::timeline::step_in_words;
use trace::{Action, Cause, Place, Step, Target, Trace};

/// A moment of an interleaving.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub trace: &'a Trace,
    /// How many of the scheduler's choices have been made.
    pub at: usize,
}

/// A task at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskState {
    pub id: usize,
    pub name: String,
    pub status: Status,
    /// The names of the objects that it holds.
    pub holds: Vec<String>,
    /// The place of its last step.
    pub place: Option<Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    NotStarted,
    CanGoOn,
    /// What it waits for, in words.
    Waits(String),
    Ended,
    Panicked,
}

impl<'a> Moment<'a> {
    /// The steps so far.
    pub fn done(self) -> &'a [Step] {
        let done = self.trace.points.get(self.at).map_or(self.trace.steps.len(), |point| point.step);
        &self.trace.steps[..done]
    }

    /// The last step in words, and its place.
    pub fn last(self) -> Option<(String, Option<&'a Place>)> {
        let step = self.done().last()?;
        let name = &self.trace.tasks[step.task].name;
        Some((format!("{name} {}", step_in_words(self.trace, step)), step.place.as_ref()))
    }

    /// The tasks at this moment.
    pub fn tasks(self) -> Vec<TaskState> {
        let done = self.done();
        let so_far = Trace { steps: done.to_vec(), ..self.trace.clone() };
        let cause = Cause::of(&so_far);
        let candidates = self.trace.points.get(self.at).map_or(&[][..], |point| &point.candidates);
        let name = |object: usize| self.trace.objects.get(object).map_or("?", |object| object.name.as_str());
        let quoted = |object: usize| trace::quoted_name(name(object));
        let status = |id: usize| {
            let own = || done.iter().filter(move |step| step.task == id);
            let started = id == 0 || done.iter().any(|step| step.action == Action::Spawns { child: id });
            let wait = cause.waits.iter().find(|wait| wait.task == id);
            if candidates.contains(&(id as u32)) {
                Status::CanGoOn
            } else if own().any(|step| matches!(step.action, Action::Panics { .. })) {
                Status::Panicked
            } else if own().any(|step| step.action == Action::Ends) {
                Status::Ended
            } else if let Some(wait) = wait {
                Status::Waits(match wait.target {
                    Target::Object(object, _) => {
                        let holders: Vec<&str> =
                            cause.holders(object).map(|task| self.trace.tasks[task].name.as_str()).collect();
                        match holders.as_slice() {
                            [] => format!("waits for {}", quoted(object)),
                            holders => format!("waits for {}, held by {}", quoted(object), holders.join(" and ")),
                        }
                    }
                    Target::Signal(object) => format!("waits on {}", quoted(object)),
                    Target::Task(other) => format!("waits for {} to end", self.trace.tasks[other].name),
                })
            } else if started {
                Status::Ended
            } else {
                Status::NotStarted
            }
        };
        let state = |(id, task): (usize, &trace::Task)| TaskState {
            id,
            name: task.name.clone(),
            status: status(id),
            holds: cause.holds[id].iter().map(|(object, _)| name(*object).to_owned()).collect(),
            place: done.iter().rev().find(|step| step.task == id).and_then(|step| step.place.clone()),
        };
        self.trace.tasks.iter().enumerate().map(state).collect()
    }
}
