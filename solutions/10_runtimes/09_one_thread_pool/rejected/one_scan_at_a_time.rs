//! verdict: deadlock scans_open_items_at_the_same_time
//! One scan at a time, so that no two of them wait for each other. A slow one now delays all others.
//!
//! Scans the attachments of mails. An attachment is a file, or an archive of files and of other archives.

use std::sync::Arc;

use tokio::sync::Mutex;
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
        let _turn = self.turn.lock().await;
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
                found.extend(Box::pin(scan(Arc::clone(&engine), item)).await);
            }
            found
        }
    }
}
