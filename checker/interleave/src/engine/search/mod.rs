//! Runs every interleaving of a test once, up to the order of independent steps.
//!
//! Source sets with sleep sets (Abdulla, Aronis, Jonsson, Sagonas: "Source sets: a foundation for optimal dynamic
//! partial order reduction", JACM 2017). A step is what a thread does between two scheduling points; afterwards it is
//! known which objects the step touched. Two steps are dependent if they touch the same object and one of them may
//! change it. After each schedule, every pair of dependent steps that could have come in the other order adds a thread
//! to try to the choice before the first of them. A thread that was tried sleeps until a step dependent on its own has
//! been made.

mod order;
mod tree;

pub(crate) use order::hash;
pub(crate) use tree::Taken;
use tree::{Node, Step, Threads, depend, merge};

use self::order::{Enabling, Order};
use super::choice::{Access, CLOCK_SLOT, Candidate, Reason};

/// The key of an object in steps.
pub(crate) type Key = u64;

/// Objects are numbered below this; other things that steps touch have keys above it.
pub(crate) const MOST_OBJECTS: Key = 1 << 32;

/// Conflicts with every key: for an effect of a step that no object stands for.
pub(crate) const EVERYTHING: Key = Key::MAX;

/// The objects that a step touches.
pub(crate) type Touched = Vec<(Key, Access)>;

/// The tree of choices seen so far: the branch taken last, and the alternatives left to try along it.
#[derive(Debug, Default)]
pub(crate) struct Search {
    nodes: Vec<Node>,
    steps: Vec<Step>,
    /// The last step of the running schedule has not ended.
    is_open: bool,
    /// Time has moved since the last step began.
    time_moved: bool,
    /// By slot: the step that let this thread continue.
    enabled_by: Vec<Option<usize>>,
    /// By slot: what a waiting thread touched, and touches again when it continues.
    waits_for: Vec<Touched>,
    reduction: Reduction,
    /// How many objects there were when the running step began.
    objects: Key,
    /// How many choices this schedule has made so far.
    at: usize,
    /// The program offered other choices than before although it was run in the same way, or it does something whose
    /// order the search does not know.
    diverged: bool,
}

/// Whether independent steps are run in one order only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// Yes, as in every exploration.
    #[default]
    Yes,
    /// No, every order is run, for comparison.
    No,
}

impl Search {
    /// A search whose next schedule begins with these choices. It does not know what was tried elsewhere.
    pub(crate) fn along(choices: Vec<Taken>) -> Self {
        let node = |taken| match taken {
            Taken::Branch { of, chosen } => Node::Branch { chosen, of },
            Taken::Thread { enabled, chosen } => Node::Threads(Threads {
                enabled,
                chosen,
                touched: Vec::new(),
                done: Vec::new(),
                backtrack: Vec::new(),
                sleep: Vec::new(),
            }),
        };
        Search { nodes: choices.into_iter().map(node).collect(), ..Search::default() }
    }

    /// The choices of the last schedule.
    pub(crate) fn taken(&self) -> Vec<Taken> {
        let taken = |node: &Node| match node {
            Node::Branch { chosen, of } => Taken::Branch { of: *of, chosen: *chosen },
            Node::Threads(node) => Taken::Thread { enabled: node.enabled.clone(), chosen: node.chosen },
        };
        self.nodes[..self.at].iter().map(taken).collect()
    }

    /// A number for each state of the last schedule: before its first choice, before its second, …, and at its end.
    /// States shared by equivalent schedules have the same number (up to a collision of 64-bit hashes).
    pub(crate) fn states(&self) -> Vec<u64> {
        order::states(&self.steps, &self.taken())
    }

    pub(crate) fn new(reduction: Reduction) -> Self {
        Search { reduction, ..Search::default() }
    }

