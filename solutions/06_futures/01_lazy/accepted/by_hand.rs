//! What a dashboard shows: figures from a slow service, and checksums of large files.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// A service that knows figures. Each call takes a while.
pub trait Service {
    /// Counts a visit.
    fn note_visit(&self) -> impl Future<Output = ()>;

    /// The figure called `name`.
    fn figure(&self, name: &str) -> impl Future<Output = u64>;
}

/// A large file. Computing its checksum keeps a core busy for a while.
pub trait File: Send + 'static {
    fn checksum(&self) -> u64;
}

/// The figures on the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    pub sales: u64,
    pub costs: u64,
    pub stock: u64,
}

/// Counts the visit and fetches three figures, all at the same time.
pub async fn figures(service: &impl Service) -> Figures {
    let mut sales = pin!(service.figure("sales"));
    let mut costs = pin!(service.figure("costs"));
    let mut stock = pin!(service.figure("stock"));
    let (mut a, mut b, mut c) = (None, None, None);
    let mut visit = pin!(service.note_visit());
    let mut noted = false;
    poll_fn(|context| {
        noted = noted || visit.as_mut().poll(context).is_ready();
        poll_into(&mut a, sales.as_mut(), context);
        poll_into(&mut b, costs.as_mut(), context);
        poll_into(&mut c, stock.as_mut(), context);
        match (noted, a, b, c) {
            (true, Some(sales), Some(costs), Some(stock)) => Poll::Ready(Figures { sales, costs, stock }),
            _ => Poll::Pending,
        }
    })
    .await
}

/// Polls `future` unless it has answered before.
fn poll_into<F: Future>(answer: &mut Option<F::Output>, future: Pin<&mut F>, context: &mut Context<'_>) {
    if answer.is_none()
        && let Poll::Ready(output) = future.poll(context)
    {
        *answer = Some(output);
    }
}

/// The checksums of two files, computed at the same time, on other threads than the one that polls.
pub async fn checksums(left: impl File, right: impl File) -> (u64, u64) {
    let left = tokio::task::spawn_blocking(move || left.checksum());
    let right = tokio::task::spawn_blocking(move || right.checksum());
    (left.await.expect("a checksum panicked"), right.await.expect("a checksum panicked"))
}
