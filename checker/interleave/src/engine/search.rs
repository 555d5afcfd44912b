//! Runs every interleaving of a test once, up to the order of steps that do not touch the same.
//!
//! Source sets with sleep sets (Abdulla, Aronis, Jonsson, Sagonas: "Source sets: a foundation for optimal dynamic partial
//! order reduction", JACM 2017). A step is what a thread does between two scheduling points; it knows afterwards which
//! objects it touched. Two steps are dependent if they touch the same object and one of them may change it. After each
//! schedule, pairs of dependent steps that could have come in the other order add the thread to try to the choice before
//! the first of them. A thread that was tried sleeps until a step dependent on its own has been made.

use std::collections::HashMap;

use super::choice::{Access, CLOCK_SLOT, Candidate, Reason};

/// An object as steps name it.
pub(crate) type Key = u64;

/// Objects are numbered below this; what stands for something else has a key above.
pub(crate) const MOST_OBJECTS: Key = 1 << 32;

/// Touches everything: what a step does that no object stands for.
pub(crate) const EVERYTHING: Key = Key::MAX;

/// The objects that a step touches.
pub(crate) type Touched = Vec<(Key, Access)>;

/// The tree of choices, as far as it has been seen: the branch that was taken last, and what is left to try beside it.
#[derive(Debug, Default)]
pub(crate) struct Search {
    nodes: Vec<Node>,
    steps: Vec<Step>,
    /// The last step of the schedule that runs has not ended.
    is_open: bool,
    /// Time has moved since the last step began.
    time_moved: bool,
    /// By slot: the step that let this thread go on.
    enabled_by: Vec<Option<usize>>,
    /// By slot: what a thread that waits touched before, and touches again when it goes on.
    waits_for: Vec<Touched>,
    reduction: Reduction,
    /// How many objects there were when the running step began.
    objects: Key,
    /// The choices of this schedule so far.
    at: usize,
    /// The program made other choices possible than before, although it was run in the same way, or does something whose
    /// order the search does not know.
    diverged: bool,
}

/// Whether steps that do not depend on each other are run in one order only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    #[default]
    Yes,
    /// Every order is run, to compare with.
    No,
}

#[derive(Debug)]
enum Node {
    Threads(Threads),
    Branch { chosen: usize, of: usize },
}

/// A choice between threads.
#[derive(Debug)]
struct Threads {
    enabled: Vec<usize>,
    chosen: usize,
    /// What the next step of the chosen thread touched, in all schedules so far.
    touched: Touched,
    /// Threads that were tried here, and what their steps touched.
    done: Vec<(usize, Touched)>,
    /// Threads that are to be tried.
    backtrack: Vec<usize>,
    /// Threads that need not be tried, because what follows was seen before.
    sleep: Vec<(usize, Touched)>,
}

/// One step of the schedule that runs.
#[derive(Debug)]
struct Step {
    /// The choice before it.
    node: usize,
    slot: usize,
    touched: Touched,
    /// Steps that came before it in every equivalent schedule, because they let it go on.
    after: Vec<usize>,
    /// Time moved before it, which waits for everybody.
    after_time: bool,
}

impl Search {
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

    /// The order of what happens now depends on more than what steps touch, so that nothing is proven.
    pub(crate) fn lose_track(&mut self) {
        self.diverged = true;
    }

    /// The running step touched an object.
    pub(crate) fn touch(&mut self, key: Key, access: Access) {
        let Some(step) = self.steps.last_mut().filter(|_| self.is_open) else { return };
        match step.touched.iter_mut().find(|(other, _)| *other == key) {
            Some((_, before)) if access == Access::Write => *before = access,
            Some(_) => {}
            None => step.touched.push((key, access)),
        }
    }

    /// The running step let the thread in `slot` go on.
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

    /// The running step could not be made before the step `mark`, so that the other order need not be tried.
    pub(crate) fn follow(&mut self, mark: usize) {
        if let Some(step) = self.steps.last_mut() {
            step.after.push(mark);
        }
    }

    /// Time moves, after all steps so far and before all that follow.
    pub(crate) fn move_time(&mut self) {
        self.time_moved = true;
    }