    /// Begins the next schedule.
    pub(crate) fn begin(&mut self) {
        self.steps.clear();
        self.enabled_by.clear();
        self.waits_for.clear();
        (self.is_open, self.time_moved, self.at) = (false, false, 0);
    }

    /// Whether the program behaved differently although it was run in the same way, so that nothing is proven.
    pub(crate) fn has_diverged(&self) -> bool {
        self.diverged
    }

    /// Records that the order of events depends on more than the objects that steps touch, so that nothing is proven.
    pub(crate) fn lose_track(&mut self) {
        self.diverged = true;
    }

    /// Records that the running step touched an object.
    pub(crate) fn touch(&mut self, key: Key, access: Access) {
        let Some(step) = self.steps.last_mut().filter(|_| self.is_open) else { return };
        match step.touched.iter_mut().find(|(other, _)| *other == key) {
            Some((_, before)) if access == Access::Write => *before = access,
            Some(_) => {}
            None => step.touched.push((key, access)),
        }
    }

    /// Records that the running step let the thread in `slot` continue.
    pub(crate) fn enable(&mut self, slot: usize) {
        let by = self.steps.len().checked_sub(1);
        if self.enabled_by.len() <= slot {
            self.enabled_by.resize(slot + 1, None);
        }
        self.enabled_by[slot] = self.enabled_by[slot].or(by);
    }

    /// The number of the running step, for [`follow`](Self::follow).
    pub(crate) fn mark(&self) -> Option<usize> {
        self.steps.len().checked_sub(1)
    }

    /// Records that the running step had to come after the step `mark`, so that the other order need not be tried.
    pub(crate) fn follow(&mut self, mark: usize) {
        if let Some(step) = self.steps.last_mut() {
            step.after.push(mark);
        }
    }

    /// Moves time, after all steps so far and before all that follow.
    pub(crate) fn move_time(&mut self) {
        self.time_moved = true;
    }

    /// Ends the running step.
    fn close(&mut self, reason: Reason) {
        if std::mem::take(&mut self.is_open)
            && let Some(step) = self.steps.last_mut()
            && let Some(Node::Threads(node)) = self.nodes.get_mut(step.node)
        {
            // An object first seen in this step may have another number in another schedule.
            let known = |(key, access): &(Key, Access)| {
                let is_new = (self.objects..MOST_OBJECTS).contains(key);
                (if is_new { EVERYTHING } else { *key }, *access)
            };
            let touched: Touched = step.touched.iter().map(known).collect();
            merge(&mut node.touched, &touched);
            step.blocks = reason == Reason::Block;
            if reason == Reason::Block {
                // It continues with what it waits for.
                if self.waits_for.len() <= step.slot {
                    self.waits_for.resize(step.slot + 1, Vec::new());
                }
                self.waits_for[step.slot].clone_from(&step.touched);
            }
        }
    }

    /// The slot of the thread to run next; `None` if everything that can follow has been seen.
    pub(crate) fn choose(
        &mut self,
        candidates: impl Iterator<Item = Candidate>,
        runs: Option<usize>,
        reason: Reason,
        objects: usize,
    ) -> Option<usize> {
        self.close(reason);
        self.objects = objects as Key;
        let enabled: Vec<usize> = candidates.map(|candidate| candidate.slot).collect();
        let at = self.at;
        self.at += 1;
        let chosen = match self.nodes.get(at) {
            Some(Node::Threads(node)) if node.enabled == enabled => node.chosen,
            Some(_) => {
                // From here on, the program is unknown.
                self.diverged = true;
                self.nodes.truncate(at);
                self.add(enabled, runs, reason)?
            }
            None => self.add(enabled, runs, reason)?,
        };
        let enabled_by = self.enabled_by.get_mut(chosen).and_then(Option::take);
        let after_time = std::mem::take(&mut self.time_moved);
        let touched = match self.waits_for.get_mut(chosen) {
            _ if chosen == CLOCK_SLOT || self.reduction == Reduction::No => vec![(EVERYTHING, Access::Write)],
            Some(touched) => std::mem::take(touched),
            None => Vec::new(),
        };
        let own = self.steps.iter().rev().find(|step| step.slot == chosen);
        let resumes = own.is_some_and(|step| step.blocks);
        self.steps.push(Step {
            node: at,
            slot: chosen,
            touched,
            enabled_by,
            after: Vec::new(),
            after_time,
            resumes,
            blocks: false,
        });
        self.is_open = true;
        Some(chosen)
    }

