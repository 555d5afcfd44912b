//! Each operation on shared state passes a scheduling point.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use async_std::future::timeout;
use async_std::task::{self, spawn, spawn_blocking};

use crate::mistakes::explore;
use crate::points::passes_a_point;

/// Polls a future once.
fn poll<T>(future: impl Future<Output = T>) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn operations_pass_a_scheduling_point() {
    let ms = Duration::from_millis(1);
    explore(move || async move {
        let mut task = passes_a_point("spawn", || spawn(std::future::pending::<()>()));
        passes_a_point("poll of a handle", || poll(&mut task));
        passes_a_point("cancel", || poll(task.cancel()));
        let task = passes_a_point("spawn of a builder", || task::Builder::new().spawn(async {}).unwrap());
        passes_a_point("drop of a handle", || drop(task));
        drop(passes_a_point("spawn_blocking", || spawn_blocking(|| ())));
        passes_a_point("sleep", || poll(task::sleep(ms)));
        passes_a_point("timeout", || poll(timeout(ms, std::future::pending::<()>())));
        passes_a_point("io::timeout", || {
            poll(async_std::io::timeout(ms, std::future::pending::<async_std::io::Result<()>>()))
        });
        passes_a_point("yield_now", || poll(task::yield_now()));
    })
    .expect("all of them do");
}
