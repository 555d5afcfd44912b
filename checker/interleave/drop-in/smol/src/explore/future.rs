//! `smol::future`, with waiting that the scheduler knows about, and random choices that it makes.

use std::any::Any;
use std::panic::UnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use interleave::engine::{scheduler, threads};

use super::chance::Chance;

pub use interleave::model::YieldNow;
#[doc(no_inline)]
pub use real::future::*;

/// See [`real::future::block_on`].
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    threads::block_on(future)
}

/// See [`real::future::yield_now`].
pub fn yield_now() -> YieldNow {
    YieldNow::default()
}

/// See [`real::future::race`]. The scheduler chooses which future is polled first.
pub fn race<T, F1, F2>(future1: F1, future2: F2) -> Race<F1, F2>
where
    F1: Future<Output = T>,
    F2: Future<Output = T>,
{
    Race { future1, future2, chance: Chance::Explored }
}

/// See [`real::future::race_with_seed`].
pub fn race_with_seed<T, F1, F2>(future1: F1, future2: F2, seed: u64) -> Race<F1, F2>
where
    F1: Future<Output = T>,
    F2: Future<Output = T>,
{
    Race { future1, future2, chance: Chance::Seeded(fastrand::Rng::with_seed(seed)) }
}

pin_project_lite::pin_project! {
    /// See [`real::future::Race`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Race<F1, F2> {
        #[pin]
        future1: F1,
        #[pin]
        future2: F2,
        chance: Chance,
    }
}

impl<T, F1, F2> Future for Race<F1, F2>
where
    F1: Future<Output = T>,
    F2: Future<Output = T>,
{
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        if this.chance.is_first_first() {
            let first = this.future1.poll(context);
            if first.is_ready() { first } else { this.future2.poll(context) }
        } else {
            let first = this.future2.poll(context);
            if first.is_ready() { first } else { this.future1.poll(context) }
        }
    }
}

pin_project_lite::pin_project! {
    /// See [`real::future::CatchUnwind`]. The kit's own unwinding is not caught.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct CatchUnwind<F> {
        #[pin]
        inner: F,
    }
}

impl<F: Future + UnwindSafe> Future for CatchUnwind<F> {
    type Output = Result<F::Output, Box<dyn Any + Send>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let inner = self.project().inner;
        scheduler::catch(|| inner.poll(context))?.map(Ok)
    }
}

/// See [`real::future::FutureExt`].
pub trait FutureExt: Future {
    /// See [`real::future::FutureExt::poll`].
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Self::Output>
    where
        Self: Unpin,
    {
        Future::poll(Pin::new(self), context)
    }

    /// See [`real::future::FutureExt::or`].
    fn or<F>(self, other: F) -> Or<Self, F>
    where
        Self: Sized,
        F: Future<Output = Self::Output>,
    {
        or(self, other)
    }

    /// See [`real::future::FutureExt::race`].
    fn race<F>(self, other: F) -> Race<Self, F>
    where
        Self: Sized,
        F: Future<Output = Self::Output>,
    {
        race(self, other)
    }

    /// See [`real::future::FutureExt::catch_unwind`].
    fn catch_unwind(self) -> CatchUnwind<Self>
    where
        Self: Sized + UnwindSafe,
    {
        CatchUnwind { inner: self }
    }

    /// See [`real::future::FutureExt::boxed`].
    fn boxed<'a>(self) -> Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>
    where
        Self: Sized + Send + 'a,
    {
        Box::pin(self)
    }

    /// See [`real::future::FutureExt::boxed_local`].
    fn boxed_local<'a>(self) -> Pin<Box<dyn Future<Output = Self::Output> + 'a>>
    where
        Self: Sized + 'a,
    {
        Box::pin(self)
    }
}

impl<F: Future + ?Sized> FutureExt for F {}
