//! Scans the attachments of mails. An attachment is a file, or an archive of files and of other archives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
        /// Ends the closure when the scan is dropped.
        struct Ends(Arc<AtomicBool>);

        impl Drop for Ends {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }

        let ends = Ends(Arc::default());
        let opening = spawn_blocking({
            let (engine, item, is_dropped) = (Arc::clone(&self.engine), item.to_owned(), Arc::clone(&ends.0));
            move || {
                let mut files = Vec::new();
                open(&*engine, item, &is_dropped, &mut files);
                files
            }
        });
        let mut found = Vec::new();
        for (item, fingerprint) in opening.await.unwrap() {
            if self.engine.ask(fingerprint).await {
                found.push(item);
            }
        }
        found
    }
}

/// Calls itself, and waits for nobody.
fn open<E: Engine>(engine: &E, item: String, is_dropped: &AtomicBool, files: &mut Vec<(String, u64)>) {
    if is_dropped.load(Ordering::SeqCst) {
        return;
    }
    match engine.open(&item) {
        Content::File(fingerprint) => files.push((item, fingerprint)),
        Content::Archive(items) => items.into_iter().for_each(|item| open(engine, item, is_dropped, files)),
    }
}
