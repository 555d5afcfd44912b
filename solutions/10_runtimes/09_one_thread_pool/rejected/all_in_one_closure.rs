//! verdict: deadlock no_thread_of_the_pool_waits_for_the_server
//! One closure for the whole archive waits for no other job. But it still waits for the server, on a thread of the
//! pool.
//!
//! Scans the attachments of mails. An attachment is a file, or an archive of files and of other archives.

use std::sync::Arc;

use tokio::runtime::Handle;
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
        let (engine, handle, item) = (Arc::clone(&self.engine), Handle::current(), item.to_owned());
        spawn_blocking(move || scan(&handle, &*engine, item)).await.unwrap()
    }
}

fn scan<E: Engine>(handle: &Handle, engine: &E, item: String) -> Vec<String> {
    match engine.open(&item) {
        Content::File(fingerprint) => {
            if handle.block_on(engine.ask(fingerprint)) {
                vec![item]
            } else {
                Vec::new()
            }
        }
        Content::Archive(items) => items.into_iter().flat_map(|item| scan(handle, engine, item)).collect(),
    }
}
