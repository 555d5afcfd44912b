//! What a dashboard shows: figures from a slow service, and checksums of large files.

/// Where figures come from. An answer takes its time.
pub trait Service {
    /// Notes that a reader was here.
    fn note_visit(&self) -> impl Future<Output = ()>;

    fn figure(&self, name: &str) -> impl Future<Output = u64>;
}

/// A large file, whose checksum takes a core a while to compute.
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

/// Notes the visit and fetches three figures.
pub async fn figures(service: &impl Service) -> Figures {
    let ((), sales, costs, stock) =
        tokio::join!(service.note_visit(), service.figure("sales"), service.figure("costs"), service.figure("stock"),);
    Figures { sales, costs, stock }
}

/// The checksums of two files.
pub async fn checksums(left: impl File, right: impl File) -> (u64, u64) {
    let left = tokio::task::spawn_blocking(move || left.checksum());
    let right = tokio::task::spawn_blocking(move || right.checksum());
    (left.await.expect("a checksum panicked"), right.await.expect("a checksum panicked"))
}
