//! `futures::executor`, whose callers wait through the scheduler.

mod enter;
mod local_pool;

use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};

use interleave::engine::{scheduler, threads};
use real::stream::{Stream, StreamExt};

pub use enter::{Enter, EnterError, enter};
pub use local_pool::{LocalPool, LocalSpawner};

/// Wakes the thread that runs an executor, and records that it did.
struct Notify {
    is_woken: AtomicBool,
    thread: Waker,
}

impl Wake for Notify {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, SeqCst);
        self.thread.wake_by_ref();
    }
}

/// Calls `f` on the running thread until it is ready; the thread blocks in between. `f` receives the waker's
/// [`Notify`].
///
/// # Panics
///
/// Inside another executor.
#[track_caller]
fn run_executor<T>(mut f: impl FnMut(&Notify, &mut Context<'_>) -> Poll<T>) -> T {
    let _entered = enter().expect("cannot execute `LocalPool` executor from within another executor");
    scheduler::point();
    let notify = Arc::new(Notify { is_woken: AtomicBool::new(false), thread: threads::waker() });
    let waker = Waker::from(Arc::clone(&notify));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(result) = f(&notify, &mut context) {
            return result;
        }
        threads::wait_until(None, || notify.is_woken.swap(false, SeqCst));
    }
}

/// See [`real::executor::block_on`].
///
/// # Panics
///
/// Inside another executor.
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    run_executor(|_, context| future.as_mut().poll(context))
}

/// See [`real::executor::block_on_stream`].
pub fn block_on_stream<S: Stream + Unpin>(stream: S) -> BlockingStream<S> {
    BlockingStream { stream }
}

/// See [`real::executor::BlockingStream`].
#[derive(Debug)]
pub struct BlockingStream<S: Stream + Unpin> {
    stream: S,
}

impl<S: Stream + Unpin> Deref for BlockingStream<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.stream
    }
}

impl<S: Stream + Unpin> DerefMut for BlockingStream<S> {
    fn deref_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<S: Stream + Unpin> BlockingStream<S> {
    /// See [`real::executor::BlockingStream::into_inner`].
    pub fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: Stream + Unpin> Iterator for BlockingStream<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        block_on(self.stream.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}
