//! A map as a tree of the choices that matter: those after which some ends can no longer be reached.

use std::collections::HashMap;

use super::{Extent, Fate, Map, Way};
use crate::timeline::{grouped, in_words, verdict};
use crate::{FailureKind, Place};

/// With more ends than this, a node whose outcome is decided is one row and is not expanded.
const MOST_ENDS_UNFOLDED: usize = 12;

/// A tree with more rows than this is not drawn: it would be too long to read.
const MOST_ROWS: usize = 80;

/// The set of ends that can be reached, one bit each.
type Ends = Vec<u64>;

/// A map as rows of text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tree {
    /// How many interleavings there are, and how they end.
    pub summary: String,
    /// Empty if there is only one interleaving, or if `seals` replaces the rows.
    pub rows: Vec<Row>,
    /// The steps after which every continuation fails, if the map is cut or has too many rows.
    pub seals: Vec<String>,
}

/// A choice, and what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// The lines that connect this row to its parent: `│ └ `.
    pub lines: String,
    /// The choice in words: the first visible step that follows it.
    pub words: String,
    /// The line of that step.
    pub place: Option<Place>,
    /// How the schedules with this choice end.
    pub outcome: Outcome,
}

/// Where a choice leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// To the rows below.
    Continues,
    /// To the rows below, which all fail. Before this choice, not every continuation failed.
    Seals,
    /// To the same node as this row, counted from 1.
    SameAs(usize),
    /// To an end at which the test passes.
    Passes,
    /// To an end at which the test fails, for this reason.
    Fails(String),
    /// To this many ends, which all pass.
    AllPass(u32),
    /// To this many ends, which all fail.
    AllFail(u32),
}

impl Tree {
    /// The tree of `map`.
    pub fn new(map: &Map) -> Self {
        let ends: Vec<usize> = map.ends().collect();
        let summary = summary(map, &ends);
        let fates = map.fates();
        let mut tree = Tree { summary, rows: Vec::new(), seals: Vec::new() };
        if map.extent == Extent::Whole {
            let reached = reached(map, &ends);
            let unfolds = ends.len() <= MOST_ENDS_UNFOLDED;
            let mut builder = Builder { map, fates: &fates, reached, unfolds, rows: Vec::new(), seen: HashMap::new() };
            builder.branch(0, "");
            tree.rows = builder.rows;
        }
        if map.extent == Extent::Cut || tree.rows.len() > MOST_ROWS {
            tree.rows.clear();
            tree.seals = seals(map, &fates);
        }
        tree
    }
}

/// The ends that each node leads to.
fn reached(map: &Map, ends: &[usize]) -> Vec<Ends> {
    let mut reached: Vec<Ends> = vec![vec![0; ends.len().div_ceil(64)]; map.nodes.len()];
    for (bit, end) in ends.iter().enumerate() {
        reached[*end][bit / 64] |= 1 << (bit % 64);
    }
    for node in map.ends_first().unwrap_or_default() {
        let mut all = std::mem::take(&mut reached[node]);
        for to in map.nodes[node].ways.iter().filter_map(|way| way.to) {
            all.iter_mut().zip(&reached[to]).for_each(|(all, more)| *all |= more);
        }
        reached[node] = all;
    }
    reached
}

struct Builder<'a> {
    map: &'a Map,
    fates: &'a [Fate],
    reached: Vec<Ends>,
    /// Whether nodes whose outcome is decided are expanded, too.
    unfolds: bool,
    rows: Vec<Row>,
    /// For each node with rows below it, the row that leads to it.
    seen: HashMap<usize, usize>,
}

