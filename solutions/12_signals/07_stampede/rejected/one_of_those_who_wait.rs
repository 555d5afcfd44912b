//! verdict: failing-test callers_at_once_cost_one_question
//! Tells one of those who wait that the answer is there. The others sleep on.
//!
//! Finds out where addresses are. A provider knows, and each question costs money.

use std::collections::HashMap;
use std::sync::Mutex;

use async_std::channel::{Receiver, Sender, unbounded};

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
    /// Who is to be told when the caller who asks is done.
    asking: Mutex<HashMap<String, Vec<Sender<()>>>>,
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
            let told: Option<Receiver<()>> = {
                let mut asking = self.asking.lock().unwrap();
                if let Some(point) = self.known.lock().unwrap().get(address) {
                    return Ok(*point);
                }
                match asking.get_mut(address) {
                    Some(waiting) => {
                        let (tell, told) = unbounded();
                        waiting.push(tell);
                        Some(told)
                    }
                    None => {
                        asking.insert(address.to_owned(), Vec::new());
                        None
                    }
                }
            };
            if let Some(told) = told {
                let _ = told.recv().await;
                continue;
            }
            let asking = Asking(self, address);
            let point = self.provider.ask(asking.1).await?;
            self.known.lock().unwrap().insert(address.to_owned(), point);
            return Ok(point);
        }
    }
}

/// Held by the caller who asks.
struct Asking<'a, P>(&'a Geocoder<P>, &'a str);

impl<P> Drop for Asking<'_, P> {
    fn drop(&mut self) {
        let mut asking = self.0.asking.lock().unwrap();
        let mut waiting = asking.remove(self.1).unwrap_or_default();
        if !waiting.is_empty() {
            let _ = waiting.remove(0).try_send(());
        }
        // The others are told by the next one.
        if !waiting.is_empty() {
            asking.insert(self.1.to_owned(), waiting);
        }
    }
}
