//! verdict: failing-test a_caller_who_waits_asks_again_after_a_failure
//! Waits for the first caller, and asks if that one has failed. So all who waited ask at once.
//!
//! Finds out where addresses are. A provider knows, and each question costs money.

use std::collections::HashMap;
use std::sync::Mutex;

use async_std::channel::{Receiver, Sender, bounded};

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
    asking: Mutex<HashMap<String, Receiver<()>>>,
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
        let asking = {
            let mut asking = self.asking.lock().unwrap();
            if let Some(point) = self.look_up(address) {
                return Ok(point);
            }
            match asking.get(address) {
                Some(ends) => Err(ends.clone()),
                None => {
                    let (end, ends) = bounded(1);
                    asking.insert(address.to_owned(), ends);
                    Ok(Asking { asking: &self.asking, address, _end: end })
                }
            }
        };
        if let Err(ends) = &asking {
            // Nothing is sent. The channel closes when the caller who asks is done.
            let _ = ends.recv().await;
            if let Some(point) = self.look_up(address) {
                return Ok(point);
            }
        }
        let point = self.provider.ask(address).await?;
        self.known.lock().unwrap().insert(address.to_owned(), point);
        Ok(point)
    }

    fn look_up(&self, address: &str) -> Option<Point> {
        self.known.lock().unwrap().get(address).copied()
    }
}

/// Held by the caller who asks.
struct Asking<'a> {
    asking: &'a Mutex<HashMap<String, Receiver<()>>>,
    address: &'a str,
    _end: Sender<()>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.asking.lock().unwrap().remove(self.address);
    }
}