impl Builder<'_> {
    /// Follows the map from `node` for as long as all ends stay reachable.
    fn on(&self, mut node: usize) -> usize {
        loop {
            let open = self.map.nodes[node].ways.iter().filter_map(|way| way.to);
            match { open }.find(|to| self.reached[*to] == self.reached[node]) {
                Some(next) => node = next,
                None => return node,
            }
        }
    }

    /// How many ends are reachable from `node`.
    fn count(&self, node: usize) -> u32 {
        self.reached[node].iter().map(|ends| ends.count_ones()).sum()
    }

    /// The rows below `node`.
    fn branch(&mut self, node: usize, lines: &str) {
        let node = self.on(node);
        let mut ways: Vec<(Way, usize)> = Vec::new();
        for way in &self.map.nodes[node].ways {
            let Some(to) = way.to else { continue };
            if ways.iter().all(|(_, other)| self.reached[*other] != self.reached[to]) {
                ways.push((*way, to));
            }
        }
        if self.rows.len() > MOST_ROWS {
            return;
        }
        let was_sealed = self.fates[node].is_sealed();
        for (index, (way, to)) in ways.iter().enumerate() {
            let is_last = index + 1 == ways.len();
            let (branch, below) = if is_last { ("└ ", "  ") } else { ("├ ", "│ ") };
            let (words, place) = label(self.map, *way);
            let end = self.on(*to);
            let is_end = self.map.nodes[end].ways.is_empty();
            let outcome = if is_end {
                self.map
                    .failure(end)
                    .map_or(Outcome::Passes, |failure| Outcome::Fails(first_line(failure, self.map, end)))
            } else if !self.unfolds && self.fates[end].is_safe() {
                Outcome::AllPass(self.count(end))
            } else if !self.unfolds && self.fates[end].is_sealed() {
                Outcome::AllFail(self.count(end))
            } else if let Some(row) = self.seen.get(&end) {
                Outcome::SameAs(*row)
            } else if self.fates[end].is_sealed() && !was_sealed {
                Outcome::Seals
            } else {
                Outcome::Continues
            };
            let goes_on = matches!(outcome, Outcome::Continues | Outcome::Seals);
            self.rows.push(Row { lines: format!("{lines}{branch}"), words, place, outcome });
            if goes_on {
                self.seen.insert(end, self.rows.len());
                self.branch(end, &format!("{lines}{below}"));
            }
        }
    }
}

/// What a choice does, in words: its first visible step, or that of the choices after it for the same task.
fn label(map: &Map, way: Way) -> (String, Option<Place>) {
    if let Some(words) = way.in_words() {
        return (words, None);
    }
    let (mut next, mut name) = (Some(way), String::new());
    while let Some(way) = next {
        let Some(to) = way.to else { break };
        let trace = map.trace(to);
        let task = way.choice as usize;
        name.clone_from(&trace.tasks[task].name);
        if let Some(step) = map.steps(way).first() {
            return (format!("{} {}", trace.tasks[step.task].name, in_words(trace, &step.action)), step.place.clone());
        }
        next = map.nodes[to].ways.iter().find(|other| other.choice == way.choice).copied();
    }
    (format!("{name} goes on"), None)
}

fn first_line(failure: &crate::Failure, map: &Map, end: usize) -> String {
    let words = match failure.kind {
        FailureKind::Deadlock => "deadlock".to_owned(),
        FailureKind::Livelock => "livelock".to_owned(),
        FailureKind::DataRace => "data race".to_owned(),
        FailureKind::Panic | FailureKind::Unsupported | FailureKind::Internal => verdict(failure, map.trace(end)),
    };
    words.lines().next().unwrap_or("").to_owned()
}

/// `3 interleavings: 2 pass, 1 ends in a deadlock`
fn summary(map: &Map, ends: &[usize]) -> String {
    let mut counts: Vec<(&str, &str, u32)> = Vec::new();
    for end in ends {
        let (one, many) = match map.failure(*end).map(|failure| failure.kind) {
            None => ("passes", "pass"),
            Some(FailureKind::Deadlock) => ("ends in a deadlock", "end in a deadlock"),
            Some(FailureKind::Livelock) => ("ends in a livelock", "end in a livelock"),
            Some(FailureKind::DataRace) => ("ends in a data race", "end in a data race"),
            Some(FailureKind::Panic) => ("panics", "panic"),
            Some(FailureKind::Unsupported | FailureKind::Internal) => ("cannot be explored", "cannot be explored"),
        };
        match counts.iter_mut().find(|(known, ..)| *known == one) {
            Some((.., count)) => *count += 1,
            None => counts.push((one, many, 1)),
        }
    }
    let all = ends.len() as u32;
    let parts: Vec<String> = counts
        .iter()
        .map(|(one, many, count)| match count {
            1 if all == 1 => format!("it {one}"),
            1 => format!("1 {one}"),
            count if *count == all => format!("all {many}"),
            count => format!("{} {many}", grouped(*count)),
        })
        .collect();
    let s = if all == 1 { "" } else { "s" };
    match map.extent {
        Extent::Whole => format!("{} interleaving{s}: {}", grouped(all), parts.join(", ")),
        Extent::Cut => format!("too many interleavings for a map; of the first {}, {}", grouped(all), parts.join(", ")),
    }
}

/// The steps after which every continuation fails, without duplicates.
fn seals(map: &Map, fates: &[Fate]) -> Vec<String> {
    let mut seals = Vec::new();
    for (node, fate) in map.nodes.iter().zip(fates) {
        if fate.is_sealed() {
            continue;
        }
        for way in node.ways.iter().filter(|way| way.to.is_some_and(|to| fates[to].is_sealed())) {
            let (words, place) = label(map, *way);
            let at = place.map(|place| format!(" at {place}")).unwrap_or_default();
            let seal = format!("{words}{at}");
            if !seals.contains(&seal) {
                seals.push(seal);
            }
        }
    }
    seals
}
