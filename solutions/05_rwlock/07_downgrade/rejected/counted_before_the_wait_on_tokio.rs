//! verdict: failing-test a_publisher_that_is_dropped_publishes_nothing_on_tokio
//! Takes its revision before it waits. If a publisher is dropped while it waits, its revision is counted all the same.
//!
//! A page that is written by some and read by many: with threads, and with tasks.

/// What is on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    /// How many texts have been published, this one included.
    pub revision: u32,
}

impl Text {
    fn replace(&mut self, text: &str) {
        self.text = text.to_owned();
        self.revision += 1;
    }
}

/// With threads and the lock of the standard library.
pub mod threads {
    use std::sync::{RwLock, RwLockReadGuard};

    use super::Text;

    /// A page that is empty at first. Each page is independent of the others.
    #[derive(Default)]
    pub struct Page {
        page: RwLock<Text>,
    }

    impl Page {
        pub fn new() -> Self {
            Self::default()
        }

        /// Puts `text` on the page. It stays there while the guard lives: others may read it, and publishers wait, asleep.
        pub fn publish(&self, text: &str) -> RwLockReadGuard<'_, Text> {
            let mut page = self.page.write().unwrap();
            page.replace(text);
            std::sync::RwLockWriteGuard::downgrade(page)
        }

        /// The text on the page and its revision, as they are at one moment.
        pub fn current(&self) -> Text {
            self.page.read().unwrap().clone()
        }
    }
}

/// With tasks and the lock of tokio.
pub mod on_tokio {
    use tokio::sync::{RwLock, RwLockReadGuard};

    use super::Text;

    /// A page that is empty at first. Each page is independent of the others.
    #[derive(Default)]
    pub struct Page {
        revisions: std::sync::atomic::AtomicU32,
        page: RwLock<Text>,
    }

    impl Page {
        pub fn new() -> Self {
            Self::default()
        }

        /// Puts `text` on the page. It stays there while the guard lives: others may read it, and publishers wait, asleep.
        pub async fn publish(&self, text: &str) -> RwLockReadGuard<'_, Text> {
            let revision = self.revisions.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
            let mut page = self.page.write().await;
            page.replace(text);
            page.revision = page.revision.max(revision);
            page.downgrade()
        }

        /// The text on the page and its revision, as they are at one moment.
        pub async fn current(&self) -> Text {
            self.page.read().await.clone()
        }
    }
}
