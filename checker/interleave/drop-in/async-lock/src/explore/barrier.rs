//! `async_lock::Barrier`.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use interleave::engine::Access;
use interleave::engine::threads::block_on;
use interleave::model::{Event, Listener, Object, PerSchedule};

/// A barrier controlled by the scheduler.
pub struct Barrier {
    n: usize,
    object: Object,
    state: PerSchedule<State>,
    event: Event,
}

#[derive(Clone, Copy, Debug)]
struct State {
    count: usize,
    generation: u64,
}

impl Barrier {
    /// A barrier that opens whenever `n` tasks or threads have arrived; with `n` 0 or 1, at once.
    #[track_caller]
    pub const fn new(n: usize) -> Barrier {
        Barrier {
            n,
            object: Object::new("Barrier"),
            state: PerSchedule::new(State { count: 0, generation: 0 }),
            event: Event::new(),
        }
    }

    /// A future that arrives when it is first polled, and completes once the barrier opens. Its place in a trace is
    /// this call.
    #[track_caller]
    pub fn wait(&self) -> BarrierWait<'_> {
        BarrierWait { barrier: self, arrived_in: None, listener: Listener::new(), place: Location::caller() }
    }

    /// Arrives, and blocks the calling thread until the barrier opens.
    #[track_caller]
    pub fn wait_blocking(&self) -> BarrierWaitResult {
        block_on(self.wait())
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").field("n", &self.n).finish_non_exhaustive()
    }
}

/// See `async_lock::BarrierWaitResult`.
#[derive(Debug, Clone)]
pub struct BarrierWaitResult {
    is_leader: bool,
}

impl BarrierWaitResult {
    /// Whether this arrival opened the barrier: true for one of `n` arrivals.
    pub fn is_leader(&self) -> bool {
        self.is_leader
    }
}

/// See `async_lock::futures::BarrierWait`.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct BarrierWait<'a> {
    barrier: &'a Barrier,
    /// The generation in which it was counted.
    arrived_in: Option<u64>,
    listener: Listener,
    place: &'static Location<'static>,
}

impl Future for BarrierWait<'_> {
    type Output = BarrierWaitResult;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<BarrierWaitResult> {
        let Self { barrier, arrived_in, listener, place } = &mut *self;
        barrier.object.point(Access::Write);
        let generation = match *arrived_in {
            Some(generation) => generation,
            None => {
                let (generation, is_last) = barrier.arrive();
                if is_last {
                    barrier.event.notify(usize::MAX);
                    barrier.object.signals(place);
                    return Poll::Ready(BarrierWaitResult { is_leader: true });
                }
                listener.listen(&barrier.event);
                *arrived_in.insert(generation)
            }
        };
        while listener.poll(&barrier.event, context.waker(), || barrier.object.listens(place)).is_ready() {
            if barrier.state.with(|state| state.generation) != generation {
                listener.finish(&barrier.event);
                barrier.object.hears(place);
                return Poll::Ready(BarrierWaitResult { is_leader: false });
            }
            listener.listen(&barrier.event);
        }
        Poll::Pending
    }
}

impl Barrier {
    /// Counts one arrival. Returns the generation, and whether it was the last arrival of that generation.
    fn arrive(&self) -> (u64, bool) {
        self.state.with(|state| {
            let generation = state.generation;
            state.count += 1;
            let is_last = state.count >= self.n;
            if is_last {
                *state = State { count: 0, generation: generation.wrapping_add(1) };
            }
            (generation, is_last)
        })
    }
}

impl Drop for BarrierWait<'_> {
    /// The arrival stays counted, as in the real barrier.
    fn drop(&mut self) {
        self.listener.cancel(&self.barrier.event, &self.barrier.object, self.place);
    }
}

impl fmt::Debug for BarrierWait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BarrierWait { .. }")
    }
}
