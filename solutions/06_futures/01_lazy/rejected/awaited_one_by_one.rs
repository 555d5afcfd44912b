//! verdict: failing-test four_calls_take_as_long_as_one
//! Awaits each call in place: the visit is counted now, but every figure still waits for the one before.
//!
//! What a dashboard shows: figures from a slow service, and checksums of large files.

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
    service.note_visit().await;
    let sales = service.figure("sales").await;
    let costs = service.figure("costs").await;
    let stock = service.figure("stock").await;
    Figures { sales, costs, stock }
}

/// The checksums of two files, computed at the same time, on other threads than the one that polls.
pub async fn checksums(left: impl File, right: impl File) -> (u64, u64) {
    let left = tokio::task::spawn_blocking(move || left.checksum());
    let right = tokio::task::spawn_blocking(move || right.checksum());
    (left.await.expect("a checksum panicked"), right.await.expect("a checksum panicked"))
}
