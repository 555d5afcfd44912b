//! `smol::future`, `smol::stream` and `smol::io`: waiting and random choices.

use std::collections::HashSet;
use std::hash::Hash;
use std::io::Read;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use smol::future::{self, FutureExt};
use smol::io::{AsyncRead, BlockOn};
use smol::stream::{self, StreamExt};
use smol::{Timer, channel};

use crate::mistakes::explore;

/// All values that `body` returns, over all schedules.
fn outcomes<T, F>(body: impl Fn() -> F + Send + Sync + 'static) -> HashSet<T>
where
    T: Eq + Hash + Send + 'static,
    F: Future<Output = T> + 'static,
{
    let seen = Arc::new(Mutex::new(HashSet::new()));
    let all = Arc::clone(&seen);
    explore(move || {
        let (seen, future) = (Arc::clone(&seen), body());
        async move {
            let outcome = future.await;
            seen.lock().unwrap().insert(outcome);
        }
    })
    .expect("nothing is wrong");
    std::mem::take(&mut *all.lock().unwrap())
}

#[test]
fn either_future_may_win_a_race() {
    let both = HashSet::from([1, 2]);
    assert_eq!(outcomes(|| future::race(async { 1 }, async { 2 })), both);
    assert_eq!(outcomes(|| FutureExt::race(async { 1 }, async { 2 })), both);
    assert_eq!(outcomes(|| future::or(async { 1 }, async { 2 })), HashSet::from([1]), "`or` is not left to chance");
    assert_eq!(outcomes(|| future::race_with_seed(async { 1 }, async { 2 }, 7)).len(), 1, "nor is a seeded race");
}

#[test]
fn either_stream_may_win_a_race() {
    let first = || async { stream::race(stream::once(1), stream::once(2)).next().await };
    assert_eq!(outcomes(first), HashSet::from([Some(1), Some(2)]));
}

/// The real package uses the random generator of the OS thread here, which would differ from run to run.
#[test]
fn the_race_of_a_stream_repeats_with_the_seed() {
    let firsts = || {
        let all = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&all);
        explore(move || {
            let log = Arc::clone(&log);
            async move {
                // A choice, so that there are many schedules.
                smol::spawn(async {}).await;
                let first = StreamExt::race(stream::once(1), stream::once(2)).next().await;
                log.lock().unwrap().push(first);
            }
        })
        .expect("nothing is wrong");
        std::mem::take(&mut *all.lock().unwrap())
    };
    assert_eq!(firsts(), firsts());
}

#[test]
fn catch_unwind_catches_panics_but_not_the_kits_own_unwinding() {
    let caught_too_much = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&caught_too_much);
    explore(move || {
        let seen = Arc::clone(&seen);
        async move {
            let caught = FutureExt::catch_unwind(async { panic!("caught") }).await;
            assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"caught"));
            let waits = AssertUnwindSafe(async { smol::block_on(std::future::pending::<()>()) });
            let waits_for_ever = async move {
                let result = FutureExt::catch_unwind(waits).await;
                seen.store(true, SeqCst);
                drop(result);
            };
            smol::spawn(waits_for_ever).detach();
            future::yield_now().await;
        }
    })
    .expect("nothing is wrong");
    assert!(!caught_too_much.load(SeqCst), "a task that still waited at the end of its schedule went on");
}

/// An empty reader that is ready when its timer fires, and at every later time.
struct Late(Timer);

impl AsyncRead for Late {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, _: &mut [u8]) -> Poll<smol::io::Result<usize>> {
        self.0.poll(context).map(|_| Ok(0))
    }
}

#[test]
fn blocking_on_streams_and_readers_blocks_only_the_explored_thread() {
    explore(|| async {
        let (sender, receiver) = channel::bounded(1);
        smol::spawn(async move {
            for n in 1..=3 {
                sender.send(n).await.unwrap();
            }
        })
        .detach();
        assert_eq!(stream::block_on(Box::pin(receiver)).sum::<i32>(), 6);

        let mut text = String::new();
        BlockOn::new(Late(Timer::after(Duration::from_millis(1)))).read_to_string(&mut text).unwrap();
        assert_eq!(text, "");
    })
    .expect("nothing is wrong");
}