    /// The running step ends.
    fn close(&mut self, reason: Reason) {
        if std::mem::take(&mut self.is_open)
            && let Some(step) = self.steps.last()
            && let Some(Node::Threads(node)) = self.nodes.get_mut(step.node)
        {
            // An object that was first seen in this step may go by another number elsewhere.
            let known = |(key, access): &(Key, Access)| {
                let is_new = (self.objects..MOST_OBJECTS).contains(key);
                (if is_new { EVERYTHING } else { *key }, *access)
            };
            let touched: Touched = step.touched.iter().map(known).collect();
            merge(&mut node.touched, &touched);
            if reason == Reason::Block {
                // It goes on with what it waits for.
                if self.waits_for.len() <= step.slot {
                    self.waits_for.resize(step.slot + 1, Vec::new());
                }
                self.waits_for[step.slot].clone_from(&step.touched);
            }
        }
    }

    /// The slot of the thread that goes on; `None` if all that can follow has been seen.
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
                // From here on it is a program that was not seen yet.
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
        let after = enabled_by.into_iter().collect();
        self.steps.push(Step { node: at, slot: chosen, touched, after, after_time });
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
        // Time passing early changes what everybody may do next, and no step of the others tells.
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

    /// One of so many alternatives within a step.
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

    /// The schedule has ended. Whether there is another one to run.
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

