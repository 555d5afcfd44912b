//! Finds out where addresses are. A provider knows, and each question costs money.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use async_lock::Semaphore;

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

struct Place {
    questions: Semaphore,
    point: OnceLock<Point>,
}

/// Asks the provider, and remembers its answers.
pub struct Geocoder<P> {
    provider: P,
    places: Mutex<HashMap<String, Arc<Place>>>,
}

impl<P: Provider> Geocoder<P> {
    pub fn new(provider: P) -> Self {
        Self { provider, places: Mutex::default() }
    }

    fn place(&self, address: &str) -> Arc<Place> {
        let mut places = self.places.lock().unwrap();
        let place = places
            .entry(address.to_owned())
            .or_insert_with(|| Arc::new(Place { questions: Semaphore::new(1), point: OnceLock::new() }));
        Arc::clone(place)
    }

    /// Returns where `address` is. Asks the provider only once for each address: callers that come while it is asked
    /// sleep until it has answered. Callers with different addresses never wait for each other.
    ///
    /// If the provider fails, the caller who asked gets the error, and one of the waiting callers asks next. The same
    /// happens if the future of the caller who asks is dropped.
    pub async fn locate(&self, address: &str) -> Result<Point, Unavailable> {
        let place = self.place(address);
        if let Some(point) = place.point.get() {
            return Ok(*point);
        }
        let _question = place.questions.acquire().await;
        if let Some(point) = place.point.get() {
            return Ok(*point);
        }
        let point = self.provider.ask(address).await?;
        Ok(*place.point.get_or_init(|| point))
    }
}
