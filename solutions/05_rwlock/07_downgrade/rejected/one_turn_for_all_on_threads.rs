//! verdict: deadlock two_pages_do_not_disturb_each_other_on_threads
//! A `static` lock for publishers: while one page has a guard, no other page gets a text.
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
    use std::ops::Deref;
    use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard};

    use super::Text;

    static PUBLISHING: Mutex<()> = Mutex::new(());

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
        pub fn publish(&self, text: &str) -> Published<'_> {
            let turn = PUBLISHING.lock().unwrap();
            self.page.write().unwrap().replace(text);
            Published { page: self.page.read().unwrap(), _turn: turn }
        }

        /// The text on the page and its revision, as they are at one moment.
        pub fn current(&self) -> Text {
            self.page.read().unwrap().clone()
        }
    }

    /// Who publishes next waits for the end of this.
    pub struct Published<'a> {
        page: RwLockReadGuard<'a, Text>,
        _turn: MutexGuard<'a, ()>,
    }

    impl Deref for Published<'_> {
        type Target = Text;

        fn deref(&self) -> &Text {
            &self.page
        }
    }
}

/// With tasks and the lock of tokio.
pub mod on_tokio {
    use std::ops::Deref;

    use tokio::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard};

    use super::Text;

    /// A page that is empty at first. Each page is independent of the others.
    #[derive(Default)]
    pub struct Page {
        page: RwLock<Text>,
        /// Held by the one who publishes.
        publishing: Mutex<()>,
    }

    impl Page {
        pub fn new() -> Self {
            Self::default()
        }

        /// Puts `text` on the page. It stays there while the guard lives: others may read it, and publishers wait, asleep.
        pub async fn publish(&self, text: &str) -> Published<'_> {
            let turn = self.publishing.lock().await;
            self.page.write().await.replace(text);
            Published { page: self.page.read().await, _turn: turn }
        }

        /// The text on the page and its revision, as they are at one moment.
        pub async fn current(&self) -> Text {
            self.page.read().await.clone()
        }
    }

    /// Who publishes next waits for the end of this.
    pub struct Published<'a> {
        page: RwLockReadGuard<'a, Text>,
        _turn: MutexGuard<'a, ()>,
    }

    impl Deref for Published<'_> {
        type Target = Text;

        fn deref(&self) -> &Text {
            &self.page
        }
    }
}
