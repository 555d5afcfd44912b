//! verdict: failing-test callers_in_two_tasks_cost_one_question
//! Looks for the cell under one guard and inserts it under the next. Two callers may both insert one.
//!
//! Finds out where addresses are. A provider knows, and each question costs money.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_lock::OnceCell;

/// Where an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub north: i32,
    pub east: i32,
}

/// The provider has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable;

/// Knows where addresses are.
pub trait Provider: Send + Sync + 'static {
    /// Costs money, and takes a while.
    fn ask(&self, address: &str) -> impl Future<Output = Result<Point, Unavailable>> + Send;
}

/// Asks the provider, and remembers its answers.
pub struct Geocoder<P> {
    provider: P,
    known: Mutex<HashMap<String, Arc<OnceCell<Point>>>>,
}

impl<P: Provider> Geocoder<P> {
    pub fn new(provider: P) -> Self {
        Self { provider, known: Mutex::default() }
    }

    /// Returns where `address` is. Asks the provider only once for each address: callers that come while it is asked
    /// sleep until it has answered. Callers with different addresses never wait for each other.
    ///
    /// If the provider fails, the caller who asked gets the error, and one of the waiting callers asks next. The same
    /// happens if the future of the caller who asks is dropped.
    pub async fn locate(&self, address: &str) -> Result<Point, Unavailable> {
        let known = self.known.lock().unwrap().get(address).cloned();
        let cell = match known {
            Some(cell) => cell,
            None => {
                let cell = Arc::default();
                self.known.lock().unwrap().insert(address.to_owned(), Arc::clone(&cell));
                cell
            }
        };
        cell.get_or_try_init(|| self.provider.ask(address)).await.copied()
    }
}
