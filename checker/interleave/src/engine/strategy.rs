//! Chooses which thread runs next: by a search, a list of choices, or a portfolio of strategies, because no single
//! strategy finds everything.
//!
//! The portfolio assigns schedules in turn to
//!
//! - uniformly random choices;
//! - turns: one step each, with few exceptions, for orders in which tasks alternate;
//! - PCT: random priorities that change at a few random steps ("A randomized scheduler with probabilistic
//!   guarantees of finding bugs", Burckhardt et al., ASPLOS 2010), which finds bugs of few preemptions in
//!   long tests;
//! - uniform random walks, spread evenly: choices weighted by how many steps each task has left ("Selectively uniform
//!   concurrency testing", Zhao et al., ASPLOS 2025), which do not starve the orders in which a long task
//!   comes last.
//!
//! Written here instead of taken from shuttle, because shuttle's versions assume that they see every task from the
//! start, and panic where a test offers no choice. The same seed makes the same choices.

use super::choice::{CLOCK_SLOT, Candidate, Reason};
use super::search::Search;
use crate::random::Random;

/// Priority changes per schedule, one entry drawn at random. Most known bugs need one or two.
const PCT_CHANGES: [usize; 4] = [1, 2, 2, 3];

/// How many turns the tasks take, on average, before one is chosen at random.
const TURNS_BEFORE_ONE_IS_MISSED: usize = 16;

/// The source of a schedule's choices.
#[derive(Debug)]
pub(crate) enum Source {
    /// The search for every interleaving.
    Search(Box<Search>),
    /// The strategies.
    Sample(Box<Strategies>),
    /// A list. Where it ends, and where its next choice is impossible because the program has changed, each thread runs
    /// for as long as it can.
    Follow(Vec<u32>),
}

impl Source {
    /// Whether the source must also be asked when there is only one candidate.
    pub(crate) fn counts_all(&self) -> bool {
        !matches!(self, Source::Sample(_))
    }

    /// The search, if this is one.
    #[inline]
    pub(crate) fn search(&mut self) -> Option<&mut Search> {
        match self {
            Source::Search(search) => Some(search),
            Source::Sample(_) | Source::Follow(_) => None,
        }
    }

    /// Takes note of a step that had only one candidate.
    pub(crate) fn see_only(&mut self, slot: usize, parent: Option<usize>) {
        if let Source::Sample(strategies) = self {
            strategies.see_only(Candidate { slot, parent, choice: 0 });
        }
    }

    /// Returns the slot of one of `candidates`, of which there is at least one, for choice number `at` of the schedule.
    /// `runs` is the slot of the running thread if it can continue; `objects` is how many objects the schedule has
    /// seen. Returns `None` if everything that can follow has been seen.
    pub(crate) fn choose(
        &mut self,
        candidates: impl Iterator<Item = Candidate>,
        at: usize,
        runs: Option<usize>,
        reason: Reason,
        objects: usize,
    ) -> Option<usize> {
        Some(match self {
            Source::Search(search) => return search.choose(candidates, runs, reason, objects),
            Source::Sample(strategies) => strategies.choose(candidates, runs, reason),
            Source::Follow(choices) => {
                let candidates: Vec<Candidate> = candidates.collect();
                let wanted = choices.get(at);
                let listed = candidates.iter().find(|candidate| Some(&candidate.choice) == wanted);
                listed.map_or_else(|| stay_on(&candidates, runs, reason), |candidate| candidate.slot)
            }
        })
    }

    /// Which executor async tasks run on: 0 for one worker, 1 for a thread per task. The first schedule tries the one
    /// worker; if it has any choices, every fourth schedule uses it again.
    pub(crate) fn executor(&mut self, at: usize) -> usize {
        match self {
            Source::Search(search) => search.branch(2),
            Source::Sample(strategies) => match strategies.schedule {
                1 => 0,
                n => usize::from(!(strategies.one_worker_has_choices && n.is_multiple_of(4))),
            },
            Source::Follow(_) => self.branch(2, at),
        }
    }

    /// Returns one of `alternatives`, for choice number `at` of the schedule.
    pub(crate) fn branch(&mut self, alternatives: usize, at: usize) -> usize {
        match self {
            Source::Search(search) => search.branch(alternatives),
            Source::Sample(strategies) => strategies.random.below(alternatives),
            Source::Follow(choices) => {
                let listed = choices.get(at).and_then(|choice| trace::as_branch(*choice));
                listed.map(|branch| branch as usize).filter(|branch| *branch < alternatives).unwrap_or(0)
            }
        }
    }
}

