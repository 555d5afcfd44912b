//! verdict: failing-test a_caller_who_was_woken_and_gives_up_leaves_the_question_to_the_next
//! Hands the turn to the first waiting caller. If that caller is dropped before it is polled, the turn is lost.
//!
//! Finds out where addresses are. A provider knows, and each question costs money.

use std::collections::{HashMap, VecDeque};
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

#[derive(Default)]
struct Place {
    point: Option<Point>,
    asked: bool,
    waiting: VecDeque<Sender<()>>,
}

type Places = Mutex<HashMap<String, Place>>;

/// Asks the provider, and remembers its answers.
pub struct Geocoder<P> {
    provider: P,
    places: Places,
}

/// When it is dropped, the next caller has the turn.
struct Turn<'a> {
    places: &'a Places,
    address: &'a str,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap();
        let place = places.get_mut(self.address).expect("places stay");
        loop {
            let Some(next) = place.waiting.pop_front() else {
                place.asked = false;
                return;
            };
            // Its receiver is gone if the caller gave up.
            if next.try_send(()).is_ok() {
                return;
            }
        }
    }
}

impl<P: Provider> Geocoder<P> {
    pub fn new(provider: P) -> Self {
        Self { provider, places: Mutex::default() }
    }

    fn queue(&self, address: &str) -> Option<Receiver<()>> {
        let mut places = self.places.lock().unwrap();
        let place = places.entry(address.to_owned()).or_default();
        if !place.asked {
            place.asked = true;
            return None;
        }
        let (sender, receiver) = bounded(1);
        place.waiting.push_back(sender);
        Some(receiver)
    }

    /// Returns where `address` is. Asks the provider only once for each address: callers that come while it is asked
    /// sleep until it has answered. Callers with different addresses never wait for each other.
    ///
    /// If the provider fails, the caller who asked gets the error, and one of the waiting callers asks next. The same
    /// happens if the future of the caller who asks is dropped.
    pub async fn locate(&self, address: &str) -> Result<Point, Unavailable> {
        if let Some(turn) = self.queue(address) {
            let _ = turn.recv().await;
        }
        let _turn = Turn { places: &self.places, address };
        let known = self.places.lock().unwrap().get(address).and_then(|place| place.point);
        if let Some(point) = known {
            return Ok(point);
        }
        let point = self.provider.ask(address).await?;
        self.places.lock().unwrap().get_mut(address).expect("places stay").point = Some(point);
        Ok(point)
    }
}
