//! verdict: deadlock an_archive_is_scanned_by_a_pool_of_one_thread
//! Starts the jobs of all items in the archive before it waits for the first. They queue for the thread that waits for
//! them.
//!
//! Scans the attachments of mails. An attachment is a file, or an archive of files and of other archives.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task::{JoinHandle, spawn_blocking};

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
        start(Handle::current(), Arc::clone(&self.engine), item.to_owned()).await.unwrap()
    }
}

fn start<E: Engine>(handle: Handle, engine: Arc<E>, item: String) -> JoinHandle<Vec<String>> {
    spawn_blocking(move || match engine.open(&item) {
        Content::File(fingerprint) => {
            if handle.block_on(engine.ask(fingerprint)) {
                vec![item]
            } else {
                Vec::new()
            }
        }
        Content::Archive(items) => {
            let start = |item| start(handle.clone(), Arc::clone(&engine), item);
            let scanning: Vec<_> = items.into_iter().map(start).collect();
            scanning.into_iter().flat_map(|scanning| handle.block_on(scanning).unwrap()).collect()
        }
    })
}
