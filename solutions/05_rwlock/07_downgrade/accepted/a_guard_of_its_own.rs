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
    use std::sync::{Arc, Mutex, Mutex as Turn, MutexGuard as TurnGuard};

    use super::Text;

    pub struct Published<'a> {
        shown: Arc<Text>,
        _turn: TurnGuard<'a, ()>,
    }

    impl std::ops::Deref for Published<'_> {
        type Target = Text;

        fn deref(&self) -> &Text {
            &self.shown
        }
    }

    /// A page that is empty at first. Each page is independent of the others.
    #[derive(Default)]
    pub struct Page {
        turn: Turn<()>,
        page: Mutex<Arc<Text>>,
    }

    impl Page {
        pub fn new() -> Self {
            Self::default()
        }

        /// Puts `text` on the page. It stays there while the guard lives: others may read it, and publishers wait, asleep.
        pub fn publish(&self, text: &str) -> Published<'_> {
            let turn = self.turn.lock().unwrap();
            let mut new = Text::clone(&self.page.lock().unwrap());
            new.replace(text);
            let text = Arc::new(new);
            *self.page.lock().unwrap() = Arc::clone(&text);
            Published { shown: text, _turn: turn }
        }

        /// The text on the page and its revision, as they are at one moment.
        pub fn current(&self) -> Text {
            Text::clone(&self.page.lock().unwrap())
        }
    }
}

/// With tasks and the lock of tokio.
pub mod on_tokio {
    use std::sync::{Arc, Mutex};
    use tokio::sync::{Mutex as Turn, MutexGuard as TurnGuard};

    use super::Text;

    pub struct Published<'a> {
        shown: Arc<Text>,
        _turn: TurnGuard<'a, ()>,
    }

    impl std::ops::Deref for Published<'_> {
        type Target = Text;

        fn deref(&self) -> &Text {
            &self.shown
        }
    }

    /// A page that is empty at first. Each page is independent of the others.
    #[derive(Default)]
    pub struct Page {
        turn: Turn<()>,
        page: Mutex<Arc<Text>>,
    }

    impl Page {
        pub fn new() -> Self {
            Self::default()
        }

        /// Puts `text` on the page. It stays there while the guard lives: others may read it, and publishers wait, asleep.
        pub async fn publish(&self, text: &str) -> Published<'_> {
            let turn = self.turn.lock().await;
            let mut new = Text::clone(&self.page.lock().unwrap());
            new.replace(text);
            let text = Arc::new(new);
            *self.page.lock().unwrap() = Arc::clone(&text);
            Published { shown: text, _turn: turn }
        }

        /// The text on the page and its revision, as they are at one moment.
        pub async fn current(&self) -> Text {
            Text::clone(&self.page.lock().unwrap())
        }
    }
}
