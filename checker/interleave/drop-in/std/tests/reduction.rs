//! The search for every interleaving finds every way in which a program can end, although it runs few of its schedules:
//! small random programs are also run in every order, and both must find the same endings.
#![cfg(feature = "explore")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::mpsc::{self, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, RwLock};
use std::thread;

use interleave::engine::{Exploration, Reduction};
use trace::FailureKind;

/// An operation of a thread, in one or a few steps.
#[derive(Clone, Copy, Debug)]
enum Operation {
    Add(usize),
    Load(usize),
    Store(usize),
    LockAdd(usize),
    /// Locks the second lock while it holds the first.
    LockBoth(usize, usize),
    TryLock(usize),
    Read(usize),
    Write(usize),
    Send,
    TryReceive,
    /// Notifies without changing the condition.
    Notify,
    /// Sets the flag and notifies.
    Open,
    /// Waits for the flag.
    Pass,
    Park,
    UnparkMain,
}

#[derive(Default)]
struct Shared {
    atomics: [AtomicU32; 2],
    locks: [Mutex<u32>; 2],
    values: [RwLock<u32>; 2],
    open: Mutex<bool>,
    opened: Condvar,
}

/// Generates many numbers from one: the programs are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n) as usize
    }

    fn operation(&mut self) -> Operation {
        let (a, b) = (self.below(2), self.below(2));
        match self.below(16) {
            0 => Operation::Add(a),
            1 => Operation::Load(a),
            2 => Operation::Store(a),
            3 | 4 => Operation::LockAdd(a),
            5 if a != b => Operation::LockBoth(a, b),
            5 | 6 => Operation::TryLock(a),
            7 => Operation::Read(a),
            8 => Operation::Write(a),
            9 => Operation::Send,
            10 => Operation::TryReceive,
            11 => Operation::Notify,
            12 => Operation::Open,
            13 => Operation::Pass,
            14 => Operation::Park,
            _ => Operation::UnparkMain,
        }
    }

    fn program(&mut self) -> Vec<Vec<Operation>> {
        let threads = 2 + usize::from(self.below(4) == 0);
        let most = if threads == 2 { 3 } else { 2 };
        (0..threads).map(|_| (0..1 + self.below(most)).map(|_| self.operation()).collect()).collect()
    }
}

/// What the threads share besides [`Shared`]. Only the parts in use are created, because each adds steps.
struct Wires {
    channel: Option<(mpsc::SyncSender<usize>, Mutex<mpsc::Receiver<usize>>)>,
    main: thread::Thread,
}

/// Runs `program`, with its first thread on this one, and returns what each thread saw and the final state.
fn run(program: &[Vec<Operation>]) -> String {
    let uses = |wanted: fn(&Operation) -> bool| program.iter().flatten().any(wanted);
    let shared = Shared::default();
    let wires = Wires {
        channel: uses(|operation| matches!(operation, Operation::Send | Operation::TryReceive)).then(|| {
            let (sender, receiver) = mpsc::sync_channel(1);
            (sender, Mutex::new(receiver))
        }),
        main: thread::current(),
    };
    let perform_all = |me: usize| -> Vec<u32> {
        program[me].iter().map(|operation| perform(*operation, me, &shared, &wires)).collect()
    };
    let mut seen = Vec::new();
    thread::scope(|scope| {
        let threads: Vec<_> = (1..program.len()).map(|me| scope.spawn(move || perform_all(me))).collect();
        seen.push(perform_all(0));
        seen.extend(threads.into_iter().map(|thread| thread.join().unwrap()));
    });
    let Shared { atomics, locks, values, .. } = shared;
    let left: Vec<u32> = atomics
        .into_iter()
        .map(AtomicU32::into_inner)
        .chain(locks.into_iter().map(|lock| lock.into_inner().unwrap()))
        .chain(values.into_iter().map(|value| value.into_inner().unwrap()))
        .collect();
    format!("{seen:?} {left:?}")
}

