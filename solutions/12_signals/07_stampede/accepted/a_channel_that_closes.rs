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
    known: Mutex<HashMap<String, Place>>,
}

enum Place {
    Known(Point),
    /// Nothing is sent. The channel closes when the caller who asks is done.
    Asked(Receiver<()>),
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
        loop {
            let (end, ends) = bounded(1);
            let wait = {
                let mut known = self.known.lock().unwrap();
                match known.get(address) {
                    Some(Place::Known(point)) => return Ok(*point),
                    Some(Place::Asked(ends)) => Some(ends.clone()),
                    None => {
                        known.insert(address.to_owned(), Place::Asked(ends));
                        None
                    }
                }
            };
            if let Some(ends) = wait {
                drop(end);
                let _ = ends.recv().await;
                continue;
            }
            let asking = Asking { known: &self.known, address, _end: end };
            let point = self.provider.ask(asking.address).await?;
            self.known.lock().unwrap().insert(address.to_owned(), Place::Known(point));
            return Ok(point);
        }
    }
}

/// Held by the caller who asks. Unless the point is known by then, the address is forgotten, and the next one asks.
struct Asking<'a> {
    known: &'a Mutex<HashMap<String, Place>>,
    address: &'a str,
    _end: Sender<()>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let mut known = self.known.lock().unwrap();
        if let Some(Place::Asked(_)) = known.get(self.address) {
            known.remove(self.address);
        }
    }
}
