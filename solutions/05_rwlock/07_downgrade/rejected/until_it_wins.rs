//! verdict: failing-test each_text_is_published_once_on_threads
//! If another text got in between, it publishes again. Readers see the page change back and forth.
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
            loop {
                self.page.write().unwrap().replace(text);
                let page = self.page.read().unwrap();
                if page.text == text {
                    return page;
                }
            }
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
            loop {
                self.page.write().await.replace(text);
                let page = self.page.read().await;
                if page.text == text {
                    return page;
                }
            }
        }

        /// The text on the page and its revision, as they are at one moment.
        pub async fn current(&self) -> Text {
            self.page.read().await.clone()
        }
    }
}
