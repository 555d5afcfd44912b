//! verdict: failing-test callers_who_wait_sleep
//! Looks every second whether the caller who asks is done. It is woken for nothing, and the answer comes late.
//!
//! Finds out where addresses are. A provider knows, and each question costs money.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

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
    known: Mutex<HashMap<String, Point>>,
    asking: Mutex<HashSet<String>>,
}

impl<P: Provider> Geocoder<P> {
    pub fn new(provider: P) -> Self {
        Self { provider, known: Mutex::default(), asking: Mutex::default() }
    }

    /// Returns where `address` is. Asks the provider only once for each address: callers that come while it is asked
    /// sleep until it has answered. Callers with different addresses never wait for each other.
    ///
    /// If the provider fails, the caller who asked gets the error, and one of the waiting callers asks next. The same
    /// happens if the future of the caller who asks is dropped.
    pub async fn locate(&self, address: &str) -> Result<Point, Unavailable> {
        loop {
            {
                let mut asking = self.asking.lock().unwrap();
                if let Some(point) = self.known.lock().unwrap().get(address) {
                    return Ok(*point);
                }
                if asking.insert(address.to_owned()) {
                    break;
                }
            }
            async_std::task::sleep(Duration::from_secs(1)).await;
        }
        let asking = Asking(&self.asking, address);
        let point = self.provider.ask(asking.1).await?;
        self.known.lock().unwrap().insert(address.to_owned(), point);
        Ok(point)
    }
}

/// Held by the caller who asks.
struct Asking<'a>(&'a Mutex<HashSet<String>>, &'a str);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.lock().unwrap().remove(self.1);
    }
}
