//! Each operation on shared state passes a scheduling point.

use std::time::Duration;

use interleave::model::time::Instant;
use smol::future::{self, poll_once};
use smol::stream::StreamExt;
use smol::{Executor, LocalExecutor, Timer, block_on, spawn, unblock};

use crate::mistakes::explore;
use crate::points::passes_a_point;

/// Polls a future once.
fn poll<T>(future: impl Future<Output = T>) -> Option<T> {
    block_on(poll_once(future))
}

#[test]
fn operations_on_tasks_pass_a_scheduling_point() {
    explore(|| async {
        let task = passes_a_point("spawn", || spawn(async {}));
        passes_a_point("is_finished", || task.is_finished());
        passes_a_point("detach", || task.detach());
        let mut task = spawn(std::future::pending::<()>());
        passes_a_point("poll of a task", || poll(&mut task));
        passes_a_point("drop of a task", || drop(task));
        let mut fallible = spawn(async {}).fallible();
        fallible = {
            passes_a_point("is_finished of a fallible task", || fallible.is_finished());
            fallible
        };
        passes_a_point("poll of a fallible task", || poll(&mut fallible));
        passes_a_point("cancel", || poll(spawn(std::future::pending::<()>()).cancel()));
        passes_a_point("unblock", || unblock(|| ())).detach();
        passes_a_point("yield_now", || poll(future::yield_now()));
    })
    .expect("all of them do");
}

#[test]
fn operations_on_executors_pass_a_scheduling_point() {
    /// The same checks for both executors.
    macro_rules! check {
        ($executor:expr) => {{
            let executor = $executor;
            let task = passes_a_point("spawn", || executor.spawn(async {}));
            passes_a_point("is_finished", || task.is_finished());
            passes_a_point("detach", || task.detach());
            passes_a_point("try_tick", || executor.try_tick());
            passes_a_point("tick", || poll(executor.tick()));
            passes_a_point("run", || poll(executor.run(async {})));
            passes_a_point("is_empty", || executor.is_empty());
            let mut task = executor.spawn(std::future::pending::<()>());
            passes_a_point("poll of a task", || poll(&mut task));
            passes_a_point("drop of a task", || drop(task));
            passes_a_point("cancel", || poll(executor.spawn(std::future::pending::<()>()).cancel()));
            let mut tasks = Vec::new();
            passes_a_point("spawn_many", || executor.spawn_many([async {}], &mut tasks));
            tasks.into_iter().for_each(|task| task.detach());
            passes_a_point("drop of an executor", || drop(executor));
        }};
    }

    explore(|| async {
        check!(Executor::new());
        check!(LocalExecutor::new());
    })
    .expect("all of them do");
}

#[test]
fn operations_on_timers_pass_a_scheduling_point() {
    explore(|| async {
        let ms = Duration::from_millis(1);
        let mut timer = Timer::after(ms);
        passes_a_point("poll of a timer", || poll(&mut timer));
        passes_a_point("next of a timer", || poll(timer.next()));
        passes_a_point("set_after", || timer.set_after(ms));
        passes_a_point("set_at", || timer.set_at(Instant::current()));
        passes_a_point("set_interval", || timer.set_interval(ms));
        passes_a_point("set_interval_at", || timer.set_interval_at(Instant::current(), ms));
        passes_a_point("clear", || timer.clear());
    })
    .expect("all of them do");
}
