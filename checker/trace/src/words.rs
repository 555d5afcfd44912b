//! Which task holds what and waits for whom at the end of a trace, and how to say so.

use std::fmt::Write as _;

use crate::ends;
use crate::listed::{and, or};
use crate::names::{is_shard, quoted_name};
use crate::{Action, Mode, TaskKind, TaskState, Trace};

/// The state at the end of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cause {
    /// The waiting tasks, in the order of their ids.
    pub waits: Vec<Wait>,
    /// The objects that each task holds, in the order in which it acquired them.
    pub holds: Vec<Vec<(usize, Mode)>>,
    /// The waits of tasks that were dropped while they waited.
    pub cancelled: Vec<Wait>,
}

/// A waiting task and what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wait {
    /// The waiting task.
    pub task: usize,
    /// What would let it continue.
    pub target: Target,
    /// The index of the step in which it started to wait.
    pub step: usize,
}

/// What a task waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// To acquire an object that others hold.
    Object(usize, Mode),
    /// To be signalled through an object.
    Signal(usize),
    /// For another task to end.
    Task(usize),
}

impl Cause {
    /// Replays the steps of `trace` and returns the resulting state.
    pub fn of(trace: &Trace) -> Cause {
        let mut holds = vec![Vec::new(); trace.tasks.len()];
        let mut waits: Vec<Option<Wait>> = vec![None; trace.tasks.len()];
        // The last wait of each task, kept even if the wait ended because the task was dropped.
        let mut last = waits.clone();
        for (index, step) in trace.steps.iter().enumerate() {
            let task = step.task;
            if task >= holds.len() {
                continue;
            }
            let sleep = |target| Some(Wait { task, target, step: index });
            match step.action {
                Action::Waits { object, mode } => waits[task] = sleep(Target::Object(object, mode)),
                Action::Listens { object } => waits[task] = sleep(Target::Signal(object)),
                Action::Joins { other } => waits[task] = sleep(Target::Task(other)),
                Action::Acquires { object, mode } => {
                    waits[task] = None;
                    holds[task].push((object, mode));
                }
                Action::Releases { object, mode } => release(&mut holds, task, (object, mode)),
                Action::Spawns { .. } => {}
                _ => waits[task] = None,
            }
            match step.action {
                Action::GivesUp { .. } | Action::Releases { .. } | Action::Signals { .. } | Action::Ends => {}
                _ => last[task] = waits[task],
            }
        }
        for (task, wait) in waits.iter_mut().enumerate().filter(|(_, wait)| wait.is_none()) {
            *wait = open_wait(trace, task);
        }
        let is_cancelled = |wait: &Wait| trace.tasks[wait.task].state == TaskState::Cancelled;
        let waits = waits.into_iter().flatten().filter(|wait| !is_cancelled(wait)).collect();
        let cancelled = last.into_iter().flatten().filter(is_cancelled).collect();
        Cause { waits, holds, cancelled }
    }

    /// The tasks that hold `object`.
    pub fn holders(&self, object: usize) -> impl Iterator<Item = usize> {
        self.holds
            .iter()
            .enumerate()
            .filter(move |(_, held)| held.iter().any(|(o, _)| *o == object))
            .map(|(task, _)| task)
    }

    /// The waits that form a cycle: each is for something that the task of the next one holds. Empty if there is none.
    pub fn cycle(&self) -> Vec<Wait> {
        for start in &self.waits {
            let mut path = vec![*start];
            if self.close(start.task, &mut path) {
                return path;
            }
        }
        Vec::new()
    }

