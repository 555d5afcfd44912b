//! The catalogue of a book shop.

use std::collections::BTreeMap;

use parking_lot::RwLock;

/// What the publisher sends for one book.
pub struct Delivery {
    pub id: u32,
    pub title: String,
    pub pieces: u32,
}

/// What is known about one book.
#[derive(Clone, Default)]
struct Book {
    title: String,
    pieces: u32,
}

/// Books by their number. What belongs together is behind one lock.
#[derive(Default)]
pub struct Catalogue {
    books: RwLock<BTreeMap<u32, Book>>,
}

impl Catalogue {
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a whole delivery into the catalogue, beside the books that are there. A book that is delivered again gets the
    /// new title and the new number of pieces. Nobody sees a part of a delivery.
    pub fn deliver(&self, delivery: impl IntoIterator<Item = Delivery>) {
        let mut books = self.books.write();
        books.extend(delivery.into_iter().map(|book| (book.id, Book { title: book.title, pieces: book.pieces })));
    }

    /// Changes the title of one book.
    pub fn rename(&self, id: u32, title: String) {
        self.books.write().entry(id).or_default().title = title;
    }

    /// The title of one book, if it is in the catalogue.
    pub fn title(&self, id: u32) -> Option<String> {
        self.books.read().get(&id).map(|book| book.title.clone())
    }

    /// How many pieces of one book there are: 0 if it is not in the catalogue.
    pub fn pieces(&self, id: u32) -> u32 {
        self.books.read().get(&id).map_or(0, |book| book.pieces)
    }

    /// Calls `print` once per book. All lines are from one moment.
    pub fn report(&self, mut print: impl FnMut(&str, u32)) {
        let books = self.books.read().clone();
        for book in books.values() {
            print(&book.title, book.pieces);
        }
    }

    /// Whether a caller of `title` or `pieces` would have to wait at this moment.
    pub fn is_busy(&self) -> bool {
        self.books.try_read().is_none()
    }
}
