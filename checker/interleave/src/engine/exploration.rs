//! Explores a test: runs many schedules, reports the first failure and the simplest schedule that shows it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use trace::map::Map;

use super::choice::{Deadlines, Rules, Wakes};
use super::hook::install_panic_hook;
use super::overflow;
use super::progress::Listener;
use super::run::Run;
use super::search::{Reduction, Search};
use super::sentinel::Sentinel;
use super::session::{Recording, Stop};
use super::settings::{Finding, Settings, Ways};
use super::strategy::Source;

/// The default limit: after this many steps a schedule continues under a fair scheduler, and after fifty times as many
/// it is a livelock. It is also a livelock once every runnable thread has yielded this many times without any wake-up.
pub const MOST_STEPS: usize = 20_000;

/// The settings of an exploration.
///
/// ```ignore
/// let finding = Exploration::new(env!("CARGO_MANIFEST_DIR")).schedules(5_000).run(|| …);
/// assert!(finding.failure.is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Exploration {
    settings: Settings,
}

impl Exploration {
    /// Explores 1,000 schedules with seed 1. The source files that locations name are in, below or above
    /// `manifest_dir`.
    pub fn new(manifest_dir: impl AsRef<Path>) -> Self {
        Exploration {
            settings: Settings {
                schedules: crate::DEFAULT_SCHEDULES,
                seed: 1,
                replay: None,
                manifest_dir: manifest_dir.as_ref().to_owned(),
                rules: Rules { steps: MOST_STEPS, deadlines: Deadlines::Exact, wakes: Wakes::Caused },
                ways: Ways::Both,
                listener: None,
            },
        }
    }

    /// Sets the maximum number of schedules. A test without any choice has only one.
    #[must_use]
    pub fn schedules(mut self, schedules: u32) -> Self {
        self.settings.schedules = schedules;
        self
    }

    /// Sets the seed. The same seed explores the same schedules.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Runs only the schedule with these choices.
    #[must_use]
    pub fn replay(mut self, choices: Vec<u32>) -> Self {
        self.settings.replay = Some(choices);
        self
    }

    /// Sets after how many steps a schedule continues under a fair scheduler; at least one.
    #[must_use]
    pub fn steps(mut self, steps: usize) -> Self {
        self.settings.rules.steps = steps.max(1);
        self
    }

    /// Sets when deadlines may expire.
    #[must_use]
    pub fn deadlines(mut self, deadlines: Deadlines) -> Self {
        self.settings.rules.deadlines = deadlines;
        self
    }

    /// Sets when waiting threads wake up.
    #[must_use]
    pub fn wakes(mut self, wakes: Wakes) -> Self {
        self.settings.rules.wakes = wakes;
        self
    }

    /// Sets what is told now and then how far the exploration is.
    #[must_use]
    pub fn listener(mut self, listener: Listener) -> Self {
        self.settings.listener = Some(listener);
        self
    }

    /// Skips the search, to compare both ways of choosing schedules.
    #[doc(hidden)]
    #[must_use]
    pub fn sampled_only(mut self) -> Self {
        self.settings.ways = Ways::Sample;
        self
    }

    /// Ends when the search gives up, without sampling.
    #[doc(hidden)]
    #[must_use]
    pub fn searched_only(mut self) -> Self {
        self.settings.ways = Ways::Search;
        self
    }

    /// Runs every interleaving of `body` and returns how many there were and how they ended: with the return value of
    /// `body`, or with a failure. Returns `None` after `most` schedules. Used to compare the search with and without
    /// its reduction.
    #[doc(hidden)]
    pub fn endings(
        &self,
        reduction: Reduction,
        most: usize,
        body: impl Fn() -> String + Send + Sync + 'static,
    ) -> Option<(usize, BTreeSet<String>)> {
        install_panic_hook();
        let returned = Arc::new(Mutex::new(String::new()));
        let returns = Arc::clone(&returned);
        let body = move || {
            let state = body();
            *returns.lock().unwrap_or_else(PoisonError::into_inner) = state;
        };
        let run = Run::new(&self.settings, Arc::new(body));
        let mut search = Box::new(Search::new(reduction));
        let (mut runs, mut endings) = (0, BTreeSet::new());
        loop {
            search.begin();
            let mut session = run.schedule(Source::Search(search), Recording::Nothing);
            runs += 1;
            endings.extend(match &session.stop {
                None => Some(returned.lock().unwrap_or_else(PoisonError::into_inner).clone()),
                Some(Stop::Redundant) => None,
                Some(Stop::Panic(panic)) => Some(format!("panic: {}", panic.message)),
                Some(stop) => Some(format!("{stop:?}")),
            });
            search = session.take_search();
            assert!(!search.has_diverged(), "the same schedule was run in two ways");
            if !search.end() {
                return Some((runs, endings));
            }
            if runs == most {
                return None;
            }
        }
    }

    /// Maps every interleaving of `body`. Returns `None` if the order of its steps depends on something that the
    /// scheduler cannot see, such as how often a thread reads the clock.
    pub fn map(&self, body: impl Fn() + Send + Sync + 'static) -> Option<Map> {
        install_panic_hook();
        overflow::install();
        let run = Run::new(&self.settings, Arc::new(body));
        let _sentinel = Sentinel::start(&run.heartbeat);
        run.watching(|| run.map()).ok()
    }

    /// Runs `body` under many interleavings, until the first failure.
    ///
    /// `body` runs once per schedule, from scratch, so it must create all of its state. All threads run on the calling
    /// OS thread.
    pub fn run(&self, body: impl Fn() + Send + Sync + 'static) -> Finding {
        install_panic_hook();
        overflow::install();
        let run = Run::new(&self.settings, Arc::new(body));
        let _sentinel = Sentinel::start(&run.heartbeat);
        match &self.settings.replay {
            Some(choices) => run.watching(|| run.one(choices)),
            None => run.watching(|| run.many()),
        }
    }
}
