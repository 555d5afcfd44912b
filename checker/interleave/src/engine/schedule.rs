//! Runs one schedule from start to end.

use std::cell::Cell;
use std::path::PathBuf;

use super::coroutine::{Coroutine, Resumed};
use super::names;
use super::object::CHANNEL;
use super::session::{self, Phase, Recording, Session, Stop};
use super::threads;

/// Runs one schedule of `body` on the calling OS thread, and returns its session.
pub(crate) fn run(session: Session, body: impl FnOnce() + 'static) -> Box<Session> {
    session::begin(session);
    threads::start_main(body);
    while let Some(next) = session::with(|session| session.next).flatten() {
        resume(next);
    }
    tear_down();
    session::end().expect("the schedule that was begun")
}

/// Runs the thread `id` until it suspends itself or ends.
fn resume(id: usize) {
    let mut coroutine = session::with(|session| {
        session.current = id;
        session.threads[id].coroutine.take()
    })
    .flatten()
    .expect("a thread that can run is suspended");
    match coroutine.resume() {
        Resumed::Suspended => {
            session::with(|session| session.threads[id].coroutine = Some(coroutine));
        }
        Resumed::Returned => coroutine.recycle(),
    }
}

/// How many deadlocked or livelocked schedules may leave their threads behind.
const MOST_LEFT: u32 = 200;

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

/// Leaves the threads of a deadlocked or livelocked schedule as they are, stacks included, as killing a process would:
/// their destructors may lock what is never unlocked, and panic. This happens once or twice per test. The threads are
/// unwound after all if there is a lock in a `static`, which the schedule that is recorded would find locked, or if the
/// schedule is recorded and has a channel: only their drops show which task owned its ends.
fn leaves_threads() -> bool {
    let stands_still = session::with(|session| {
        let has_owners = session.objects.iter().any(|object| object.type_name == CHANNEL);
        let tells_owners = session.recording == Recording::Steps && has_owners;
        let stands_still = matches!(session.stop, Some(Stop::Deadlock | Stop::Livelock));
        stands_still && !tells_owners && !names::has_static(&session.objects, &package())
    });
    let leaves = stands_still == Some(true) && LEFT.get() < MOST_LEFT;
    if leaves {
        LEFT.set(LEFT.get() + 1);
        session::with(|session| {
            for thread in &mut session.threads {
                std::mem::forget((thread.coroutine.take(), std::mem::take(&mut thread.locals)));
            }
        });
    }
    leaves
}

fn package() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default()
}

/// Unwinds the rest of a schedule, so that every destructor runs and every stack becomes free. Threads are unwound in
/// reverse order of their start, because they may borrow from earlier ones.
fn tear_down() {
    let globals = session::with(|session| {
        session.phase = Phase::TearingDown;
        if session.recording == Recording::Steps {
            session.actors_left.clone_from(&session.actors);
        }
        session.current = threads::MAIN;
        std::mem::take(&mut session.globals)
    });
    // On a separate stack, because foreign destructors run here.
    let mut drops = Coroutine::new(Box::new(move || {
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || drop(globals)));
    }));
    match drops.resume() {
        Resumed::Returned => drops.recycle(),
        Resumed::Suspended => std::mem::forget(drops),
    }
    if leaves_threads() {
        return;
    }
    let count = || session::with(|session| session.threads.len()).unwrap_or(0);
    let mut ended_one = true;
    while std::mem::take(&mut ended_one) {
        for id in (0..count()).rev() {
            let coroutine = session::with(|session| {
                session.current = id;
                session.threads[id].coroutine.take()
            });
            let Some(mut coroutine) = coroutine.flatten() else { continue };
            match coroutine.resume() {
                Resumed::Returned => {
                    coroutine.recycle();
                    ended_one = true;
                }
                Resumed::Suspended => {
                    session::with(|session| session.threads[id].coroutine = Some(coroutine));
                }
            }
        }
    }
    // Destructors on these stacks wait forever. The stacks are leaked, as at the end of a process.
    session::with(|session| {
        session.threads.iter_mut().filter_map(|thread| thread.coroutine.take()).for_each(std::mem::forget);
    });
}
