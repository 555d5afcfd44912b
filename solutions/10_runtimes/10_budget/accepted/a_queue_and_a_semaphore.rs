//! The books of a toll road: gantries report the cars that pass, and the office bills them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::yield_now;

/// A car has passed a gantry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passage {
    pub plate: u32,
    pub cents: u64,
}

/// The accounts are in use. Ask again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// Locked for a moment, and never across an await. The permit says who uses the accounts.
struct Books {
    queue: Mutex<Queue>,
    owed: Mutex<HashMap<u32, u64>>,
    in_use: Semaphore,
}

struct Queue {
    most: usize,
    waiting: VecDeque<Passage>,
    is_open: bool,
}

/// Reports passages. A clone reports to the same office.
#[derive(Clone)]
pub struct Gantry(Arc<Books>);

/// Bills the passages.
pub struct Office(Arc<Books>);

/// Knows what each car owes, by its plate.
#[derive(Clone)]
pub struct Accounts(Arc<Books>);

/// The books of a road. At most `most` passages wait to be billed.
pub fn toll_road(most: usize) -> (Gantry, Office, Accounts) {
    let queue = Mutex::new(Queue { most, waiting: VecDeque::new(), is_open: true });
    let books = Arc::new(Books { queue, owed: Mutex::default(), in_use: Semaphore::new(1) });
    (Gantry(Arc::clone(&books)), Office(Arc::clone(&books)), Accounts(books))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gantry {
    /// Reports a passage without waiting. Gives it back if `most` passages wait already, or if the office is gone, and
    /// only then.
    pub fn report(&self, passage: Passage) -> Result<(), Passage> {
        let mut queue = lock(&self.0.queue);
        if !queue.is_open || queue.waiting.len() >= queue.most {
            return Err(passage);
        }
        queue.waiting.push_back(passage);
        Ok(())
    }
}

impl Office {
    /// Waits for the accounts, and then bills all passages that wait by then. Returns how many it has billed. Does not
    /// wait for further ones, and ends even if they keep coming. Lets other tasks run at least once in 200 passages.
    /// If it is dropped, the accounts are free, and the passages that it has not billed are still in the queue.
    pub async fn bill(&mut self) -> usize {
        let _permit = self.0.in_use.acquire().await.expect("nobody closes it");
        let waiting = lock(&self.0.queue).waiting.len();
        for billed in 0..waiting {
            if billed % 32 == 31 {
                yield_now().await;
            }
            let Some(passage) = lock(&self.0.queue).waiting.pop_front() else { return billed };
            *lock(&self.0.owed).entry(passage.plate).or_default() += passage.cents;
        }
        waiting
    }
}

impl Drop for Office {
    fn drop(&mut self) {
        lock(&self.0.queue).is_open = false;
    }
}

impl Accounts {
    /// Returns what a car owes, without waiting. An error if the accounts are in use, and only then.
    pub fn owes(&self, plate: u32) -> Result<u64, Busy> {
        let _permit = self.0.in_use.try_acquire().map_err(|_| Busy)?;
        Ok(lock(&self.0.owed).get(&plate).copied().unwrap_or(0))
    }

    /// Pays for a car. The accounts are in use until the bank has transferred the money.
    pub async fn pay(&self, plate: u32, transfer: impl Future<Output = ()>) {
        let _permit = self.0.in_use.acquire().await.expect("nobody closes it");
        transfer.await;
        lock(&self.0.owed).remove(&plate);
    }
}
