//! verdict: deadlock a_rename_during_a_report_ends
//! Report and delivery lock `titles` first, but `rename` locks `pieces` and then `titles`.
//!
//! The catalogue of a book shop.

use std::collections::BTreeMap;

use parking_lot::RwLock;

/// What the publisher sends for one book.
pub struct Delivery {
    pub id: u32,
    pub title: String,
    pub pieces: u32,
}

/// Titles and pieces, by the number of the book. Each catalogue is independent of the others. A function that needs both locks takes `titles` first.
#[derive(Default)]
pub struct Catalogue {
    titles: RwLock<BTreeMap<u32, String>>,
    pieces: RwLock<BTreeMap<u32, u32>>,
}

impl Catalogue {
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a whole delivery into the catalogue, beside the books that are there. A book that is delivered again gets the
    /// new title and the new number of pieces. Nobody sees a part of a delivery.
    pub fn deliver(&self, delivery: impl IntoIterator<Item = Delivery>) {
        let mut titles = self.titles.write();
        let mut pieces = self.pieces.write();
        for book in delivery {
            pieces.insert(book.id, book.pieces);
            titles.insert(book.id, book.title);
        }
    }

    /// Changes the title of one book.
    pub fn rename(&self, id: u32, title: String) {
        let pieces = self.pieces.write();
        debug_assert!(pieces.len() <= u32::MAX as usize);
        self.titles.write().insert(id, title);
    }

    /// The title of one book, if it is in the catalogue.
    pub fn title(&self, id: u32) -> Option<String> {
        self.titles.read().get(&id).cloned()
    }

    /// How many pieces of one book there are: 0 if it is not in the catalogue.
    pub fn pieces(&self, id: u32) -> u32 {
        self.pieces.read().get(&id).copied().unwrap_or_default()
    }

    /// Calls `print` once per book. All lines are from one moment.
    pub fn report(&self, mut print: impl FnMut(&str, u32)) {
        let titles = self.titles.read();
        let pieces = self.pieces.read();
        for (id, title) in &*titles {
            print(title, pieces.get(id).copied().unwrap_or_default());
        }
    }

    /// Whether a caller of `title` or `pieces` would have to wait at this moment.
    pub fn is_busy(&self) -> bool {
        self.titles.try_read().is_none() || self.pieces.try_read().is_none()
    }
}
