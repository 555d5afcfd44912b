//! Explore mode: a test runs again and again, each time in another interleaving.
//!
//! The drop-ins call [`Lock`], [`acquire`](acquire::acquire), [`task`] and [`Object`]; the harness calls
//! [`run`].

pub mod acquire;
mod lock;
mod names;
mod object;
mod scheduler;
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
use trace::{Explored, Failure, FailureKind, Place, Task, Trace, timeline};

use crate::harness::{DEFAULT_SCHEDULES, Failed, RecordedPanic, Test, Who, cause_of_failure, is_reported};
use scheduler::{Explorer, Source, Then};
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
    /// How many schedules, at most.
    pub budget: u32,
    /// The same seed explores the same schedules.
    pub seed: u64,
    /// The choices of one schedule, to run that one only.
    pub replay: Option<Vec<u32>>,
    /// The folder of the package, below which or above which the sources lie that locations name.
    pub manifest_dir: PathBuf,
}

impl Exploration {
    /// Runs `body` under many interleavings, up to the first that fails.
    ///
    /// `body` runs once per schedule, from scratch, so all state has to be made inside. All tasks run on the
    /// calling thread.
    pub fn run(&self, body: impl Fn() + Send + Sync + 'static) -> (Explored, Result<(), Box<Failure>>) {
        let body: Arc<dyn Fn() + Send + Sync> = Arc::new(body);
        let source = match &self.replay {
            Some(choices) => Source::Follow { choices: choices.clone(), then: Then::Stop },
            None => Source::Explore { budget: self.budget },
        };
        let (schedules, session) = run_schedules(source, self.seed, Recording::Nothing, &body);
        let explored = Explored { schedules, budget: self.budget, seed: self.seed };
        let result = match session.filter(|session| session.stop.is_some()) {
            None => Ok(()),
            Some(failed) => Err(Box::new(self.explain(&failed, explored, &body))),
        };
        (explored, result)
    }

    /// Looks for a simpler schedule that fails like this one, and runs it again, this time writing down what happens.
    fn explain(&self, failed: &Session, explored: Explored, body: &Arc<dyn Fn() + Send + Sync>) -> Failure {
        let follow = |choices: Vec<u32>, then: Then, recording: Recording| {
            run_schedules(Source::Follow { choices, then }, self.seed, recording, body).1
        };
        let choices = match self.replay {
            Some(_) => failed.choices.clone(),
            None => simplify(failed, |choices, recording| follow(choices, Then::StayOn, recording)),
        };
        let again = follow(choices, Then::Stop, Recording::Steps);
        let stop = failed.stop.as_ref().expect("it failed");
        let again = again.filter(|again| again.stop.as_ref().is_some_and(|other| other.is_like(stop)));
        // The values that an assertion names are those of the schedule that is shown.
        let shown = again.as_ref().and_then(|again| again.stop.as_ref()).unwrap_or(stop);
        let (kind, message, place) = in_words(shown);
        let Some(again) = again else {
            let message = match stop {
                Stop::Diverged => message,
                _ => format!("{message}\n{NOT_AGAIN}"),
            };
            return Failure { kind, message, place, trace: None };
        };
        let trace = Trace {
            schedule: explored.schedules,
            budget: explored.budget,
            seed: explored.seed,
            tasks: again.task_names.into_iter().map(|name| Task { name: name.unwrap_or_default() }).collect(),
            objects: names::name_all(&again.objects, &self.manifest_dir),
            lines: names::quote_all(&again.steps, &self.manifest_dir),
            steps: again.steps,
            choices: again.choices,
            points: again.points,
            found_switches: trace::switches(&failed.choices),
        };
        Failure { kind, message, place, trace: Some(trace) }
    }
}

const NOT_AGAIN: &str = "(Run again under the same schedule it did not fail: the test depends on something besides the \
                         schedule, such as a hash map's order or the time.)";

fn in_words(stop: &Stop) -> (FailureKind, String, Option<Place>) {
    match stop {
        Stop::Panic(panic) => (FailureKind::Panic, panic.message.clone(), panic.place.clone()),
        Stop::Deadlock => (FailureKind::Deadlock, "every task waits for another".to_owned(), None),
        Stop::Livelock => {
            (FailureKind::Livelock, format!("still running after {MOST_STEPS} steps, and nothing gets done"), None)
        }
        Stop::Diverged => {
            let message = "the recorded schedule does not fit this program: it has changed since";
            (FailureKind::Panic, message.to_owned(), None)
        }
    }
}

/// Runs a test as the environment asks, and prints the interleaving that failed if nobody else does.
pub(crate) fn run(test: &Test, body: impl Fn() + Send + Sync + 'static) -> (Explored, Result<(), Failed>) {
    let exploration = Exploration {
        budget: from_environment(SCHEDULES).or(test.schedules).unwrap_or(DEFAULT_SCHEDULES),
        seed: from_environment(SEED).unwrap_or(1),
        replay: std::env::var(REPLAY).ok().and_then(|text| trace::wire::read_choices(&text)),
        manifest_dir: PathBuf::from(test.manifest_dir),
    };
    let (explored, result) = exploration.run(body);
    let result = result.map_err(|failure| {
        if !is_reported() {
            print(test, &failure);
        }
        // The panic has been reported; the payload only has to unwind.
        let payload: Box<dyn std::any::Any + Send> = Box::new("an explored interleaving failed");
        (failure, payload)
    });
    (explored, result)
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

/// Runs the schedules of `source` until one fails. Returns how many were run, and the session of the last.
fn run_schedules(
    source: Source,
    seed: u64,
    recording: Recording,
    body: &Arc<dyn Fn() + Send + Sync>,
) -> (u32, Option<Session>) {
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
fn supervise(body: &Arc<dyn Fn() + Send + Sync>) {
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