/// The running thread if it can continue and does not yield, else the next one after it. Never the clock.
fn stay_on(candidates: &[Candidate], runs: Option<usize>, reason: Reason) -> usize {
    let slots = || candidates.iter().map(|candidate| candidate.slot).filter(|slot| *slot != CLOCK_SLOT);
    let same = runs.filter(|_| reason != Reason::Yield).and_then(|runs| slots().find(|slot| *slot == runs));
    let next = slots().find(|slot| runs.is_some_and(|runs| *slot > runs));
    same.or(next).or_else(|| slots().next()).expect("there is a thread that can run")
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Random,
    Priorities,
    Walk,
    Turns,
}

/// The strategies of the schedules in a round.
const ROUND: [Kind; 8] =
    [Kind::Random, Kind::Priorities, Kind::Walk, Kind::Turns, Kind::Walk, Kind::Priorities, Kind::Walk, Kind::Walk];

/// Makes the choices of one exploration.
#[derive(Debug)]
pub(crate) struct Strategies {
    /// Kept between choices, so that a choice does not allocate.
    candidates: Vec<Candidate>,
    seed: u64,
    /// The number of the schedule, counted from 1.
    schedule: u64,
    /// Whether schedules on one worker differ.
    pub(crate) one_worker_has_choices: bool,
    kind: Kind,
    random: Random,
    priorities: Priorities,
    walk: Walk,
}

impl Strategies {
    pub(crate) fn new(seed: u64) -> Self {
        Strategies {
            candidates: Vec::new(),
            seed,
            schedule: 0,
            one_worker_has_choices: false,
            kind: Kind::Random,
            random: Random(seed),
            priorities: Priorities::default(),
            walk: Walk::default(),
        }
    }

    /// Moves on to the next schedule.
    pub(crate) fn next_schedule(&mut self) {
        self.kind = ROUND[(self.schedule % ROUND.len() as u64) as usize];
        self.schedule += 1;
        self.random = Random(Random(self.seed).next() ^ self.schedule.rotate_left(32));
        self.priorities.next_schedule(&mut self.random);
        self.walk.next_schedule();
    }

    /// Takes note of a step that had only one candidate.
    fn see_only(&mut self, candidate: Candidate) {
        self.walk.see(&[candidate]);
        self.priorities.see(&[candidate], &mut self.random);
        self.walk.count(candidate.slot);
    }

    /// Returns the slot of one of `candidates`, of which there is at least one, ordered by slot.
    fn choose(&mut self, candidates: impl Iterator<Item = Candidate>, runs: Option<usize>, reason: Reason) -> usize {
        self.candidates.clear();
        self.candidates.extend(candidates);
        let candidates = &self.candidates;
        self.walk.see(candidates);
        self.priorities.see(candidates, &mut self.random);
        let slot = match self.kind {
            Kind::Random => candidates[self.random.below(candidates.len())].slot,
            Kind::Priorities => self.priorities.choose(candidates, runs, reason),
            Kind::Walk => self.walk.choose(candidates, &mut self.random),
            Kind::Turns if self.random.below(TURNS_BEFORE_ONE_IS_MISSED) > 0 => {
                let next = runs.and_then(|runs| candidates.iter().find(|candidate| candidate.slot > runs));
                next.unwrap_or(&candidates[0]).slot
            }
            Kind::Turns => candidates[self.random.below(candidates.len())].slot,
        };
        self.walk.count(slot);
        slot
    }
}

/// PCT. The task with the highest priority runs; at a change point the running one gets the lowest priority.
#[derive(Debug, Default)]
struct Priorities {
    /// Priorities by slot. The highest runs first.
    of: Vec<i64>,
    lowest: i64,
    changes: Vec<usize>,
    step: usize,
    /// The length of the longest schedule so far, from which the change points are drawn.
    longest: usize,
}

impl Priorities {
    fn next_schedule(&mut self, random: &mut Random) {
        self.longest = self.longest.max(self.step);
        let longest = self.longest.max(1);
        let changes = PCT_CHANGES[random.below(PCT_CHANGES.len())];
        self.changes = (0..changes).map(|_| 1 + random.below(longest)).collect();
        self.of.clear();
        (self.lowest, self.step) = (0, 0);
    }

    fn see(&mut self, candidates: &[Candidate], random: &mut Random) {
        for candidate in candidates {
            while self.of.len() <= candidate.slot {
                self.of.push(1 + (random.next() >> 2) as i64);
            }
        }
        // With one candidate, a change of priority would have no effect.
        self.step += usize::from(candidates.len() > 1);
    }

    fn choose(&mut self, candidates: &[Candidate], runs: Option<usize>, reason: Reason) -> usize {
        if let Some(runs) = runs
            && (reason == Reason::Yield || self.changes.contains(&self.step))
            && let Some(priority) = self.of.get_mut(runs)
        {
            self.lowest -= 1;
            *priority = self.lowest;
        }
        candidates.iter().map(|candidate| candidate.slot).max_by_key(|id| self.of[*id]).expect("there is a candidate")
    }
}

