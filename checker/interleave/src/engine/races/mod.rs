//! Finds data races: two accesses to one cell that no synchronization orders.
//!
//! A schedule runs one step after the other, so a missing `Acquire` or `Release` changes no value here. It shows as two
//! accesses of which neither *happens before* the other. Each thread carries a vector clock, and gains knowledge only
//! through what synchronizes in the real packages. An access is ordered after another one if its thread knows of that.
//!
//! Whether two accesses are ordered depends only on the order of the steps that synchronize, which the search explores.
//! So an access to a cell needs no scheduling point of its own, and is found out in whichever order the two come.

mod blame;
mod vector_clock;

use std::collections::HashMap;
use std::panic::Location;
use std::sync::atomic::Ordering;

use trace::Mode;

pub(crate) use self::blame::Blame;
use self::blame::Evidence;
pub(in crate::engine) use self::blame::short;
pub(crate) use self::vector_clock::VectorClock;

/// How the steps on an object order what comes before and after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Orders {
    /// Each step comes after all earlier ones.
    Steps,
    /// Acquiring it comes after each release, as far as the modes exclude each other.
    Holders,
    /// Nothing by itself: an atomic, whose operations say what they order, or a cell, whose accesses do not.
    Nothing,
}

/// An operation on an atomic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Reads.
    Load,
    /// Writes.
    Store,
    /// Reads and writes in one step.
    Update,
}

/// Two accesses to a cell that nothing orders.
#[derive(Clone, Debug)]
pub(crate) struct Race {
    /// The cell.
    pub(crate) object: usize,
    pub(crate) first: Seen,
    pub(crate) second: Seen,
    pub(crate) blame: Option<Blame>,
}

/// An access to a cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    thread: usize,
    /// The moment of the thread in which it happened.
    moment: u32,
    /// The thread's or the task's entry in `Session::actors`.
    pub(crate) actor: usize,
    pub(crate) place: &'static Location<'static>,
}

impl Race {
    /// Whether both name the same lines.
    pub(crate) fn is_like(&self, other: &Race) -> bool {
        (self.first.place, self.second.place) == (other.first.place, other.second.place)
    }
}

/// What the threads of a schedule know of each other.
#[derive(Debug, Default)]
pub(crate) struct Races {
    threads: Vec<Thread>,
    /// What each task knew at its last await, by its entry in `Session::actors`.
    tasks: HashMap<usize, VectorClock>,
    objects: Vec<Object>,
    /// What the steps know that touch everything.
    everything: VectorClock,
    /// Set while the clock wakes threads: that orders nothing.
    pub(crate) is_clock_waking: bool,
    /// Kept only if the race is to be explained.
    evidence: Option<Evidence>,
}

#[derive(Debug, Default)]
struct Thread {
    now: VectorClock,
    /// What relaxed stores publish: the knowledge at the last release fence.
    fenced: VectorClock,
    /// What relaxed loads have read, for an acquire fence to learn.
    heard: VectorClock,
    /// What those knew who woke it, to be learned when it goes on.
    woken: VectorClock,
}

#[derive(Debug, Default)]
struct Object {
    /// What one learns who acquires it.
    published: VectorClock,
    /// What readers published who left a lock: the next writer learns it.
    readers: VectorClock,
    last: Option<Seen>,
}

impl Races {
    pub(crate) fn new(explains: bool) -> Self {
        Races { evidence: explains.then(Evidence::default), ..Races::default() }
    }

    /// Starts the thread `id`, on behalf of the thread `parent`.
    pub(crate) fn start(&mut self, id: usize, parent: Option<usize>) {
        let now = parent.map_or_else(VectorClock::default, |parent| self.publish(parent));
        self.threads.push(Thread { now, ..Thread::default() });
        self.threads[id].now.tick(id);
    }

    /// What `thread` knows, for others to learn. What it does from now on is not part of it.
    pub(crate) fn publish(&mut self, thread: usize) -> VectorClock {
        let now = &mut self.threads[thread].now;
        let published = now.clone();
        now.tick(thread);
        published
    }

    pub(crate) fn learn(&mut self, thread: usize, known: &VectorClock) {
        self.threads[thread].now.join(known);
    }

    /// `by` lets the thread `id` go on.
    pub(crate) fn wake(&mut self, id: usize, by: usize) {
        if !self.is_clock_waking {
            let known = self.publish(by);
            self.threads[id].woken.join(&known);
        }
    }

    /// `thread` goes on after it has waited.
    pub(crate) fn go_on(&mut self, thread: usize) {
        let Thread { now, woken, .. } = &mut self.threads[thread];
        now.join(woken);
    }

