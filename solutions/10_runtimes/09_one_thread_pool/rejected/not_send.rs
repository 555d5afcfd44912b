//! verdict: compile-error cannot be sent between threads safely
//! The box may hold a future that is not `Send`, so a scan could not be spawned as a task.
//!
//! Scans the attachments of mails. An attachment is a file, or an archive of files and of other archives.

use std::pin::Pin;
use std::sync::Arc;

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
    let opening = spawn_blocking({
        let (engine, item) = (Arc::clone(&engine), item.clone());
        move || engine.open(&item)
    });
    match opening.await.unwrap() {
        Content::File(fingerprint) => {
            if engine.ask(fingerprint).await {
                vec![item]
            } else {
                Vec::new()
            }
        }
        Content::Archive(items) => {
            let mut found = Vec::new();
            for item in items {
                let scanning: Pin<Box<dyn Future<Output = Vec<String>>>> = Box::pin(scan(Arc::clone(&engine), item));
                found.extend(scanning.await);
            }
            found
        }
    }
}