    /// Extends `path` until it returns to `start`.
    fn close(&self, start: usize, path: &mut Vec<Wait>) -> bool {
        let last = path[path.len() - 1];
        for task in self.blockers(&last) {
            if task == start {
                return true;
            }
            if path.iter().any(|wait| wait.task == task) {
                continue;
            }
            let Some(wait) = self.waits.iter().find(|wait| wait.task == task) else { continue };
            path.push(*wait);
            if self.close(start, path) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// The tasks that block `wait`.
    fn blockers(&self, wait: &Wait) -> Vec<usize> {
        let (object, mode) = match wait.target {
            Target::Task(other) => return vec![other],
            Target::Signal(_) => return Vec::new(),
            Target::Object(object, mode) => (object, mode),
        };
        if !matches!(mode, Mode::Read | Mode::Upgradable) {
            return self.holders(object).collect();
        }
        // Readers do not exclude each other. If no holder excludes this reader, it waits for a queued writer.
        let excludes = |held: &Mode| !(*held == Mode::Read || (mode == Mode::Read && *held == Mode::Upgradable));
        let excluding = |task: &usize| self.holds[*task].iter().any(|(o, held)| *o == object && excludes(held));
        let holders: Vec<usize> = self.holders(object).filter(excluding).collect();
        if !holders.is_empty() {
            return holders;
        }
        self.queued_writers(object).collect()
    }

    /// The tasks that wait to write to `object`.
    fn queued_writers(&self, object: usize) -> impl Iterator<Item = usize> {
        self.waits.iter().filter(move |wait| wait.target == Target::Object(object, Mode::Write)).map(|wait| wait.task)
    }

    /// A sentence for a deadlock: the cycle if there is one, else every waiting task. Then the tasks that panicked or
    /// were cancelled, as one of them may have been the one to end the wait.
    pub fn in_words(&self, trace: &Trace) -> String {
        let cycle = self.cycle();
        let waits = if cycle.is_empty() { &self.waits } else { &cycle };
        let mut parts: Vec<String> = Vec::new();
        if cycle.is_empty() {
            parts.extend(self.silent_holders().map(|task| self.silence_in_words(trace, task)));
            // Of a task that panicked and holds what others wait for, both are told in one clause.
            let told: Vec<usize> = self.silent_holders().collect();
            parts.extend(ends::panicked(trace).filter(|(task, _)| !told.contains(task)).map(|(_, words)| words));
        }
        let alike = |one: &Wait, other: &Wait| {
            one.target == other.target && [one, other].iter().all(|wait| self.holds[wait.task].is_empty())
        };
        parts.extend(waits.chunk_by(alike).map(|waits| self.waits_in_words(trace, waits)));
        if cycle.is_empty() {
            parts.extend(self.unexplained(trace).map(|task| ends::wait_elsewhere(trace, task)));
            parts.extend(self.cancelled.iter().map(|wait| {
                let name = &trace.tasks[wait.task].name;
                format!(
                    "{name} was cancelled while it {}",
                    self.wait_in_words(trace, wait).replacen("waits", "waited", 1)
                )
            }));
        }
        let unpolled: Vec<&str> = unpolled(trace).map(|task| trace.tasks[task].name.as_str()).collect();
        if !unpolled.is_empty() {
            parts.push(format!("no thread is left to poll {}", or(&unpolled)));
        }
        parts.join("; ")
    }

    /// The tasks that hold what another task waits for, and whose own wait is unknown.
    fn silent_holders(&self) -> impl Iterator<Item = usize> {
        let is_silent = |task: &usize| self.waits.iter().all(|wait| wait.task != *task);
        let blocks = |task: &usize| self.waits.iter().any(|wait| self.blockers(wait).contains(task));
        let holders = self.holds.iter().enumerate().filter(|(_, held)| !held.is_empty());
        holders.map(|(task, _)| task).filter(move |task| is_silent(task) && blocks(task))
    }

    /// The tasks that have not ended and whose wait is unknown, without workers, ready async tasks and silent holders.
    pub(crate) fn unexplained<'a>(&'a self, trace: &'a Trace) -> impl Iterator<Item = usize> + 'a {
        let holders: Vec<usize> = self.silent_holders().collect();
        let is_left = |task: &crate::Task| match (task.kind, task.state) {
            (TaskKind::Worker, _) | (TaskKind::Async, TaskState::Ready) => false,
            (_, state) => matches!(state, TaskState::Ready | TaskState::Running | TaskState::Suspended),
        };
        let has_ended = |id: usize| trace.steps.iter().any(|step| step.task == id && ends::is_end(&step.action));
        let tasks = trace.tasks.iter().enumerate().filter(move |(_, task)| is_left(task)).map(|(id, _)| id);
        tasks.filter(move |id| {
            self.waits.iter().all(|wait| wait.task != *id) && !holders.contains(id) && !has_ended(*id)
        })
    }

    /// In a deadlock, a task that has not ended is waiting, even if only for something that is not modelled.
    fn silence_in_words(&self, trace: &Trace, task: usize) -> String {
        let name = &trace.tasks[task].name;
        let held = self.held_in_words(trace, task);
        if trace.tasks[task].kind == TaskKind::Async && trace.tasks[task].state == TaskState::Ready {
            return format!("{name} holds {held} across an await and could go on");
        }
        let end = trace.steps.iter().find(|step| step.task == task && ends::is_end(&step.action));
        match end.map(|step| &step.action) {
            None => format!("{name} holds {held} and waits for something else"),
            Some(Action::Panics { .. }) => {
                let words = ends::panicked(trace).find(|(panicked, _)| *panicked == task).map(|(_, words)| words);
                format!("{}, and never gave back {held}", words.unwrap_or_else(|| format!("{name} panicked")))
            }
            Some(_) => format!("{name} has ended and never gave back {held}"),
        }
    }

    fn held_in_words(&self, trace: &Trace, task: usize) -> String {
        let mut names: Vec<(String, usize)> = Vec::new();
        for name in self.holds[task].iter().map(|(object, mode)| hold_in_words(trace, *object, *mode)) {
            match names.iter_mut().find(|(known, _)| *known == name) {
                Some((_, times)) => *times += 1,
                None => names.push((name, 1)),
            }
        }
        let names = names.into_iter().map(|(name, times)| match times {
            1 => name,
            2 => format!("{name} twice"),
            times => format!("{name} {times} times"),
        });
        names.collect::<Vec<_>>().join(" and ")
    }

    /// One wait, or several waits for the same thing by tasks that hold nothing.
    fn waits_in_words(&self, trace: &Trace, waits: &[Wait]) -> String {
        let names: Vec<&str> = waits.iter().map(|wait| trace.tasks[wait.task].name.as_str()).collect();
        let what = self.wait_in_words(trace, &waits[0]);
        let what = if names.len() > 1 { what.replacen("waits", "wait", 1) } else { what };
        format!("{} {what}", and(&names))
    }

    pub(crate) fn wait_in_words(&self, trace: &Trace, wait: &Wait) -> String {
        let mut words = String::new();
        if !self.holds[wait.task].is_empty() {
            let _ = write!(words, "holds {} and ", self.held_in_words(trace, wait.task));
        }
        let _ = match wait.target {
            Target::Object(object, mode) => {
                let name = quoted(trace, object);
                let verb = match mode {
                    Mode::Lock => "waits for",
                    Mode::Read => "waits to read",
                    Mode::Write => "waits to write",
                    Mode::Upgradable => "waits for an upgradable read of",
                    Mode::Permit => "waits for a permit of",
                };
                let blockers = self.blockers(wait);
                let queued = self.queued_writers(object).find(|writer| blockers == [*writer] && *writer != wait.task);
                match queued {
                    Some(writer) if mode != Mode::Write && self.holds[writer].iter().all(|(o, _)| *o != object) => {
                        let writer = &trace.tasks[writer].name;
                        write!(words, "{verb} {name} behind {writer}, which waits to write it")
                    }
                    _ if blockers.contains(&wait.task) => write!(words, "{verb} {name}, which it holds itself"),
                    _ if abandoned(trace, wait).is_some() => {
                        let first = abandoned(trace, wait).expect("it was found above");
                        let at = trace.steps[first].place.as_ref().map_or_else(String::new, |at| format!(" (at {at})"));
                        write!(
                            words,
                            "{verb} {name} behind another future of its own{at}, which came first and is not polled any \
                             more: {name} goes to that future, and it never takes it (a futurelock)"
                        )
                    }
                    _ => write!(words, "{verb} {name}"),
                }
            }
            Target::Signal(object) => {
                write!(words, "waits on {}{}", quoted(trace, object), ends::owners(trace, object, wait.task))
            }
            Target::Task(other) => write!(words, "waits for {} to end", trace.tasks[other].name),
        };
        if unpolled(trace).next().is_some()
            && let Some(worker) = occupied(trace, wait.task)
        {
            let _ = match workers(trace).count() {
                1 => write!(words, " and blocks the only thread that polls tasks"),
                _ => write!(words, " and blocks {}", trace.tasks[worker].name),
            };
        }
        words
    }
}

/// The first wait for an object that neither succeeded nor was given up, of a task that cannot go on. A task that polls several
/// futures, as in a `join!`, goes on with other steps while one of them waits.
fn open_wait(trace: &Trace, task: usize) -> Option<Wait> {
    let could_go_on = trace.tasks[task].kind == TaskKind::Async && trace.tasks[task].state == TaskState::Ready;
    let mut open: Vec<Wait> = Vec::new();
    for (index, step) in trace.steps.iter().enumerate().filter(|(_, step)| step.task == task) {
        match step.action {
            Action::Waits { object, mode } => {
                open.push(Wait { task, target: Target::Object(object, mode), step: index })
            }
            Action::Acquires { object, .. } | Action::Refused { object, .. } | Action::GivesUp { object } => {
                let ended = open.iter().position(|wait| matches!(wait.target, Target::Object(of, _) if of == object));
                if let Some(at) = ended {
                    open.remove(at);
                }
            }
            Action::Ends | Action::Panics { .. } => open.clear(),
            _ => {}
        }
    }
    open.into_iter().next().filter(|_| !could_go_on)
}

/// The step with which the task of `wait` began to wait for the same object earlier, in a future that it has neither
/// finished nor dropped. As one task waits in one place at a time, it does not poll that future.
pub(crate) fn abandoned(trace: &Trace, wait: &Wait) -> Option<usize> {
    let Target::Object(wanted, _) = wait.target else { return None };
    let own = trace.steps[..wait.step].iter().enumerate().rev().filter(|(_, step)| step.task == wait.task);
    let mut about = own.filter(|(_, step)| step.action.object() == Some(wanted));
    about.find_map(|(at, step)| match step.action {
        // Somebody else in this task, such as another branch of a `join!`, gave the object back.
        Action::Releases { .. } | Action::Refused { .. } => None,
        Action::Waits { .. } => Some(Some(at)),
        _ => Some(None),
    })?
}

/// The async tasks that could go on if a thread polled them.
pub(crate) fn unpolled(trace: &Trace) -> impl Iterator<Item = usize> {
    let is_ready = |(_, task): &(usize, &crate::Task)| task.kind == TaskKind::Async && task.state == TaskState::Ready;
    trace.tasks.iter().enumerate().filter(is_ready).map(|(id, _)| id)
}

/// The threads that poll async tasks: the workers of an executor, or else the thread of the test.
fn workers(trace: &Trace) -> impl Iterator<Item = usize> {
    let has_workers = trace.tasks.iter().any(|task| task.kind == TaskKind::Worker);
    trace
        .tasks
        .iter()
        .enumerate()
        .filter(move |(id, task)| match has_workers {
            true => task.kind == TaskKind::Worker,
            false => *id == 0,
        })
        .map(|(id, _)| id)
}

/// The worker that a waiting task keeps from polling other tasks.
fn occupied(trace: &Trace, task: usize) -> Option<usize> {
    trace.blocked_worker(task).or_else(|| workers(trace).find(|worker| *worker == task))
}

/// Takes `(object, mode)` from `task`, or from its actual holder, because some guards can move between tasks.
fn release(holds: &mut [Vec<(usize, Mode)>], task: usize, held: (usize, Mode)) {
    let owner = std::iter::once(task).chain(0..holds.len()).find(|t| holds[*t].contains(&held));
    if let Some(owner) = owner {
        let at = holds[owner].iter().rposition(|h| *h == held).expect("it was found there");
        holds[owner].remove(at);
    }
}

/// An object's name as it is shown everywhere: `` `balance` ``.
pub(crate) fn quoted(trace: &Trace, object: usize) -> String {
    trace.objects.get(object).map_or_else(|| "?".to_owned(), |o| quoted_name(&o.name))
}

/// What a holder holds: `` `balance` ``, or, as dashmap says, a reference into the map.
fn hold_in_words(trace: &Trace, object: usize, mode: Mode) -> String {
    let name = quoted(trace, object);
    match mode {
        _ if !trace.objects.get(object).is_some_and(|object| is_shard(&object.name)) => name,
        Mode::Write => format!("a mutable reference into {name}"),
        _ => format!("a reference into {name}"),
    }
}
