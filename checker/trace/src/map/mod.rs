//! All interleavings of a test: each state that it can reach, once, and the transitions between them.
//!
//! Schedules that differ only in the order of independent steps reach the same states, so they share nodes. A node
//! without outgoing transitions is an end, and each end stands for one interleaving.

mod tree;

pub use tree::{Outcome, Row, Tree};

use crate::{CLOCK, Failure, Report, Step, Trace, as_branch, is_spurious};

/// The states that a test can reach.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Map {
    /// Whether all of these states are in `nodes`.
    pub extent: Extent,
    /// Schedules that together pass through every node, each with its trace, and with its failure if it fails.
    pub runs: Vec<Report>,
    /// The first one is the initial state.
    pub nodes: Vec<Node>,
}

/// How much of a test a map shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
pub enum Extent {
    /// All of it.
    Whole,
    /// A part: the test has too many states, so some transitions lead to states that are not shown.
    Cut,
}

/// A state of the test: a schedule that reaches it, and how many of its choices have been made by then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Node {
    /// Index into [`Map::runs`].
    pub run: usize,
    /// How many choices of that run lead here.
    pub at: usize,
    /// The choices that the scheduler has here. Empty at an end.
    pub ways: Vec<Way>,
}

/// A choice of the scheduler, encoded as in [`Trace::choices`], and the node that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Way {
    /// The task to resume, the [`CLOCK`], or a [`branch`](crate::branch).
    pub choice: u32,
    /// `None` where the map is cut.
    pub to: Option<usize>,
}

impl Way {
    /// The choice in words, if it is not between tasks.
    pub fn in_words(self) -> Option<String> {
        match as_branch(self.choice) {
            Some(0) if is_spurious(self.choice) => Some("the wait ends only when it is notified".to_owned()),
            Some(_) if is_spurious(self.choice) => {
                Some("the wait ends without a notification (a spurious wakeup)".to_owned())
            }
            Some(branch) => Some(format!("alternative {} of a random choice", branch + 1)),
            None => (self.choice == CLOCK).then(|| "the next deadline expires".to_owned()),
        }
    }
}

/// How a test can still end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Fate {
    /// Some continuation passes.
    pub can_pass: bool,
    /// Some continuation fails.
    pub can_fail: bool,
    /// The map is cut somewhere ahead.
    pub is_unknown: bool,
}

impl Fate {
    /// Every continuation from here fails.
    pub fn is_sealed(self) -> bool {
        self.can_fail && !self.can_pass && !self.is_unknown
    }

    /// Every continuation from here passes.
    pub fn is_safe(self) -> bool {
        self.can_pass && !self.can_fail && !self.is_unknown
    }

    fn or(self, other: Fate) -> Fate {
        Fate {
            can_pass: self.can_pass || other.can_pass,
            can_fail: self.can_fail || other.can_fail,
            is_unknown: self.is_unknown || other.is_unknown,
        }
    }
}

impl Map {
    /// Whether every index is valid and the graph has no cycle.
    pub(crate) fn is_consistent(&self) -> bool {
        let leads_on = |way: &Way| match way.to {
            Some(to) => to < self.nodes.len(),
            None => self.extent == Extent::Cut,
        };
        let is_sound = |node: &Node| {
            let trace = self.runs.get(node.run).and_then(trace_of);
            trace.is_some_and(|trace| node.at <= trace.choices.len() && trace.points.len() == trace.choices.len())
                && node.ways.iter().all(leads_on)
        };
        !self.nodes.is_empty() && self.nodes.iter().all(is_sound) && self.ends_first().is_some()
    }

    /// The trace of the schedule that reaches `node`.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn trace(&self, node: usize) -> &Trace {
        trace_of(&self.runs[self.nodes[node].run]).expect("every run of a map has its trace")
    }

    /// How the test fails at `node`, if it is an end that fails.
    pub fn failure(&self, node: usize) -> Option<&Failure> {
        let node = &self.nodes[node];
        if node.ways.is_empty() { self.runs[node.run].failure.as_ref() } else { None }
    }

    /// The ends, in the order in which they were found.
    pub fn ends(&self) -> impl Iterator<Item = usize> {
        self.nodes.iter().enumerate().filter(|(_, node)| node.ways.is_empty()).map(|(index, _)| index)
    }

    /// The steps that follow the choice of `way`, up to the next choice. They are a slice of the trace of the node that
    /// it leads to.
    pub fn steps(&self, way: Way) -> &[Step] {
        let Some(to) = way.to else { return &[] };
        let (trace, at) = (self.trace(to), self.nodes[to].at);
        let Some(made) = trace.choices[..at].iter().rposition(|choice| *choice == way.choice) else { return &[] };
        let until = trace.points.get(made + 1).map_or(trace.steps.len(), |point| point.step);
        &trace.steps[trace.points[made].step..until]
    }

    /// The node that these choices lead to; `None` if they leave the map.
    pub fn node_after(&self, choices: &[u32]) -> Option<usize> {
        choices.iter().try_fold(0, |node, choice| {
            let way = self.nodes[node].ways.iter().find(|way| way.choice == *choice);
            way.and_then(|way| way.to)
        })
    }

    /// For each node, how the test can still end.
    pub fn fates(&self) -> Vec<Fate> {
        let mut fates = vec![Fate::default(); self.nodes.len()];
        for index in self.ends_first().unwrap_or_default() {
            fates[index] = if self.nodes[index].ways.is_empty() {
                let fails = self.failure(index).is_some();
                Fate { can_pass: !fails, can_fail: fails, is_unknown: false }
            } else {
                let unknown = Fate { is_unknown: true, ..Fate::default() };
                let ahead = self.nodes[index].ways.iter().map(|way| way.to.map_or(unknown, |to| fates[to]));
                ahead.fold(Fate::default(), Fate::or)
            };
        }
        fates
    }

    /// The nodes in reverse topological order; `None` if there is a cycle.
    fn ends_first(&self) -> Option<Vec<usize>> {
        let mut before = vec![0_u32; self.nodes.len()];
        let targets = || self.nodes.iter().flat_map(|node| node.ways.iter().filter_map(|way| way.to));
        targets().for_each(|to| before[to] += 1);
        let mut ready: Vec<usize> = (0..self.nodes.len()).filter(|node| before[*node] == 0).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(node) = ready.pop() {
            order.push(node);
            for to in self.nodes[node].ways.iter().filter_map(|way| way.to) {
                before[to] -= 1;
                if before[to] == 0 {
                    ready.push(to);
                }
            }
        }
        order.reverse();
        (order.len() == self.nodes.len()).then_some(order)
    }
}

fn trace_of(run: &Report) -> Option<&Trace> {
    run.failure.as_ref().and_then(|failure| failure.trace.as_ref()).or(run.trace.as_ref())
}

#[cfg(test)]
mod tests;
