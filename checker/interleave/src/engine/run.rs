//! Runs the schedules of an exploration until the first failure, and looks for the simplest one with the same failure.

use std::cell::Cell;
use std::sync::Arc;

use trace::map::Map;
use trace::{Coverage, Explored, Failure, FailureKind, Report, Trace};

use super::choice::Rules;

use super::mapping::{self, NoMap};
use super::outward::{self, Walk};
use super::progress::Progress;
use super::races::{Race, Seen, short};
use super::search::Search;
use super::sentinel::Heartbeat;
use super::session::{Recording, Session, Stop};
use super::settings::{Finding, Settings, Ways};
use super::strategy::{Source, Strategies};
use super::{names, schedule};

/// The maximum number of steps of all schedules together. A test with long schedules gets fewer of them.
const MOST_STEPS_OF_ALL: usize = 50_000_000;

/// The search for every interleaving gives up after this many steps: about a fifth of a second.
const MOST_STEPS_OF_SEARCH: usize = 400_000;

/// It also gives up after this many times the number of schedules asked for.
const SEARCHED_PER_SCHEDULE: u32 = 20;

/// A running exploration.
pub(super) struct Run<'a> {
    pub(super) what: &'a Settings,
    pub(super) body: Arc<dyn Fn() + Send + Sync>,
    pub(super) heartbeat: Arc<Heartbeat>,
    progress: Progress,
    /// Whether the program is known to use cells, so that data races are looked for.
    watches_cells: Cell<bool>,
    /// Whether it used one in a schedule that did not look for them.
    has_unwatched_cell: Cell<bool>,
}