    fn add(&mut self, enabled: Vec<usize>, runs: Option<usize>, reason: Reason) -> Option<usize> {
        let sleep = self.sleep_after_last();
        let awake = |slot: &usize| sleep.iter().all(|(other, _)| other != slot);
        let threads = || enabled.iter().copied().filter(|slot| *slot != CLOCK_SLOT);
        let same = runs.filter(|_| reason != Reason::Yield).filter(|runs| enabled.contains(runs) && awake(runs));
        let next = threads().filter(awake).find(|slot| runs.is_some_and(|runs| *slot > runs));
        let any = threads().find(awake).or_else(|| enabled.iter().copied().find(awake));
        let chosen = same.or(next).or(any)?;
        // When time passes early, any thread may act differently next, and no step shows that.
        let time_may_pass = chosen != CLOCK_SLOT && enabled.contains(&CLOCK_SLOT);
        let backtrack = if time_may_pass { vec![CLOCK_SLOT] } else { Vec::new() };
        self.nodes.push(Node::Threads(Threads {
            enabled,
            chosen,
            touched: Vec::new(),
            done: Vec::new(),
            backtrack,
            sleep,
        }));
        Some(chosen)
    }

    /// The sleep set after the last step: threads already asleep or tried there whose next step is independent of it.
    fn sleep_after_last(&self) -> Vec<(usize, Touched)> {
        let Some(step) = self.steps.last() else { return Vec::new() };
        let Some(Node::Threads(node)) = self.nodes.get(step.node) else { return Vec::new() };
        let sleeps = node.sleep.iter().chain(&node.done);
        let sleeps = sleeps.filter(|(slot, touched)| *slot != step.slot && !depend(touched, &step.touched));
        if self.time_moved { Vec::new() } else { sleeps.cloned().collect() }
    }

    /// Chooses one of `of` alternatives within a step.
    pub(crate) fn branch(&mut self, of: usize) -> usize {
        let at = self.at;
        self.at += 1;
        match self.nodes.get(at) {
            Some(Node::Branch { chosen, of: before }) if *before == of => *chosen,
            other => {
                self.diverged |= other.is_some();
                self.nodes.truncate(at);
                self.nodes.push(Node::Branch { chosen: 0, of });
                0
            }
        }
    }

    /// Ends the schedule. Returns whether there is another one to run.
    pub(crate) fn end(&mut self) -> bool {
        self.close(Reason::End);
        self.add_backtracks();
        while let Some(node) = self.nodes.last_mut() {
            let again = match node {
                Node::Branch { chosen, of } => {
                    *chosen += 1;
                    *chosen < *of
                }
                Node::Threads(node) => node.next(),
            };
            if again {
                return true;
            }
            self.nodes.pop();
        }
        false
    }

    /// Compares the steps of the schedule pairwise, and notes where the other order must be tried.
    fn add_backtracks(&mut self) {
        let races = Order::of(&self.steps, Enabling::Orders);
        for (first, second) in races.races {
            let candidates = races.clocks.initials(&self.steps, first, second);
            let step = &self.steps[first];
            let Some(Node::Threads(node)) = self.nodes.get_mut(step.node) else { continue };
            if !candidates.iter().any(|slot| node.is_covered(*slot)) {
                node.add_backtrack(&candidates, self.steps[second].slot);
            }
        }
    }
}

#[cfg(test)]
mod tests;
