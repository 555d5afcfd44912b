//! verdict: failing-test callers_at_once_cost_one_question
//! Has room for one waker per address, so that the last waiting caller replaces the others.
//!
//! Finds out where addresses are. A provider knows, and each question costs money.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Mutex;
use std::task::{Poll, Waker};

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

#[derive(Default)]
struct Place {
    point: Option<Point>,
    asked: bool,
    waiting: Option<Waker>,
}

type Places = Mutex<HashMap<String, Place>>;

/// Asks the provider, and remembers its answers.
pub struct Geocoder<P> {
    provider: P,
    places: Places,
}

/// When it is dropped, the question is over.
struct Question<'a> {
    places: &'a Places,
    address: &'a str,
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        let waiting = {
            let mut places = self.places.lock().unwrap();
            let place = places.get_mut(self.address).expect("places stay");
            place.asked = false;
            place.waiting.take()
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl<P: Provider> Geocoder<P> {
    pub fn new(provider: P) -> Self {
        Self { provider, places: Mutex::default() }
    }

    /// The point, or the right to ask.
    async fn turn<'a>(&'a self, address: &'a str) -> Result<Point, Question<'a>> {
        poll_fn(|context| {
            let mut places = self.places.lock().unwrap();
            let place = places.entry(address.to_owned()).or_default();
            if let Some(point) = place.point {
                return Poll::Ready(Ok(point));
            }
            if !place.asked {
                place.asked = true;
                return Poll::Ready(Err(Question { places: &self.places, address }));
            }
            place.waiting = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Returns where `address` is. Asks the provider only once for each address: callers that come while it is asked
    /// sleep until it has answered. Callers with different addresses never wait for each other.
    ///
    /// If the provider fails, the caller who asked gets the error, and one of the waiting callers asks next. The same
    /// happens if the future of the caller who asks is dropped.
    pub async fn locate(&self, address: &str) -> Result<Point, Unavailable> {
        let _question = match self.turn(address).await {
            Ok(point) => return Ok(point),
            Err(question) => question,
        };
        let point = self.provider.ask(address).await?;
        if let Some(place) = self.places.lock().unwrap().get_mut(address) {
            place.point = Some(point);
        }
        Ok(point)
    }
}
