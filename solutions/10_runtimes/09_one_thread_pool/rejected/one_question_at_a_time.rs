//! verdict: deadlock a_scan_does_not_wait_for_the_answers_to_others
//! One scan asks at a time. A server that does not answer one of them stops them all.

use std::sync::Arc;

use tokio::sync::Mutex;
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
    turn: Mutex<()>,
}

impl<E: Engine> Scanner<E> {
    pub fn new(engine: E) -> Self {
        Self { engine: Arc::new(engine), turn: Mutex::new(()) }
    }

    /// The names of the malicious files in `item`, in the order of the archive. Opens each item once, in the blocking
    /// pool of the runtime. Occupies no thread of that pool while it waits, and ends however few threads the pool has.
    /// A scan that is dropped hands the pool no other item.
    pub async fn scan(&self, item: &str) -> Vec<String> {
        scan(Arc::clone(&self.engine), &self.turn, item.to_owned()).await
    }
}

async fn scan<E: Engine>(engine: Arc<E>, turn: &Mutex<()>, item: String) -> Vec<String> {
    let mut found = Vec::new();
    // What is left to do. The last one is the next.
    let mut items = vec![item];
    while let Some(item) = items.pop() {
        match open(&engine, item).await {
            (item, Content::File(fingerprint)) => {
                let asking = turn.lock().await;
                let malicious = engine.ask(fingerprint).await;
                drop(asking);
                if malicious {
                    found.push(item);
                }
            }
            (_, Content::Archive(inner)) => items.extend(inner.into_iter().rev()),
        }
    }
    found
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
