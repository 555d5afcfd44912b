//! verdict: deadlock no_thread_of_the_pool_waits_for_answers_about_an_archive
//! Asks about the files of an archive in the pool.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::JoinSet;

/// What is in an item.
pub enum Content {
    /// A file, with its fingerprint.
    File(u64),
    /// An archive, with the names of the items in it.
    Archive(Vec<String>),
}

/// Opens items, and knows whom to ask about files.
pub trait Engine: Send + Sync + 'static {
    /// Reads an item, and unpacks it if it is an archive. Blocks its thread: not to be called on a thread that runs
    /// tasks.
    fn open(&self, item: &str) -> Content;

    /// Asks a server whether the file with this fingerprint is malicious.
    fn ask(&self, fingerprint: u64) -> impl Future<Output = bool> + Send;
}

/// Scans attachments, any number of them at once.
pub struct Scanner<E> {
    engine: Arc<E>,
}

impl<E: Engine> Scanner<E> {
    pub fn new(engine: E) -> Self {
        Self { engine: Arc::new(engine) }
    }

    /// The names of the malicious files in `item`, in the order of the archive. Opens each item once, in the blocking
    /// pool of the runtime. Occupies no thread of that pool while it waits, and ends however few threads the pool has.
    /// A scan that is dropped hands the pool no other item.
    pub async fn scan(&self, item: &str) -> Vec<String> {
        scan(Arc::clone(&self.engine), item.to_owned()).await
    }
}

async fn scan<E: Engine>(engine: Arc<E>, item: String) -> Vec<String> {
    let (item, content) = open(&engine, item).await;
    match content {
        Content::File(fingerprint) if engine.ask(fingerprint).await => vec![item],
        Content::File(_) => Vec::new(),
        Content::Archive(items) => {
            let mut found = Vec::new();
            for item in items {
                if item.ends_with('/') {
                    found.extend(Box::pin(scan(Arc::clone(&engine), item)).await);
                } else {
                    found.extend(file(&engine, item).await);
                }
            }
            found
        }
    }
}

/// A file in an archive.
async fn file<E: Engine>(engine: &Arc<E>, item: String) -> Option<String> {
    let (engine, handle) = (Arc::clone(engine), Handle::current());
    let mut job = JoinSet::new();
    job.spawn_blocking(move || match engine.open(&item) {
        Content::File(fingerprint) => handle.block_on(engine.ask(fingerprint)).then_some(item),
        Content::Archive(_) => None,
    });
    job.join_next().await.unwrap().unwrap()
}

/// Opens an item in the pool. If the future is dropped while the item is still queued, it is not opened.
async fn open<E: Engine>(engine: &Arc<E>, item: String) -> (String, Content) {
    let engine = Arc::clone(engine);
    let mut job = JoinSet::new();
    job.spawn_blocking(move || {
        let content = engine.open(&item);
        (item, content)
    });
    job.join_next().await.unwrap().unwrap()
}
