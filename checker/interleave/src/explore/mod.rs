//! Explore mode: a test runs again and again, each time in another interleaving.
//!
//! The drop-ins call [`Lock`], [`acquire`](acquire::acquire), [`task`], [`scope`] and [`Object`]; the harness calls
//! [`run`].

pub mod acquire;
mod lock;
mod names;
mod object;
mod scheduler;
pub mod scope;
mod session;
mod signal;
mod simplify;
mod strategy;
pub mod task;

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::{Arc, Once};

pub use lock::{Held, Lock};
pub use object::Object;
pub use session::point;
/// Channels between threads, which the engine models as they are.
pub use shuttle::sync::mpsc as channel;
/// Parking, which the engine models as it is.
pub use shuttle::thread;
pub use signal::{Patience, Signal, Woken};
pub use trace::Mode;
use trace::{Explored, Failure, FailureKind, Task, Trace, timeline};

use crate::harness::{DEFAULT_SCHEDULES, RecordedPanic, Test, Who, cause_of_failure, is_reported};
use scheduler::{Explorer, Source};
use session::{Recording, Session, Stop};
use simplify::simplify;

/// A schedule that has not ended after so many steps is called a livelock.
pub const MOST_STEPS: usize = 20_000;

/// Stacks are mapped, not touched: what is not used costs nothing.
const STACK_BYTES: usize = 1 << 20;

/// The id of the test body in a trace.
const BODY: usize = 0;

/// Which schedules are explored. The same seed explores the same ones.
const SEED: &str = "INTERLEAVE_SEED";
/// How many.
const SCHEDULES: &str = "INTERLEAVE_SCHEDULES";
/// The choices of one schedule, to run that one only.
const REPLAY: &str = "INTERLEAVE_REPLAY";

/// What to explore.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// How many schedules, at most. A test in which there is never a choice has only one.
    pub budget: u32,
    /// The same seed explores the same schedules.
    pub seed: u64,
    /// The choices of one schedule, to run that one only.
    pub replay: Option<Vec<u32>>,
    /// The folder of the package, below which or above which the sources lie that locations name.
    pub manifest_dir: PathBuf,
}

/// What an exploration found.
#[derive(Debug)]
pub struct Finding {
    pub explored: Explored,
    /// The first failure.
    pub failure: Option<Box<Failure>>,
    /// What happened in a replayed schedule that did not fail.
    pub trace: Option<Trace>,
}

type Body = Arc<dyn Fn() + Send + Sync>;

impl Exploration {
    /// Runs `body` under many interleavings, up to the first that fails.
    ///
    /// `body` runs once per schedule, from scratch, so all state has to be made inside. All tasks run on the
    /// calling thread.
    pub fn run(&self, body: impl Fn() + Send + Sync + 'static) -> Finding {
        let body: Body = Arc::new(body);
        match &self.replay {
            Some(choices) => self.replay(choices, &body),
            None => self.explore(&body),
        }
    }

    fn replay(&self, choices: &[u32], body: &Body) -> Finding {
        let session = follow(choices.to_vec(), Recording::Steps, body);
        let explored = self.explored(1);
        let Some(session) = session else { return Finding { explored, failure: None, trace: None } };
        let switches = trace::switches(&session.choices);
        let stop = session.stop.clone();
        let trace = Some(self.trace(session, explored, switches));
        match stop {
            None => Finding { explored, failure: None, trace },
            Some(stop) => Finding { explored, failure: Some(Box::new(failure(&stop, trace))), trace: None },
        }
    }

    fn explore(&self, body: &Body) -> Finding {
        let (schedules, session) =
            run_schedules(Source::Explore { budget: self.budget }, self.seed, Recording::Nothing, body);
        let explored = self.explored(schedules);
        let failed = session.and_then(|session| Some((session.stop.clone()?, session)));
        let failure = failed.map(|(stop, session)| Box::new(self.explain(&stop, &session, explored, body)));
        Finding { explored, failure, trace: None }
    }

    /// Looks for a simpler schedule that fails like this one, and runs it again, this time writing down what happens.
    fn explain(&self, stop: &Stop, failed: &Session, explored: Explored, body: &Body) -> Failure {
        let choices = simplify(stop, failed, |choices, recording| follow(choices, recording, body));
        let again = follow(choices, Recording::Steps, body);
        let again = again.and_then(|again| Some((again.stop.clone().filter(|other| other.is_like(stop))?, again)));
        match again {
            // The values that an assertion names are those of the schedule that is shown.
            Some((shown, again)) => {
                failure(&shown, Some(self.trace(again, explored, trace::switches(&failed.choices))))
            }
            None => {
                let mut failure = failure(stop, None);
                failure.message = format!("{}\n{NOT_AGAIN}", failure.message);
                failure
            }
        }
    }

    fn explored(&self, schedules: u32) -> Explored {
        Explored { schedules, budget: self.budget, seed: self.seed }
    }

