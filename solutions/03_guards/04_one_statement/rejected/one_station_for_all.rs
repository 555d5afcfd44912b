//! verdict: failing-test each_station_has_its_own_cars
//! The cars of all stations are in one `static`.
//!
//! A charging station, which shares its power among the cars.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// The power of the station, in kW.
pub const POWER: u32 = 150;

/// The cars at the station and the power that each of them gets, in kW. Each station is independent of the others.
#[derive(Default)]
pub struct Station;

static CARS: Mutex<BTreeMap<u32, u32>> = Mutex::new(BTreeMap::new());

impl Station {
    pub fn new() -> Self {
        Self
    }

    /// Plugs in `car`, which is not plugged in yet. It gets the power that it wants, or what is left if that is less.
    pub fn plug_in(&self, car: u32, wanted: u32) {
        let mut cars = CARS.lock().unwrap();
        let left = POWER - cars.values().sum::<u32>();
        cars.insert(car, wanted.min(left));
    }

    /// Unplugs `car` and returns the power that it had, or returns `None` if it is not plugged in.
    pub fn unplug(&self, car: u32) -> Option<u32> {
        CARS.lock().unwrap().remove(&car)
    }

    /// The power that no car gets.
    pub fn left(&self) -> u32 {
        POWER - CARS.lock().unwrap().values().sum::<u32>()
    }

    /// What the board at the entrance shows, for instance "2 cars, 33 kW".
    pub fn board(&self) -> String {
        let cars = CARS.lock().unwrap();
        format!("{} cars, {} kW", cars.len(), cars.values().sum::<u32>())
    }
}
