//! Which task runs next: a portfolio of strategies, because no single one finds everything.
//!
//! Schedules are dealt out in turn to
//!
//! - uniformly random choices;
//! - PCT: random priorities that change at a few random steps ("A randomized scheduler with probabilistic
//!   guarantees of finding bugs", Burckhardt et al., ASPLOS 2010), which finds bugs of few preemptions in
//!   long tests;
//! - uniform random walks: choices weighted by how many steps each task has left ("Selectively uniform
//!   concurrency testing", Zhao et al., ASPLOS 2025), which do not starve the orders in which a long task
//!   comes last.
//!
//! Written here and not taken from shuttle because its versions assume that they see every task from the
//! first on, and panic where a test has no choice to offer. The same seed makes the same choices.

/// Changes of priority per schedule. Most known bugs need one or two.
const PCT_CHANGES: usize = 2;

/// A task that could run now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) id: usize,
    pub(crate) parent: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Random,
    Priorities,
    Walk,
}

/// Makes the choices of one exploration.
#[derive(Debug)]
pub(crate) struct Strategies {
    seed: u64,
    schedule: u64,
    kind: Kind,
    random: Random,
    priorities: Priorities,
    walk: Walk,
}

impl Strategies {
    pub(crate) fn new(seed: u64) -> Self {
        Strategies {
            seed,
            schedule: 0,
            kind: Kind::Random,
            random: Random(seed),
            priorities: Priorities::default(),
            walk: Walk::default(),
        }
    }

    /// Goes on to the next schedule.
    pub(crate) fn next_schedule(&mut self) {
        self.kind = [Kind::Random, Kind::Priorities, Kind::Walk][(self.schedule % 3) as usize];
        self.schedule += 1;
        self.random = Random(Random(self.seed).next() ^ self.schedule.rotate_left(32));
        self.priorities.next_schedule(&mut self.random);
        self.walk.next_schedule();
    }

    /// Chooses one of `candidates`, of which there is at least one, in the order of their ids.
    pub(crate) fn choose(&mut self, candidates: &[Candidate], current: Option<usize>, yielding: bool) -> usize {
        self.walk.see(candidates);
        self.priorities.see(candidates, &mut self.random);
        let choice = match self.kind {
            Kind::Random => candidates[self.random.below(candidates.len())].id,
            Kind::Priorities => self.priorities.choose(candidates, current, yielding),
            Kind::Walk => self.walk.choose(candidates, &mut self.random),
        };
        self.walk.count(choice);
        choice
    }

    /// A number for code under test that asks for chance.
    pub(crate) fn number(&mut self) -> u64 {
        self.random.next()
    }
}

/// PCT. The task with the highest priority runs; at the change points the running one falls to the bottom.
#[derive(Debug, Default)]
struct Priorities {
    /// By task id. Higher runs first.
    of: Vec<i64>,
    lowest: i64,
    changes: Vec<usize>,
    step: usize,
    /// The longest schedule so far, from which the change points are drawn.
    longest: usize,
}

impl Priorities {
    fn next_schedule(&mut self, random: &mut Random) {
        self.longest = self.longest.max(self.step);
        let longest = self.longest.max(1);
        self.changes = (0..PCT_CHANGES).map(|_| 1 + random.below(longest)).collect();
        self.of.clear();
        (self.lowest, self.step) = (0, 0);
    }

    fn see(&mut self, candidates: &[Candidate], random: &mut Random) {
        for candidate in candidates {
            while self.of.len() <= candidate.id {
                self.of.push(1 + (random.next() >> 2) as i64);
            }
        }
        // Where there is nothing to choose, a change would change nothing.
        self.step += usize::from(candidates.len() > 1);
    }

    fn choose(&mut self, candidates: &[Candidate], current: Option<usize>, yielding: bool) -> usize {
        if let Some(current) = current
            && (yielding || self.changes.contains(&self.step))
            && let Some(priority) = self.of.get_mut(current)
        {
            self.lowest -= 1;
            *priority = self.lowest;
        }
        candidates.iter().map(|candidate| candidate.id).max_by_key(|id| self.of[*id]).expect("there is a candidate")
    }
}

/// A walk that takes every schedule with about the same probability: a task is chosen in proportion to the
/// steps that it, and what it is still to spawn, has left.
#[derive(Debug, Default)]
struct Walk {
    /// How many steps each task took in the schedule before, and whose child it was.
    expected: Vec<(u64, Option<usize>)>,
    taken: Vec<(u64, Option<usize>)>,
}

impl Walk {
    fn next_schedule(&mut self) {
        if !self.taken.is_empty() {
            std::mem::swap(&mut self.expected, &mut self.taken);
        }
        self.taken.clear();
    }

    fn see(&mut self, candidates: &[Candidate]) {
        for candidate in candidates {
            if self.taken.len() <= candidate.id {
                self.taken.resize(candidate.id + 1, (0, None));
            }
            self.taken[candidate.id].1 = candidate.parent;
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

    fn choose(&self, candidates: &[Candidate], random: &mut Random) -> usize {
        let total: u64 = candidates.iter().map(|candidate| self.left(candidate.id)).sum();
        let mut at = random.next() % total;
        for candidate in candidates {
            let left = self.left(candidate.id);
            if at < left {
                return candidate.id;
            }
            at -= left;
        }
        unreachable!("the weights add up to the total")
    }
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014): small,
/// and good enough to pick from a handful of tasks.
#[derive(Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays two tasks of `steps` steps each and returns the orders that were seen in `schedules` schedules.
    fn orders(seed: u64, steps: usize, schedules: usize) -> Vec<String> {
        let mut strategies = Strategies::new(seed);
        (0..schedules)
            .map(|_| {
                strategies.next_schedule();
                let mut left = [steps, steps];
                let mut order = String::new();
                let mut current = None;
                while left != [0, 0] {
                    let candidates: Vec<Candidate> =
                        (0..2).filter(|id| left[*id] > 0).map(|id| Candidate { id, parent: None }).collect();
                    let choice = strategies.choose(&candidates, current, false);
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
        let mut seen = orders(1, 3, 300);
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 20, "6 choose 3");
    }
}
