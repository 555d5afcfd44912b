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
            self.page.write().unwrap().replace(text);
            // TODO: the lock is free after this line, and another writer may be waiting for it.
            self.page.read().unwrap()
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
        page: RwLock<Text>,
    }

    impl Page {
        pub fn new() -> Self {
            Self::default()
        }

        /// Puts `text` on the page. It stays there while the guard lives: others may read it, and publishers wait, asleep.
        pub async fn publish(&self, text: &str) -> RwLockReadGuard<'_, Text> {
            self.page.write().await.replace(text);
            // TODO: this lock is first in, first out: a writer that waits already gets it first.
            self.page.read().await
        }

        /// The text on the page and its revision, as they are at one moment.
        pub async fn current(&self) -> Text {
            self.page.read().await.clone()
        }
    }
}
