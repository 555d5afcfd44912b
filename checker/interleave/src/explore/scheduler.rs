//! Our side of shuttle's `Scheduler`: makes the choices, notes them, and notices when nobody can run.
//!
//! Task 0 of every schedule is a supervisor that does nothing. It never runs before the test body has ended,
//! so that "only the supervisor can run" means deadlock, found here instead of in a panic of the engine,
//! whose text one would have to parse.

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use super::MOST_STEPS;
use super::session::{self, Recording, Session, Stop};
use super::strategy::{Candidate, Strategies};

/// The engine's id of the task that watches over the others.
const SUPERVISOR: usize = 0;
/// The engine's id of the first task that is the test's: its body.
const FIRST: usize = 1;

/// Where the choices come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// From the strategies, for so many schedules.
    Explore { budget: u32 },
    /// From a list, for one schedule. Where the list ends, and where its next choice cannot be made because the
    /// program is another one by now, each task runs for as long as it can.
    Follow(Vec<u32>),
}

/// Runs one exploration, or one schedule of which the choices are known.
#[derive(Debug)]
pub(crate) struct Explorer {
    source: Source,
    recording: Recording,
    started: u32,
    /// Whether any schedule so far could have been another one.
    had_a_choice: bool,
    strategies: Strategies,
    /// Kept between choices, so that a choice does not allocate.
    candidates: Vec<Candidate>,
}

impl Explorer {
    pub(crate) fn new(source: Source, seed: u64, recording: Recording) -> Self {
        let strategies = Strategies::new(seed);
        Explorer { source, recording, started: 0, had_a_choice: false, strategies, candidates: Vec::new() }
    }

    /// The choice among the candidates, of which there is at least one.
    fn choose(&mut self, step: usize, current: Option<usize>, yielding: bool) -> usize {
        match &self.source {
            Source::Explore { .. } => self.strategies.choose(&self.candidates, current, yielding),
            Source::Follow(choices) => {
                let listed = choices.get(step).and_then(|choice| self.candidate(*choice as usize));
                listed.unwrap_or_else(|| self.stay_on(current, yielding))
            }
        }
    }

    fn candidate(&self, id: usize) -> Option<usize> {
        self.candidates.iter().map(|candidate| candidate.id).find(|candidate| *candidate == id)
    }

    /// The running task if it can go on and does not offer to wait, else the next one after it.
    fn stay_on(&self, current: Option<usize>, yielding: bool) -> usize {
        let same = current.filter(|_| !yielding).and_then(|id| self.candidate(id));
        let ids = || self.candidates.iter().map(|candidate| candidate.id);
        let next = ids().find(|id| current.is_some_and(|current| *id > current));
        same.or(next).or_else(|| ids().next()).expect("there is a candidate")
    }
}

/// Ends the schedule before the test has ended.
fn end(stop: Stop) -> Option<TaskId> {
    session::with(|session| session.stop = Some(stop));
    None
}

/// The id of a task as the trace counts: the test body is 0.
fn id(task: TaskId) -> usize {
    usize::from(task) - FIRST
}

impl Scheduler for Explorer {
    fn new_execution(&mut self) -> Option<Schedule> {
        let budget = match self.source {
            Source::Explore { budget } => budget,
            Source::Follow(_) => 1,
        };
        let failed = session::with(|session| session.stop.is_some()).unwrap_or(false);
        let is_the_only_one = self.started > 0 && !self.had_a_choice;
        if failed || is_the_only_one || self.started >= budget {
            return None;
        }
        self.started += 1;
        self.strategies.next_schedule();
        session::begin(Session::new(self.recording));
        Some(Schedule::new(0))
    }

    fn next_task(&mut self, runnable: &[&Task], current: Option<TaskId>, yielding: bool) -> Option<TaskId> {
        let (supervisor, others) = match runnable {
            [first, others @ ..] if usize::from(first.id()) == SUPERVISOR => (first.id(), others),
            _ => unreachable!("the supervisor can always run"),
        };
        let (stopped, body_started, body_ended, steps) = session::with(|session| {
            (session.stop.is_some(), session.body_started, session.body_ended, session.choices.len())
        })?;
        if stopped {
            return None;
        }
        if body_ended || !body_started {
            return Some(supervisor);
        }
        if others.is_empty() {
            return end(Stop::Deadlock);
        }
        if steps >= MOST_STEPS {
            return end(Stop::Livelock);
        }
        self.candidates.clear();
        self.candidates.extend(others.iter().map(|task| Candidate {
            id: id(task.id()),
            parent: task.parent_task_id().and_then(|parent| usize::from(parent).checked_sub(FIRST)),
        }));
        self.had_a_choice |= self.candidates.len() > 1;
        let current = current.filter(|task| usize::from(*task) != SUPERVISOR).map(id);
        let choice = self.choose(steps, current, yielding);
        session::with(|session| session.choose(choice, self.candidates.iter().map(|candidate| candidate.id)));
        Some(TaskId::from(choice + FIRST))
    }

    fn next_u64(&mut self) -> u64 {
        self.had_a_choice = true;
        self.strategies.number()
    }
}
