//! verdict: deadlock callers_at_once_cost_one_question
//! std's `OnceLock` has a closure that is not async, so this blocks the thread that should run the provider.
//!
//! Finds out where addresses are. A provider knows, and each question costs money.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

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
    known: Mutex<HashMap<String, Arc<OnceLock<Result<Point, Unavailable>>>>>,
}

impl<P: Provider> Geocoder<P> {
    pub fn new(provider: P) -> Self {
        Self { provider, known: Mutex::default() }
    }

    /// Where `address` is. Asks the provider only once for each address: callers that come meanwhile wait, asleep, for
    /// its answer. Callers with other addresses wait for nobody.
    ///
    /// If the provider does not answer, the caller who asked gets the error, and the next one of those who wait asks
    /// again. The same happens if the caller who asked is dropped.
    pub async fn locate(&self, address: &str) -> Result<Point, Unavailable> {
        let cell = Arc::clone(self.known.lock().unwrap().entry(address.to_owned()).or_default());
        *cell.get_or_init(|| async_std::task::block_on(self.provider.ask(address)))
    }
}