/// A walk that takes every schedule with about the same probability: it chooses a task in proportion to the steps left
/// to it and to the tasks that it has yet to spawn.
#[derive(Debug, Default)]
struct Walk {
    /// By slot: how many steps the task took in the previous schedule, and its parent.
    expected: Vec<(u64, Option<usize>)>,
    taken: Vec<(u64, Option<usize>)>,
    /// A hash of the choices of this schedule so far.
    prefix: u64,
    /// How often walks went each way, indexed by a hash of the choices so far and the next choice. Two ways that share
    /// an entry are taken a little less often.
    visits: Vec<u16>,
    /// Kept between choices, so that a choice does not allocate.
    ways: Vec<Way>,
}

impl Walk {
    fn next_schedule(&mut self) {
        if !self.taken.is_empty() {
            std::mem::swap(&mut self.expected, &mut self.taken);
        }
        self.taken.clear();
        self.prefix = 0;
    }

    fn see(&mut self, candidates: &[Candidate]) {
        for candidate in candidates {
            if self.taken.len() <= candidate.slot {
                self.taken.resize(candidate.slot + 1, (0, None));
            }
            self.taken[candidate.slot].1 = candidate.parent;
        }
    }

    fn count(&mut self, choice: usize) {
        self.taken[choice].0 += 1;
    }

    fn left(&self, id: usize) -> u64 {
        let own = self.expected.get(id).map_or(1, |(steps, _)| *steps);
        let unborn = self.expected.iter().enumerate().skip(self.taken.len());
        let children: u64 = unborn.filter(|(_, (_, parent))| *parent == Some(id)).map(|(_, (steps, _))| steps).sum();
        (own + children).saturating_sub(self.taken[id].0).max(1)
    }

    /// Chooses a task in proportion to its steps left. Ways that earlier walks took more often than that are left out.
    fn choose(&mut self, candidates: &[Candidate], random: &mut Random) -> usize {
        if self.visits.is_empty() {
            self.visits.resize(MOST_VISITS, 0);
        }
        self.ways.clear();
        let (mut total, mut walks) = (0, 0);
        for candidate in candidates {
            let hash = Random(self.prefix ^ (candidate.slot as u64 + 1).rotate_left(40)).next();
            let left = self.left(candidate.slot) as i64;
            let visits = i64::from(self.visits[hash as usize % MOST_VISITS]);
            (total, walks) = (total + left, walks + visits);
            self.ways.push(Way { slot: candidate.slot, hash, left, visits });
        }
        let due = |way: &Way| (way.left * (walks + 1) - way.visits * total).max(0) as u64;
        let mut at = random.next() % self.ways.iter().map(due).sum::<u64>();
        for way in &self.ways {
            if at < due(way) {
                self.prefix = way.hash;
                let visits = &mut self.visits[way.hash as usize % MOST_VISITS];
                *visits = visits.saturating_add(1);
                return way.slot;
            }
            at -= due(way);
        }
        unreachable!("the weights add up to the total")
    }
}

/// A choice that a walk can make.
#[derive(Debug)]
struct Way {
    slot: usize,
    hash: u64,
    /// How many steps are left to the task and to those that it has yet to spawn.
    left: i64,
    visits: i64,
}

/// Enough for most walks of a thousand schedules, and small enough for the caches of a processor.
const MOST_VISITS: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs two tasks of `steps` steps each and returns the orders seen in `schedules` schedules.
    fn orders(seed: u64, steps: usize, schedules: usize) -> Vec<String> {
        let mut strategies = Strategies::new(seed);
        (0..schedules)
            .map(|_| {
                strategies.next_schedule();
                let mut left = [steps, steps];
                let mut order = String::new();
                let mut current = None;
                while left != [0, 0] {
                    let candidates =
                        (0..2).filter(|slot| left[*slot] > 0).map(|slot| Candidate { slot, parent: None, choice: 0 });
                    let choice = strategies.choose(candidates, current, Reason::Point);
                    left[choice] -= 1;
                    current = Some(choice);
                    order.push(if choice == 0 { 'a' } else { 'b' });
                }
                order
            })
            .collect()
    }

    #[test]
    fn the_same_seed_makes_the_same_choices() {
        assert_eq!(orders(7, 5, 30), orders(7, 5, 30));
        assert_ne!(orders(7, 5, 30), orders(8, 5, 30));
    }

    #[test]
    fn every_order_of_two_tasks_of_three_steps_is_seen() {
        let mut seen = orders(1, 3, 80);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 20, "6 choose 3");
    }
}