fn perform(operation: Operation, me: usize, shared: &Shared, wires: &Wires) -> u32 {
    let number = me as u32 + 1;
    match operation {
        Operation::Add(at) => shared.atomics[at].fetch_add(number, SeqCst),
        Operation::Load(at) => shared.atomics[at].load(SeqCst),
        Operation::Store(at) => {
            shared.atomics[at].store(number, SeqCst);
            0
        }
        Operation::LockAdd(at) => {
            let mut value = shared.locks[at].lock().unwrap();
            *value = *value * 3 + number;
            *value
        }
        Operation::LockBoth(a, b) => {
            let first = shared.locks[a].lock().unwrap();
            let mut second = shared.locks[b].lock().unwrap();
            *second = *second * 3 + number;
            *first + *second
        }
        Operation::TryLock(at) => shared.locks[at].try_lock().map_or(99, |value| *value),
        Operation::Read(at) => *shared.values[at].read().unwrap(),
        Operation::Write(at) => {
            let mut value = shared.values[at].write().unwrap();
            *value = *value * 3 + number;
            *value
        }
        Operation::Send => wires.channel.as_ref().unwrap().0.try_send(me).map_or(99, |()| 0),
        Operation::TryReceive => match wires.channel.as_ref().unwrap().1.lock().unwrap().try_recv() {
            Ok(sent) => sent as u32,
            Err(TryRecvError::Empty) => 98,
            Err(TryRecvError::Disconnected) => 99,
        },
        Operation::Notify => {
            shared.opened.notify_one();
            0
        }
        Operation::Open => {
            *shared.open.lock().unwrap() = true;
            shared.opened.notify_all();
            0
        }
        Operation::Pass => {
            drop(shared.opened.wait_while(shared.open.lock().unwrap(), |open| !*open).unwrap());
            0
        }
        Operation::Park => {
            thread::park();
            0
        }
        Operation::UnparkMain => {
            wires.main.unpark();
            0
        }
    }
}

/// The maximum number of orders in which a program is run.
const MOST: usize = 5_000;

/// Would catch: a change of shared state that the search does not see, and a race that it overlooks.
#[test]
fn a_program_ends_in_the_same_ways_with_and_without_reduction() {
    let programs = std::env::var("INTERLEAVE_PROGRAMS").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let mut random = Random(1);
    let (mut reduced, mut all, mut compared) = (0, 0, 0);
    for number in 0..programs {
        let program = Arc::new(random.program());
        let endings = |reduction| {
            let program = Arc::clone(&program);
            Exploration::new(".").endings(reduction, MOST, move || run(&program))
        };
        // Some programs have more orders than a test has time for.
        let Some((runs_of_all, everything)) = endings(Reduction::No) else { continue };
        let (runs, seen) = endings(Reduction::Yes).expect("there are fewer of them");
        compared += 1;
        assert_eq!(seen, everything, "program {number}: {program:?}");
        reduced += runs;
        all += runs_of_all;
    }
    println!("{compared} of {programs} programs: {reduced} schedules instead of {all}");
    assert!(compared > programs / 4, "only {compared} programs are small enough");
    assert!(reduced < all);
}

/// Would catch: different states that share a node of the map, and a way that is left out.
#[test]
fn the_map_of_a_program_ends_in_the_same_ways_as_every_order() {
    let mut random = Random(2);
    let (mut ends, mut compared) = (0, 0);
    for number in 0..100 {
        let program = Arc::new(random.program());
        let body = || {
            let program = Arc::clone(&program);
            // The final state, in the panic message, where a map shows it.
            move || -> String { panic!("{}", run(&program)) }
        };
        let Some((_, everything)) = Exploration::new(".").endings(Reduction::No, MOST, body()) else { continue };
        let ends_with = body();
        let map = Exploration::new(".").map(move || drop(ends_with())).expect("its steps are all known");
        let seen: BTreeSet<String> = map
            .ends()
            .filter_map(|end| map.failure(end))
            .map(|failure| match failure.kind {
                FailureKind::Panic => format!("panic: {}", failure.message),
                kind => format!("{kind:?}"),
            })
            .collect();
        assert_eq!(seen, everything, "program {number}: {program:?}");
        ends += map.ends().count();
        compared += 1;
    }
    println!("{compared} programs have {ends} ends");
    assert!(compared > 25, "only {compared} programs are small enough");
}
