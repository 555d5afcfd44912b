//! verdict: deadlock archives_in_archives_are_scanned_by_a_pool_of_one_thread
//! Opens what is in an archive in the same closure. For an archive in it, the closure waits for another job.
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
        scan(Arc::clone(&self.engine), item.to_owned()).await
    }
}

async fn scan<E: Engine>(engine: Arc<E>, item: String) -> Vec<String> {
    let handle = Handle::current();
    let opening = spawn_blocking({
        let engine = Arc::clone(&engine);
        move || open(&handle, &engine, item)
    });
    let mut found = Vec::new();
    for opened in opening.await.unwrap() {
        match opened {
            Opened::File(name, fingerprint) => {
                if engine.ask(fingerprint).await {
                    found.push(name);
                }
            }
            Opened::Found(names) => found.extend(names),
        }
    }
    found
}

enum Opened {
    File(String, u64),
    Found(Vec<String>),
}

/// Opens the item, and what is in it.
fn open<E: Engine>(handle: &Handle, engine: &Arc<E>, item: String) -> Vec<Opened> {
    let items = match engine.open(&item) {
        Content::File(fingerprint) => return vec![Opened::File(item, fingerprint)],
        Content::Archive(items) => items,
    };
    let open_inner = |item: String| match engine.open(&item) {
        Content::File(fingerprint) => Opened::File(item, fingerprint),
        Content::Archive(items) => {
            let scan_inner = |item| handle.block_on(scan(Arc::clone(engine), item));
            Opened::Found(items.into_iter().flat_map(scan_inner).collect())
        }
    };
    items.into_iter().map(open_inner).collect()
}
