//! Scans the attachments of mails. An attachment is a file, or an archive of files and of other archives.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::spawn_blocking;

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
    let mut found = Vec::new();
    // What is left to do. The last one is the next.
    let mut items = vec![item];
    while let Some(item) = items.pop() {
        match open(&engine, item).await {
            (item, Content::File(fingerprint)) => {
                if engine.ask(fingerprint).await {
                    found.push(item);
                }
            }
            (_, Content::Archive(inner)) => items.extend(inner.into_iter().rev()),
        }
    }
    found
}

/// Opens an item in the pool, if somebody still waits for it when a thread is free.
async fn open<E: Engine>(engine: &Arc<E>, item: String) -> (String, Content) {
    let engine = Arc::clone(engine);
    let (result, opened) = oneshot::channel();
    spawn_blocking(move || {
        if !result.is_closed() {
            let content = engine.open(&item);
            let _ = result.send((item, content));
        }
    });
    opened.await.unwrap()
}
