//! verdict: deadlock nothing_is_found_in_an_empty_archive
//! Ends with the last item of an archive. An empty archive has none.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc;
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
            let (done, mut results) = mpsc::channel(1);
            let mut tasks = JoinSet::new();
            let mut found = vec![Vec::new(); items.len()];
            for (place, item) in items.into_iter().enumerate() {
                let (engine, done) = (Arc::clone(&engine), done.clone());
                tasks.spawn(async move { done.send((place, boxed(engine, item).await)).await });
            }
            let mut left = found.len();
            while let Some((place, files)) = results.recv().await {
                found[place] = files;
                left -= 1;
                if left == 0 {
                    break;
                }
            }
            found.concat()
        }
    }
}

fn boxed<E: Engine>(engine: Arc<E>, item: String) -> Pin<Box<dyn Future<Output = Vec<String>> + Send>> {
    Box::pin(scan(engine, item))
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