    fn trace(&self, session: Session, explored: Explored, found_switches: u32) -> Trace {
        Trace {
            schedule: explored.schedules,
            budget: explored.budget,
            seed: explored.seed,
            tasks: session.task_names.into_iter().map(|name| Task { name: name.unwrap_or_default() }).collect(),
            objects: names::name_all(&session.objects, &self.manifest_dir),
            lines: names::quote_all(&session.steps, &self.manifest_dir),
            steps: session.steps,
            choices: session.choices,
            points: session.points,
            found_switches,
        }
    }
}

const NOT_AGAIN: &str = "(Run again under the same schedule it did not fail: the test depends on something besides the \
                         schedule, such as a hash map's order or the time.)";

/// Runs one schedule that begins with `choices`.
fn follow(choices: Vec<u32>, recording: Recording, body: &Body) -> Option<Session> {
    run_schedules(Source::Follow(choices), 0, recording, body).1
}

fn failure(stop: &Stop, trace: Option<Trace>) -> Failure {
    let (kind, message, place) = match stop {
        Stop::Panic(panic) => (FailureKind::Panic, panic.message.clone(), panic.place.clone()),
        Stop::Deadlock => (FailureKind::Deadlock, "every task waits for another".to_owned(), None),
        Stop::Livelock => {
            (FailureKind::Livelock, format!("still running after {MOST_STEPS} steps, and nothing gets done"), None)
        }
    };
    Failure { kind, message, place, trace }
}

/// Runs a test as the environment asks, and prints the interleaving that failed if nobody else does.
pub(crate) fn run(test: &Test, body: impl Fn() + Send + Sync + 'static) -> Finding {
    let exploration = Exploration {
        budget: from_environment(SCHEDULES).or(test.schedules).unwrap_or(DEFAULT_SCHEDULES),
        seed: from_environment(SEED).unwrap_or(1),
        replay: std::env::var(REPLAY).ok().and_then(|text| trace::wire::read_choices(&text)),
        manifest_dir: PathBuf::from(test.manifest_dir),
    };
    let finding = exploration.run(body);
    if let Some(failure) = &finding.failure
        && !is_reported()
    {
        print(test, failure);
    }
    finding
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs the schedules of `source` until one fails. Returns how many were run, and the session of the last.
fn run_schedules(source: Source, seed: u64, recording: Recording, body: &Body) -> (u32, Option<Session>) {
    install_panic_hook();
    let mut config = shuttle::Config::new();
    config.stack_size = STACK_BYTES;
    config.failure_persistence = shuttle::FailurePersistence::None;
    config.max_steps = shuttle::MaxSteps::None;
    let runner = shuttle::Runner::new(Explorer::new(source, seed, recording), config);
    let body = Arc::clone(body);
    let schedules = runner.run(move || supervise(&body));
    (u32::try_from(schedules).unwrap_or(u32::MAX), session::end())
}

/// The first task of a schedule: starts the test body and ends when that has ended.
fn supervise(body: &Body) {
    let body = Arc::clone(body);
    let _detached = shuttle::thread::spawn(move || {
        let result = panic::catch_unwind(AssertUnwindSafe(|| body()));
        session::with(|session| {
            session.body_ended = true;
            if result.is_err() {
                session.stop = Some(Stop::Panic(cause_of_failure(&session.panics, Who::Task(BODY))));
            }
        });
    });
    session::with(|session| {
        session.task_names.push(Some("main".to_owned()));
        session.body_started = true;
    });
    while !session::with(|session| session.body_ended).unwrap_or(true) {
        shuttle::thread::yield_now();
    }
}

/// What plain `cargo test` shows.
fn print(test: &Test, failure: &Failure) {
    eprintln!();
    match &failure.trace {
        Some(trace) => {
            eprintln!(" {} · {}\n", test.name, timeline::title(trace));
            eprint!("{}", timeline::draw(failure, 100));
        }
        None => eprintln!(" {}\n\n  ✗     {}", test.name, failure.message),
    }
    if let Some(place) = &failure.place {
        eprintln!("        at {}:{}", place.file, place.line);
    }
    eprintln!();
}

/// Keeps the panics of explored tasks to ourselves: in a thousand schedules, one of them is the story.
fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let default = panic::take_hook();
        // Shuttle wraps the hook once, the first time it runs; so it runs once before ours is put in place.
        let mut config = shuttle::Config::new();
        config.failure_persistence = shuttle::FailurePersistence::None;
        shuttle::Runner::new(Explorer::new(Source::Explore { budget: 1 }, 0, Recording::Nothing), config).run(|| {});
        session::end();
        panic::set_hook(Box::new(move |info| {
            let panic = RecordedPanic::new(Who::Task(session::current_task()), info);
            let recorded = session::with(|session| session.panics.push(panic));
            if recorded.is_none() {
                default(info);
            }
        }));
    });
}