    /// Compares the steps of the schedule pair by pair, and notes where the other order is to be tried.
    fn add_backtracks(&mut self) {
        let races = Order::of(&self.steps);
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

impl Threads {
    /// Whether schedules in which the thread in `slot` goes on here are tried, will be, or have been seen.
    fn is_covered(&self, slot: usize) -> bool {
        self.chosen == slot
            || self.backtrack.contains(&slot)
            || self.done.iter().chain(&self.sleep).any(|(other, _)| *other == slot)
    }

    /// One of `candidates` is to be tried here, `preferred` if it is among them.
    fn add_backtrack(&mut self, candidates: &[usize], preferred: usize) {
        let enabled = |slot: &&usize| self.enabled.contains(slot);
        let best = candidates.iter().find(|slot| **slot == preferred).filter(enabled);
        match best.or_else(|| candidates.iter().find(enabled)) {
            Some(slot) => self.backtrack.push(*slot),
            // None of them can go on here, so any may be what is needed.
            None => self
                .backtrack
                .extend(self.enabled.iter().filter(|slot| !self.backtrack.contains(slot)).copied().collect::<Vec<_>>()),
        }
    }

    /// Goes on to the next thread that is to be tried. Whether there is one.
    fn next(&mut self) -> bool {
        self.done.push((self.chosen, std::mem::take(&mut self.touched)));
        let tried = |slot: &usize| self.done.iter().chain(&self.sleep).any(|(other, _)| other == slot);
        let next = self.backtrack.iter().copied().find(|slot| !tried(slot));
        if let Some(next) = next {
            self.chosen = next;
        }
        next.is_some()
    }
}

/// For each step, by slot, how many steps of the schedule came before it in every equivalent one: the number of the last
/// one, counted from 1.
#[derive(Debug, Default)]
struct Clocks(Vec<Vec<usize>>);

impl Clocks {
    /// Whether the step `first` comes before the step `second` in every equivalent schedule.
    fn before(&self, steps: &[Step], first: usize, second: usize) -> bool {
        includes(&self.0[second], steps[first].slot, first)
    }

    /// The threads that may go first if what comes after the step `first`, up to `second`, and does not depend on it,
    /// comes before it.
    fn initials(&self, steps: &[Step], first: usize, second: usize) -> Vec<usize> {
        let moved: Vec<usize> =
            (first + 1..second).filter(|step| !self.before(steps, first, *step)).chain([second]).collect();
        let mut initials = Vec::new();
        for (at, step) in moved.iter().enumerate() {
            let slot = steps[*step].slot;
            let is_own_first = moved[..at].iter().all(|other| steps[*other].slot != slot);
            if is_own_first && moved[..at].iter().all(|other| !self.before(steps, *other, *step)) {
                initials.push(slot);
            }
        }
        initials
    }
}

fn includes(clock: &[usize], slot: usize, step: usize) -> bool {
    clock.get(slot).is_some_and(|known| *known > step)
}

fn join(clock: &mut Vec<usize>, other: &[usize]) {
    if clock.len() < other.len() {
        clock.resize(other.len(), 0);
    }
    for (own, other) in clock.iter_mut().zip(other) {
        *own = (*own).max(*other);
    }
}

/// The order that all equivalent schedules share, and the pairs of steps that could come the other way round.
#[derive(Debug, Default)]
struct Order {
    clocks: Clocks,
    races: Vec<(usize, usize)>,
}

/// The last steps that touched an object.
#[derive(Debug, Default)]
struct Last {
    write: Option<usize>,
    /// Since then.
    reads: Vec<usize>,
}

impl Order {
    fn of(steps: &[Step]) -> Self {
        let mut order = Order::default();
        let mut objects: HashMap<Key, Last> = HashMap::new();
        let slots = steps.iter().map(|step| step.slot).max().map_or(0, |most| most + 1);
        let mut own: Vec<Vec<usize>> = vec![Vec::new(); slots];
        // What touches everything, and the last step of each thread, for it to conflict with.
        let (mut everything, mut last_of): (Option<usize>, Vec<Option<usize>>) = (None, vec![None; slots]);
        let mut barrier: Vec<usize> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            if step.after_time {
                order.clocks.0.iter().for_each(|clock| join(&mut barrier, clock));
            }
            let mut clock = own[step.slot].clone();
            join(&mut clock, &barrier);
            step.after.iter().filter(|by| **by < index).for_each(|by| join(&mut clock, &order.clocks.0[*by]));
            let mut conflicts: Vec<usize> = everything.into_iter().collect();
            for (key, access) in &step.touched {
                if *key == EVERYTHING {
                    conflicts.extend(last_of.iter().flatten());
                    continue;
                }
                let Some(last) = objects.get(key) else { continue };
                conflicts.extend(last.write);
                if *access == Access::Write {
                    conflicts.extend(&last.reads);
                }
            }
            conflicts.sort_unstable();
            conflicts.dedup();
            conflicts.retain(|other| steps[*other].slot != step.slot);
            for (at, other) in conflicts.iter().enumerate() {
                let is_direct = || {
                    let between = &conflicts[at + 1..];
                    between.iter().all(|between| !order.clocks.before(steps, *other, *between))
                };
                if !includes(&clock, steps[*other].slot, *other) && is_direct() {
                    order.races.push((*other, index));
                }
            }
            conflicts.iter().for_each(|other| join(&mut clock, &order.clocks.0[*other]));
            join(&mut clock, &{
                let mut this = vec![0; step.slot + 1];
                this[step.slot] = index + 1;
                this
            });
            for (key, access) in &step.touched {
                if *key == EVERYTHING {
                    everything = Some(index);
                    continue;
                }
                let last = objects.entry(*key).or_default();
                match access {
                    Access::Write => *last = Last { write: Some(index), reads: Vec::new() },
                    Access::Read => last.reads.push(index),
                }
            }
            last_of[step.slot] = Some(index);
            own[step.slot].clone_from(&clock);
            order.clocks.0.push(clock);
        }
        order
    }
}

/// Whether the order of two steps matters.
fn depend(a: &Touched, b: &Touched) -> bool {
    let everything = |touched: &Touched| touched.iter().any(|(key, _)| *key == EVERYTHING);
    let clash = |(key, access): &(Key, Access)| {
        b.iter().any(|(other, theirs)| other == key && (*access == Access::Write || *theirs == Access::Write))
    };
    everything(a) || everything(b) || a.iter().any(clash)
}

fn merge(into: &mut Touched, from: &Touched) {
    for (key, access) in from {
        match into.iter_mut().find(|(other, _)| other == key) {
            Some((_, before)) if *access == Access::Write => *before = *access,
            Some(_) => {}
            None => into.push((*key, *access)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// Threads that each make the given accesses, one a step; runs all of it and returns the classes that were seen.
    fn explore(program: &[&[(Key, Access)]]) -> (usize, HashSet<String>) {
        let mut search = Search::default();
        let (mut runs, mut classes) = (0, HashSet::new());
        loop {
            search.begin();
            let mut left: Vec<usize> = program.iter().map(|steps| steps.len()).collect();
            let mut order = Vec::new();
            let mut runs_now = None;
            let redundant = loop {
                let enabled: Vec<Candidate> = (0..program.len())
                    .filter(|thread| left[*thread] > 0)
                    .map(|thread| Candidate { slot: thread + 1, parent: None, choice: 0 })
                    .collect();
                if enabled.is_empty() {
                    break false;
                }
                let Some(slot) = search.choose(enabled.into_iter(), runs_now, Reason::Point, 9) else { break true };
                let thread = slot - 1;
                let step = program[thread].len() - left[thread];
                let (key, access) = program[thread][step];
                search.touch(key, access);
                order.push((thread, key, access));
                left[thread] -= 1;
                runs_now = Some(slot);
            };
            runs += 1;
            if !redundant {
                classes.insert(class(&order));
            }
            if !search.end() {
                return (runs, classes);
            }
        }
    }

    /// What all equivalent orders have in common: for each object, its writes in order and the reads between them.
    fn class(order: &[(usize, Key, Access)]) -> String {
        let mut objects: Vec<(Key, String, Vec<usize>)> = Vec::new();
        for (thread, key, access) in order {
            let at = objects.iter().position(|(other, ..)| other == key).unwrap_or_else(|| {
                objects.push((*key, String::new(), Vec::new()));
                objects.len() - 1
            });
            let (_, text, reads) = &mut objects[at];
            match access {
                Access::Read => reads.push(*thread),
                Access::Write => {
                    reads.sort_unstable();
                    text.push_str(&format!("{reads:?}w{thread} "));
                    reads.clear();
                }
            }
        }
        objects.sort_by_key(|(key, ..)| *key);
        objects
            .iter_mut()
            .map(|(key, text, reads)| {
                reads.sort_unstable();
                format!("{key}:{text}{reads:?};")
            })
            .collect()
    }

    fn all_orders(program: &[&[(Key, Access)]]) -> HashSet<String> {
        fn go(
            program: &[&[(Key, Access)]],
            at: &mut [usize],
            order: &mut Vec<(usize, Key, Access)>,
            out: &mut HashSet<String>,
        ) {
            let mut done = true;
            for thread in 0..program.len() {
                if at[thread] == program[thread].len() {
                    continue;
                }
                done = false;
                let (key, access) = program[thread][at[thread]];
                order.push((thread, key, access));
                at[thread] += 1;
                go(program, at, order, out);
                at[thread] -= 1;
                order.pop();
            }
            if done {
                out.insert(class(order));
            }
        }
        let mut out = HashSet::new();
        go(program, &mut vec![0; program.len()], &mut Vec::new(), &mut out);
        out
    }

    const R: Access = Access::Read;
    const W: Access = Access::Write;

    #[test]
    fn steps_that_do_not_touch_the_same_are_run_in_one_order() {
        assert_eq!(explore(&[&[(1, W), (1, W)], &[(2, W), (2, W)]]).0, 1);
        assert_eq!(explore(&[&[(1, R)], &[(1, R)], &[(1, R)]]).0, 1, "readers do not disturb each other");
        assert_eq!(explore(&[&[(1, W)], &[(1, W)]]).0, 2);
        assert_eq!(explore(&[&[(1, W)], &[(1, R)], &[(1, R)]]).0, 4);
    }

    #[test]
    fn every_class_of_small_programs_is_seen_and_few_runs_are_in_vain() {
        let mut random = 0x9e37_79b9_u64;
        let mut next = |n: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % n
        };
        let (mut runs, mut classes) = (0, 0);
        for _ in 0..1_500 {
            let threads = 2 + next(2) as usize;
            let program: Vec<Vec<(Key, Access)>> = (0..threads)
                .map(|_| (0..1 + next(3)).map(|_| (next(3), if next(3) == 0 { R } else { W })).collect())
                .collect();
            let program: Vec<&[(Key, Access)]> = program.iter().map(Vec::as_slice).collect();
            let (count, seen) = explore(&program);
            assert_eq!(seen, all_orders(&program), "{program:?}");
            runs += count;
            classes += seen.len();
        }
        assert!(runs < classes * 3 / 2, "{runs} runs for {classes} classes");
    }
}