    /// `thread` begins to poll the task `actor`.
    pub(crate) fn begin_task(&mut self, thread: usize, actor: usize) {
        if let Some(known) = self.tasks.get(&actor) {
            self.threads[thread].now.join(known);
        }
    }

    /// `thread` has started or polled the task `actor`.
    pub(crate) fn leave_task(&mut self, thread: usize, actor: usize) {
        let known = self.publish(thread);
        self.tasks.insert(actor, known);
    }

    fn object(&mut self, object: usize) -> &mut Object {
        if self.objects.len() <= object {
            self.objects.resize_with(object + 1, Object::default);
        }
        &mut self.objects[object]
    }

    /// A step on an object with [`Orders::Steps`].
    pub(crate) fn step(&mut self, thread: usize, object: usize) {
        let now = self.publish(thread);
        let published = &mut self.object(object).published;
        published.join(&now);
        let known = published.clone();
        self.learn(thread, &known);
    }

    /// A step that touches everything.
    pub(crate) fn touch_everything(&mut self, thread: usize) {
        let now = self.publish(thread);
        self.everything.join(&now);
        self.threads[thread].now.join(&self.everything);
    }

    /// `thread` acquires a lock.
    pub(crate) fn acquire(&mut self, thread: usize, object: usize, mode: Mode) {
        self.object(object);
        let (Object { published, readers, .. }, now) = (&self.objects[object], &mut self.threads[thread].now);
        now.join(published);
        if mode != Mode::Read {
            now.join(readers);
        }
    }

    /// `thread` releases a lock.
    pub(crate) fn release(&mut self, thread: usize, object: usize, mode: Mode) {
        let now = self.publish(thread);
        let object = self.object(object);
        match mode {
            Mode::Read | Mode::Upgradable => object.readers.join(&now),
            Mode::Lock | Mode::Write | Mode::Permit => object.published.join(&now),
        }
    }

    /// An operation on an atomic. A store ends the release sequence before it, an update continues it.
    pub(crate) fn atomic(
        &mut self,
        thread: usize,
        object: usize,
        operation: Operation,
        order: Ordering,
        place: &'static Location<'static>,
    ) {
        self.object(object);
        let (this, own) = (&mut self.objects[object], &mut self.threads[thread]);
        if operation != Operation::Store {
            let learns = if acquires(order) { &mut own.now } else { &mut own.heard };
            learns.join(&this.published);
        }
        if let Some(evidence) = &mut self.evidence {
            evidence.add(thread, object, operation, order, place, &own.now);
        }
        if operation == Operation::Load {
            return;
        }
        let publishes = if releases(order) { &own.now } else { &own.fenced };
        match operation {
            Operation::Store => this.published.clone_from(publishes),
            Operation::Load | Operation::Update => this.published.join(publishes),
        }
        if releases(order) {
            own.now.tick(thread);
        }
    }

    pub(crate) fn fence(&mut self, thread: usize, order: Ordering) {
        let Thread { now, fenced, heard, .. } = &mut self.threads[thread];
        if acquires(order) {
            now.join(heard);
        }
        if releases(order) {
            fenced.clone_from(now);
            now.tick(thread);
        }
    }

    /// An access to the cell `object`, which may write. Returns the race with the access before, if there is one.
    pub(crate) fn access(&mut self, object: usize, second: Seen) -> Option<Race> {
        let first = self.object(object).last.replace(second)?;
        let now = &self.threads[second.thread].now;
        if first.thread == second.thread || now.of(first.thread) >= first.moment {
            return None;
        }
        let blame = self.evidence.as_ref().and_then(|evidence| evidence.blame(&first, second.thread));
        Some(Race { object, first, second, blame })
    }

    /// An access for which the compiler vouches that nobody else has a reference: never a race.
    pub(crate) fn access_alone(&mut self, object: usize, seen: Seen) -> Option<Race> {
        self.object(object).last = Some(seen);
        None
    }

    /// What `thread` does now.
    pub(crate) fn see(&mut self, thread: usize, actor: usize, place: &'static Location<'static>) -> Seen {
        let now = &mut self.threads[thread].now;
        let moment = now.of(thread);
        // What the thread does next knows of the access, and what it did before does not.
        now.tick(thread);
        Seen { thread, moment, actor, place }
    }
}

fn acquires(order: Ordering) -> bool {
    matches!(order, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}

fn releases(order: Ordering) -> bool {
    matches!(order, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}
