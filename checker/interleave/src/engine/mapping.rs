//! The map of a test: every state that its schedules reach, each visited once.
//!
//! A state is what each thread has done, and after which steps of the others. So schedules that differ only in the
//! order of independent steps share their states. Each run follows known choices to one that has not been made yet, and
//! continues until it reaches a known state.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use trace::Report;
use trace::map::{Extent, Map, Node, Way};

use super::search::{Search, Taken};
use super::session::Session;

/// Larger maps are cut off: they are too large to read, and their reports would take many megabytes.
const MOST_NODES: usize = 6_000;

/// The maximum number of steps spent on a map.
const MOST_STEPS: usize = 4_000_000;

/// Why there is no map: the order of steps depends on something that the search cannot see, such as passing time.
#[derive(Debug)]
pub(crate) struct NoMap;

/// Maps a test. `run` runs the schedule that a search chooses; `report` converts a schedule to the report of its run.
pub(crate) fn map(
    run: impl Fn(Box<Search>) -> (Box<Session>, Box<Search>),
    report: impl Fn(Box<Session>) -> Report,
) -> Result<Map, NoMap> {
    let mut map = Map { extent: Extent::Whole, runs: Vec::new(), nodes: Vec::new() };
    let mut known: HashMap<u64, usize> = HashMap::new();
    let mut queue = VecDeque::from([Untried { of: Rc::from([]), at: 0, chosen: None, from: None }]);
    let mut steps = 0;
    while let Some(untried) = queue.pop_front() {
        if map.nodes.len() >= MOST_NODES || steps >= MOST_STEPS {
            map.extent = Extent::Cut;
            break;
        }
        let prefix = untried.choices();
        let begins = prefix.len();
        let (session, search) = run(Box::new(Search::along(prefix)));
        if search.has_diverged() || session.points.len() != session.choices.len() {
            return Err(NoMap);
        }
        let taken: Rc<[Taken]> = search.taken().into();
        steps += taken.len();
        let (states, nodes_before) = (search.states(), map.nodes.len());
        let mut from = untried.from;
        for (at, state) in states.iter().enumerate().skip(begins) {
            let state = state_with_choices(*state, taken.get(at), &session);
            let node = known.get(&state).copied();
            let next = node.unwrap_or(map.nodes.len());
            if let Some((node, way)) = from {
                let node: &mut Node = &mut map.nodes[node];
                node.ways[way].to = Some(next);
            }
            if node.is_some() {
                break;
            }
            known.insert(state, next);
            let candidates = session.points.get(at).map_or(&[][..], |point| &point.candidates);
            let ways = candidates.iter().map(|choice| Way { choice: *choice, to: None }).collect();
            map.nodes.push(Node { run: map.runs.len(), at, ways });
            let Some(choice) = taken.get(at) else { break };
            for (way, chosen) in choice.alternatives().enumerate() {
                if chosen == choice.chosen() {
                    from = Some((next, way));
                } else {
                    queue.push_back(Untried {
                        of: Rc::clone(&taken),
                        at,
                        chosen: Some(chosen),
                        from: Some((next, way)),
                    });
                }
            }
        }
        if map.nodes.len() > nodes_before {
            map.runs.push(report(session));
        }
    }
    Ok(map)
}

/// A choice that has not been made yet: the schedule follows another one up to a point, and then chooses differently.
struct Untried {
    of: Rc<[Taken]>,
    at: usize,
    /// `None` for the very first schedule.
    chosen: Option<usize>,
    /// The node where the choice is made, and which of its ways this is.
    from: Option<(usize, usize)>,
}

impl Untried {
    fn choices(&self) -> Vec<Taken> {
        let mut choices = self.of[..self.at].to_vec();
        if let Some(chosen) = self.chosen {
            choices.push(self.of[self.at].with(chosen));
        }
        choices
    }
}

/// A state with the choices available there. Threads are numbered in the order in which they were started, so the
/// runnable ones are also distinguished by their parents.
fn state_with_choices(state: u64, taken: Option<&Taken>, session: &Session) -> u64 {
    let parents: Vec<Option<usize>> = match taken {
        Some(Taken::Thread { enabled, .. }) => {
            let thread = |slot: &usize| session.threads.get(slot.checked_sub(1)?);
            enabled.iter().map(|slot| thread(slot).and_then(|thread| thread.parent)).collect()
        }
        Some(Taken::Branch { .. }) | None => Vec::new(),
    };
    super::search::hash(&(state, parents, taken.map(|taken| taken.alternatives().collect::<Vec<_>>())))
}
