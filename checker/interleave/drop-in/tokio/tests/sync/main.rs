//! `tokio::sync` in explore mode: its operations, its guarantees, and programs that use it.
#![cfg(feature = "explore")]

#[path = "../../../auto_traits.rs"]
#[macro_use]
mod auto_traits;
mod bounds;
mod budget;
mod channels;
mod guards;
mod locks;
mod operations;
mod sources;
mod steps;
mod watch;

use std::panic::Location;

use interleave::engine::{Exploration, threads};
use interleave::model::thread::{self, JoinHandle};
use trace::{Failure, FailureKind};

/// The first failure of `body` under a thousand interleavings.
fn explore<F: Future<Output = ()>>(body: impl Fn() -> F + Send + Sync + 'static) -> Result<(), Box<Failure>> {
    let exploration = Exploration::new(env!("CARGO_MANIFEST_DIR"));
    exploration.run(move || threads::block_on(body())).failure.map_or(Ok(()), Err)
}

#[track_caller]
fn passes<F: Future<Output = ()>>(body: impl Fn() -> F + Send + Sync + 'static) {
    if let Err(failure) = explore(body) {
        panic!("{:?}: {}", failure.kind, failure.message);
    }
}

/// Runs `body` until it panics with `message`, which proves that the case it denies can happen.
#[track_caller]
fn can_happen<F: Future<Output = ()>>(message: &str, body: impl Fn() -> F + Send + Sync + 'static) {
    let failure = explore(body).expect_err("it happens in some interleaving");
    assert!(failure.message.contains(message), "{:?}: {}", failure.kind, failure.message);
}

#[track_caller]
fn deadlocks<F: Future<Output = ()>>(body: impl Fn() -> F + Send + Sync + 'static) {
    let failure = explore(body).expect_err("it deadlocks in some interleaving");
    assert_eq!(failure.kind, FailureKind::Deadlock, "{}", failure.message);
}

/// Runs `future` on its own thread.
#[track_caller]
fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    thread::spawn(None, Location::caller(), move || threads::block_on(future))
}
