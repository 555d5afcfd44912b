//! verdict: deadlock a_task_asks_if_another_one_gives_up
//! Marks the address while it asks. If that caller is dropped, the mark stays, and all others wait for nobody.
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
            let answer = self.provider.ask(address).await;
            if let Ok(point) = answer {
                self.known.lock().unwrap().insert(address.to_owned(), point);
            }
            // The channels of those who wait are closed.
            self.asking.lock().unwrap().remove(address);
            return answer;
        }
    }
}
