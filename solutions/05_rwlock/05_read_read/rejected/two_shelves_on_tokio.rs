//! verdict: failing-test each_warehouse_has_its_own_shelves_on_tokio
//! Counts the first two shelves and no others.
//!
//! A warehouse, kept by three programs: one with threads, one on tokio, one on smol.

/// What is on one shelf.
#[derive(Clone, Debug)]
pub struct Shelf {
    pub pieces: u32,
    pub damaged: u32,
}

impl Shelf {
    /// How many pieces can be sold.
    pub fn usable(&self) -> u32 {
        self.pieces - self.damaged
    }
}

/// With threads and the lock of parking_lot.
pub mod threads {
    use parking_lot::RwLock;

    use super::Shelf;

    pub struct Warehouse {
        shelves: RwLock<Vec<Shelf>>,
    }

    impl Warehouse {
        pub fn new(shelves: Vec<Shelf>) -> Self {
            Self { shelves: RwLock::new(shelves) }
        }

        /// Carries pieces from one shelf to another.
        pub fn carry(&self, from: usize, to: usize, pieces: u32) {
            let mut shelves = self.shelves.write();
            shelves[from].pieces -= pieces;
            shelves[to].pieces += pieces;
        }

        /// How many pieces can be sold from one shelf.
        pub fn usable_on(&self, shelf: usize) -> u32 {
            self.shelves.read()[shelf].usable()
        }

        /// How many pieces can be sold from all shelves together, as they are at one moment.
        pub fn usable(&self) -> u32 {
            self.shelves.read().iter().map(Shelf::usable).sum()
        }
    }
}

/// With tasks and the lock of tokio.
pub mod on_tokio {
    use tokio::sync::RwLock;

    use super::Shelf;

    pub struct Warehouse {
        shelves: RwLock<Vec<Shelf>>,
    }

    impl Warehouse {
        pub fn new(shelves: Vec<Shelf>) -> Self {
            Self { shelves: RwLock::new(shelves) }
        }

        /// Carries pieces from one shelf to another.
        pub async fn carry(&self, from: usize, to: usize, pieces: u32) {
            let mut shelves = self.shelves.write().await;
            shelves[from].pieces -= pieces;
            shelves[to].pieces += pieces;
        }

        /// How many pieces can be sold from one shelf.
        pub async fn usable_on(&self, shelf: usize) -> u32 {
            self.shelves.read().await[shelf].usable()
        }

        /// How many pieces can be sold from all shelves together, as they are at one moment.
        pub async fn usable(&self) -> u32 {
            self.shelves.read().await.iter().take(2).map(Shelf::usable).sum()
        }
    }
}

/// With tasks and the lock of smol, which is that of async-lock.
pub mod on_smol {
    use smol::lock::RwLock;

    use super::Shelf;

    pub struct Warehouse {
        shelves: RwLock<Vec<Shelf>>,
    }

    impl Warehouse {
        pub fn new(shelves: Vec<Shelf>) -> Self {
            Self { shelves: RwLock::new(shelves) }
        }

        /// Carries pieces from one shelf to another.
        pub async fn carry(&self, from: usize, to: usize, pieces: u32) {
            let mut shelves = self.shelves.write().await;
            shelves[from].pieces -= pieces;
            shelves[to].pieces += pieces;
        }

        /// How many pieces can be sold from one shelf.
        pub async fn usable_on(&self, shelf: usize) -> u32 {
            self.shelves.read().await[shelf].usable()
        }

        /// How many pieces can be sold from all shelves together, as they are at one moment.
        pub async fn usable(&self) -> u32 {
            self.shelves.read().await.iter().map(Shelf::usable).sum()
        }
    }
}
