//! verdict: deadlock
//! Another thread calls the monitor. It waits for the lock, and `drop` waits for that thread.
//!
//! Where parcels are.

use std::collections::HashMap;
use std::sync::Mutex;
use std::thread;

type Monitor<P> = Box<dyn Fn(&Tracking<P>) + Send + Sync>;

/// The places of all parcels. A place `P` is a depot, or a van on a street.
pub struct Tracking<P> {
    places: Mutex<HashMap<u32, P>>,
    monitor: Monitor<P>,
}

/// A query that is under way. When it ends, `drop` calls the monitor, also if the query ends in a panic.
struct Query<'a, P: Send>(&'a Tracking<P>);

impl<P: Send> Drop for Query<'_, P> {
    fn drop(&mut self) {
        let tracking = self.0;
        thread::scope(|scope| {
            scope.spawn(|| (tracking.monitor)(tracking));
        });
    }
}

impl<P> Tracking<P> {
    /// No parcels. `monitor` is called once at the end of each query. It may call all methods, except after a panic: that
    /// poisons `places`.
    pub fn new(monitor: impl Fn(&Tracking<P>) + Send + Sync + 'static) -> Self {
        Self { places: Mutex::default(), monitor: Box::new(monitor) }
    }

    /// Sets the place of `parcel`. This is not a query.
    pub fn set(&self, parcel: u32, place: P) {
        self.places.lock().unwrap().insert(parcel, place);
    }

    /// How many parcels have a place. This is not a query.
    pub fn parcels(&self) -> usize {
        self.places.lock().unwrap().len()
    }
}

impl<P: Clone + PartialEq + Send> Tracking<P> {
    /// A query: where `parcel` is.
    pub fn locate(&self, parcel: u32) -> Option<P> {
        let _query = Query(self);
        self.places.lock().unwrap().get(&parcel).cloned()
    }

    /// A query: how many parcels are at `place`.
    pub fn count_at(&self, place: &P) -> usize {
        let _query = Query(self);
        self.places.lock().unwrap().values().filter(|&known| known == place).count()
    }
}