impl<'a> Run<'a> {
    pub(super) fn new(what: &'a Settings, body: Arc<dyn Fn() + Send + Sync>) -> Run<'a> {
        Run {
            what,
            body,
            heartbeat: Arc::default(),
            progress: Progress::new(what.listener),
            watches_cells: Cell::new(false),
            has_unwatched_cell: Cell::new(false),
        }
    }

    /// Calls `explore`, and again, this time looking for data races, if the program turns out to use cells.
    pub(super) fn watching<T>(&self, explore: impl Fn() -> T) -> T {
        let found = explore();
        if !self.has_unwatched_cell.take() {
            return found;
        }
        self.watches_cells.set(true);
        explore()
    }

    pub(super) fn one(&self, choices: &[u32]) -> Finding {
        let session = self.follow(choices.to_vec(), Recording::Steps);
        // This schedule was not sampled here, so no seed leads to it.
        let explored = Explored { budget: 0, ..self.explored(1, Coverage::Sampled) };
        let switches = trace::switches(&session.choices);
        let stop = session.stop.clone();
        let trace = Some(self.trace(*session, explored, switches));
        match stop {
            None => Finding { explored, failure: None, trace },
            Some(stop) => Finding { explored, failure: Some(Box::new(self.failure(&stop, trace))), trace: None },
        }
    }

    pub(super) fn many(&self) -> Finding {
        let mut steps = 0;
        let searched = match self.what.ways {
            Ways::Sample => Err(0),
            Ways::Both | Ways::Search => self.search(&mut steps),
        };
        match (searched, self.what.ways) {
            // All of it is done again.
            (Err(_), _) if self.has_unwatched_cell.get() => {
                Finding { explored: self.explored(0, Coverage::Sampled), failure: None, trace: None }
            }
            (Ok(finding), _) => finding,
            (Err(seen), Ways::Search) => {
                Finding { explored: self.explored(seen, Coverage::Sampled), failure: None, trace: None }
            }
            (Err(seen), Ways::Sample) => self.sample(seen, steps, Coverage::Sampled),
            (Err(seen), Ways::Both) => match self.walk(seen) {
                Ok(finding) => finding,
                Err((walked, coverage)) => self.sample(seen + walked, steps, coverage),
            },
        }
    }

    /// Runs the simplest schedules until the first failure. If none fails, returns their number and coverage.
    fn walk(&self, seen: u32) -> Result<Finding, (u32, Coverage)> {
        let run = |choices, recording| self.follow(choices, recording);
        let Walk { found, runs, complete, .. } = outward::walk(MOST_STEPS_OF_WALK / 10, |_| true, run);
        let coverage = match complete {
            Some((departures, schedules)) if departures > 0 => Coverage::Bounded { departures, schedules },
            _ => Coverage::Sampled,
        };
        let session = found.ok_or((runs, coverage))?;
        let stop = session.stop.clone().ok_or((runs, coverage))?;
        let explored = self.explored(seen + runs, Coverage::Sampled);
        let shown = Explored { budget: 0, ..explored };
        let failure = Some(Box::new(self.show(&stop, session.choices.clone(), &session, shown)));
        Ok(Finding { explored, failure, trace: None })
    }

    /// Runs every interleaving once, until the first failure. If there are too many, returns how many were run.
    fn search(&self, steps: &mut usize) -> Result<Finding, u32> {
        let most = self.what.schedules.saturating_mul(SEARCHED_PER_SCHEDULE);
        let mut search = Box::<Search>::default();
        let (mut runs, mut seen) = (0, 0);
        loop {
            search.begin();
            let mut session = self.schedule(Source::Search(search), Recording::Nothing);
            runs += 1;
            *steps += session.choices.len();
            if self.has_unwatched_cell.get() {
                return Err(seen);
            }
            match &session.stop {
                None => seen += 1,
                Some(Stop::Redundant) => {}
                Some(stop) => {
                    let explored = self.explored(seen + 1, Coverage::Sampled);
                    let failure = self.explain(stop, &session, Explored { budget: 0, ..explored });
                    let failure = Some(Box::new(failure));
                    return Ok(Finding { explored, failure, trace: None });
                }
            }
            search = session.take_search();
            if search.has_diverged() || std::thread::panicking() {
                return Err(seen);
            }
            if !search.end() {
                return Ok(Finding { explored: self.explored(seen, Coverage::Proven), failure: None, trace: None });
            }
            if runs >= most || *steps >= MOST_STEPS_OF_SEARCH {
                return Err(seen);
            }
        }
    }

    /// Runs schedules that the strategies choose, until the first failure. `seen` schedules were run before.
    fn sample(&self, seen: u32, mut steps: usize, coverage: Coverage) -> Finding {
        let mut strategies = Box::new(Strategies::new(self.what.seed));
        self.progress.expect(self.what.schedules);
        let (mut schedules, mut had_a_choice) = (0, false);
        // If a stack could not be fully unwound, this OS thread stays panicking, and nothing can be explored on it.
        while schedules < self.what.schedules
            && steps < MOST_STEPS_OF_ALL
            && !std::thread::panicking()
            && !self.has_unwatched_cell.get()
        {
            strategies.next_schedule();
            let mut session = self.schedule(Source::Sample(strategies), Recording::Nothing);
            schedules += 1;
            steps += session.choices.len();
            had_a_choice |= session.had_a_choice;
            if let Some(stop) = &session.stop {
                let explored = Explored { sampled: schedules, ..self.explored(seen + schedules, Coverage::Sampled) };
                let failure = Some(Box::new(self.explain(stop, &session, explored)));
                return Finding { explored, failure, trace: None };
            }
            let Source::Sample(used) = std::mem::replace(&mut session.source, Source::Follow(Vec::new())) else {
                unreachable!("the schedule was sampled")
            };
            strategies = used;
            strategies.one_worker_has_choices |= schedules == 1 && had_a_choice;
        }
        let explored = Explored { sampled: schedules, ..self.explored(seen + schedules, coverage) };
        Finding { explored, failure: None, trace: None }
    }

    /// Looks for a simpler schedule that fails like this one, and runs it again with recording.
    fn explain(&self, stop: &Stop, failed: &Session, explored: Explored) -> Failure {
        self.show(stop, self.simplest(stop, failed), failed, explored)
    }

    /// The choices of the simplest schedule that ends with `stop`, as `failed` does.
    fn simplest(&self, stop: &Stop, failed: &Session) -> Vec<u32> {
        // A livelock is long by nature, and any schedule that shows it is as good as another.
        if !matches!(stop, Stop::Livelock) {
            let run = |choices, recording| self.follow(choices, recording);
            let walk = outward::walk(MOST_STEPS_OF_WALK, |other| other.is_like(stop), run);
            let is_simpler = |found: &Session| trace::switches(&found.choices) < trace::switches(&failed.choices);
            if let Some(found) = walk.found.filter(|found| is_simpler(found)) {
                return found.choices;
            }
        }
        failed.choices.clone()
    }

    /// Runs the schedule with these choices, which ends with `stop`, again and records it. `failed` is the schedule
    /// that was found first.
    fn show(&self, stop: &Stop, choices: Vec<u32>, failed: &Session, explored: Explored) -> Failure {
        let mut rules = self.what.rules;
        if matches!(stop, Stop::Livelock) {
            rules.steps = rules.steps.min(STEPS_OF_A_RECORDED_LIVELOCK);
        }
        let again = self.schedule_with(rules, Source::Follow(choices), Recording::Steps);
        match again.stop.clone().filter(|other| other.is_like(stop)) {
            // The values in an assertion's message come from the schedule that is shown.
            Some(shown) => {
                if let Some(doing) = &again.doing {
                    eprintln!("{doing}");
                }
                let switches = trace::switches(&failed.choices);
                self.failure(&shown, Some(self.trace(*again, explored, switches)))
            }
            None => {
                let mut failure = self.failure(stop, None);
                let otherwise = match &again.stop {
                    Some(Stop::Unsupported(what)) => format!("\n(What it said then: {what}.)"),
                    Some(Stop::Panic(panic)) => format!("\n(What it said then: {}.)", panic.message),
                    _ => String::new(),
                };
                failure.message = format!("{}\n{NOT_AGAIN}{otherwise}", failure.message);
                failure
            }
        }
    }

    /// Maps the test.
    pub(super) fn map(&self) -> Result<Map, NoMap> {
        let run = |search| {
            let mut session = self.schedule(Source::Search(search), Recording::Steps);
            let search = session.take_search();
            (session, search)
        };
        let report = |session: Box<Session>| {
            let explored = Explored { budget: 0, ..self.explored(1, Coverage::Sampled) };
            let switches = trace::switches(&session.choices);
            let stop = session.stop.clone();
            let trace = Some(self.trace(*session, explored, switches));
            match stop {
                None => Report { trace, ..Report::default() },
                Some(stop) => Report { failure: Some(self.failure(&stop, trace)), ..Report::default() },
            }
        };
        mapping::map(run, report)
    }

    /// Runs one schedule that begins with `choices`.
    fn follow(&self, choices: Vec<u32>, recording: Recording) -> Box<Session> {
        self.schedule(Source::Follow(choices), recording)
    }

    pub(super) fn schedule(&self, source: Source, recording: Recording) -> Box<Session> {
        self.schedule_with(self.what.rules, source, recording)
    }

    fn schedule_with(&self, rules: Rules, source: Source, recording: Recording) -> Box<Session> {
        let session = Session::new(source, rules, recording, Arc::clone(&self.heartbeat));
        let session = if self.watches_cells.get() { session.watch_cells() } else { session };
        let body = Arc::clone(&self.body);
        let session = schedule::run(session, move || body());
        self.has_unwatched_cell.set(self.has_unwatched_cell.get() || session.has_unwatched_cell);
        self.progress.advance();
        session
    }

    fn explored(&self, schedules: u32, coverage: Coverage) -> Explored {
        Explored { schedules, budget: self.what.schedules, seed: self.what.seed, sampled: 0, coverage }
    }

    fn trace(&self, session: Session, explored: Explored, found_switches: u32) -> Trace {
        Trace {
            schedule: explored.schedules,
            budget: explored.budget,
            seed: explored.seed,
            tasks: session.actors_left,
            objects: names::name_all(&session.objects, &session.steps, &self.what.manifest_dir),
            lines: names::quote_all(&session.steps, &self.what.manifest_dir),
            steps: session.steps,
            ends: session.ends,
            choices: session.choices,
            points: session.points,
            found_switches,
        }
    }

    fn failure(&self, stop: &Stop, trace: Option<Trace>) -> Failure {
        let (kind, message, place) = match stop {
            Stop::Panic(panic) => return panic.failure(trace),
            Stop::Deadlock => {
                (FailureKind::Deadlock, "every thread and task is waiting, and none can be woken".to_owned(), None)
            }
            Stop::Livelock => (FailureKind::Livelock, LIVELOCK.to_owned(), None),
            Stop::Unsupported(what) => (FailureKind::Unsupported, what.clone(), None),
            Stop::Race(race) => (FailureKind::DataRace, in_words(race, trace.as_ref()), None),
            Stop::Redundant => unreachable!("a schedule that was cut short is no failure"),
        };
        Failure { kind, message, place, trace }
    }
}

/// `thread 1 accesses \`value\` at lib.rs:31, …`
fn in_words(race: &Race, trace: Option<&Trace>) -> String {
    let cell = trace.and_then(|trace| trace.objects.get(race.object)).map_or("a cell", |object| &object.name);
    let who = |seen: &Seen| trace.and_then(|trace| trace.tasks.get(seen.actor)).map_or("a thread", |task| &task.name);
    let why = race.blame.map_or_else(String::new, |blame| format!(": {blame}"));
    format!(
        "{} accesses `{cell}` at {}, and nothing orders that after the access at {} by {}{why}",
        who(&race.second),
        short(race.second.place),
        short(race.first.place),
        who(&race.first),
    )
}

/// A failure that needs more than two or three unlikely switches is shown as it was found. About 0.3 s.
const MOST_STEPS_OF_WALK: usize = 300_000;

const LIVELOCK: &str = "the threads only try again and again: none makes progress, although each gets its turn";

/// A livelock repeats itself, so a short recording shows as much.
const STEPS_OF_A_RECORDED_LIVELOCK: usize = 400;

const NOT_AGAIN: &str = "(Run again under the same schedule it did not fail: the test depends on something besides the \
                         schedule, such as a hash map's order, an address, or a `static` that keeps its value.)";
