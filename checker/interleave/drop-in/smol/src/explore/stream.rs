//! `smol::stream`, with waiting that the scheduler knows about, and random choices that it makes.
//!
//! The method `StreamExt::race` is the real one: its choices repeat with the schedule, but are not explored.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::chance::Chance;

#[doc(no_inline)]
pub use real::stream::*;

/// See [`real::stream::block_on`].
pub fn block_on<S: Stream + Unpin>(stream: S) -> BlockOn<S> {
    BlockOn(stream)
}

/// See [`real::stream::BlockOn`].
#[derive(Debug)]
pub struct BlockOn<S>(S);

impl<S: Stream + Unpin> Iterator for BlockOn<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        super::block_on(self.0.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// See [`real::stream::race`]. The scheduler chooses which stream is polled first.
pub fn race<T, S1, S2>(stream1: S1, stream2: S2) -> Race<S1, S2>
where
    S1: Stream<Item = T>,
    S2: Stream<Item = T>,
{
    Race { stream1, stream2, chance: Chance::Explored }
}

/// See [`real::stream::race_with_seed`].
pub fn race_with_seed<T, S1, S2>(stream1: S1, stream2: S2, seed: u64) -> Race<S1, S2>
where
    S1: Stream<Item = T>,
    S2: Stream<Item = T>,
{
    Race { stream1, stream2, chance: Chance::Seeded(fastrand::Rng::with_seed(seed)) }
}

pin_project_lite::pin_project! {
    /// See [`real::stream::Race`].
    #[derive(Clone, Debug)]
    #[must_use = "streams do nothing unless polled"]
    pub struct Race<S1, S2> {
        #[pin]
        stream1: S1,
        #[pin]
        stream2: S2,
        chance: Chance,
    }
}

impl<T, S1, S2> Stream for Race<S1, S2>
where
    S1: Stream<Item = T>,
    S2: Stream<Item = T>,
{
    type Item = T;

    /// As in the real package, a stream that has ended counts as pending.
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let this = self.project();
        let item = |polled| match polled {
            Poll::Ready(Some(item)) => Some(item),
            _ => None,
        };
        let item = if this.chance.is_first_first() {
            item(this.stream1.poll_next(context)).or_else(|| item(this.stream2.poll_next(context)))
        } else {
            item(this.stream2.poll_next(context)).or_else(|| item(this.stream1.poll_next(context)))
        };
        item.map_or(Poll::Pending, |item| Poll::Ready(Some(item)))
    }
}
