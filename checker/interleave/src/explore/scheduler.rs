//! Our side of shuttle's `Scheduler`: makes the choices, notes them, and notices when nobody can run.
//!
//! Task 0 of every schedule is a supervisor that does nothing. It never runs before the test body has ended,
//! so that "only the supervisor can run" means deadlock, found here instead of in a panic of the engine,
//! whose text one would have to parse.

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use super::MOST_STEPS;
use super::session::{self, Recording, Session, Stop};
use super::strategy::{Candidate, Strategies};

/// The id of the task that watches over the others.
const SUPERVISOR: usize = 0;

/// Where the choices come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// From the strategies, for so many schedules.
    Explore { budget: u32 },
    /// From a list, for one schedule.
    Replay(Vec<u32>),
}

/// Runs one exploration or one replay.
#[derive(Debug)]
pub(crate) struct Explorer {
    source: Source,
    recording: Recording,
    started: u32,
    strategies: Strategies,
    /// Kept between choices, so that a choice does not allocate.
    candidates: Vec<Candidate>,
}

impl Explorer {
    pub(crate) fn new(source: Source, seed: u64, recording: Recording) -> Self {
        Explorer { source, recording, started: 0, strategies: Strategies::new(seed), candidates: Vec::new() }
    }

    /// The choice among `tasks`, which is not empty. `None` if a replay's next choice cannot be made.
    fn choose(&mut self, tasks: &[&Task], current: Option<TaskId>, yielding: bool) -> Option<usize> {
        if let Source::Replay(choices) = &self.source {
            let step = session::with(|session| session.choices.len())?;
            let choice = *choices.get(step)? as usize;
            return tasks.iter().any(|task| usize::from(task.id()) == choice).then_some(choice);
        }
        self.candidates.clear();
        self.candidates.extend(
            tasks
                .iter()
                .map(|task| Candidate { id: usize::from(task.id()), parent: task.parent_task_id().map(usize::from) }),
        );
        Some(self.strategies.choose(&self.candidates, current.map(usize::from), yielding))
    }
}

impl Scheduler for Explorer {
    fn new_execution(&mut self) -> Option<Schedule> {
        let budget = match self.source {
            Source::Explore { budget } => budget,
            Source::Replay(_) => 1,
        };
        let failed = session::with(|session| session.stop.is_some()).unwrap_or(false);
        if failed || self.started >= budget {
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
        let stop = if others.is_empty() {
            Stop::Deadlock
        } else if steps >= MOST_STEPS {
            Stop::Livelock
        } else if let Some(choice) = self.choose(others, current, yielding) {
            session::with(|session| session.choices.push(choice as u32));
            return Some(TaskId::from(choice));
        } else {
            Stop::Diverged
        };
        session::with(|session| session.stop = Some(stop));
        None
    }

    fn next_u64(&mut self) -> u64 {
        self.strategies.number()
    }
}
