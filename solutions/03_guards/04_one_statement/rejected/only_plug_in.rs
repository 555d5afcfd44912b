//! verdict: deadlock the_board_shows_the_cars_and_their_power
//! Fixes one hang of two. Both guards of `format!` would live to its semicolon.
//!
//! A charging station, which shares its power among the cars.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// The power of the station, in kW.
pub const POWER: u32 = 150;

/// The cars at the station and the power that each of them gets, in kW. Each station is independent of the others.
#[derive(Default)]
pub struct Station {
    cars: Mutex<BTreeMap<u32, u32>>,
}

impl Station {
    pub fn new() -> Self {
        Self::default()
    }

    /// Plugs in `car`, which is not plugged in yet. It gets the power that it wants, or what is left if that is less.
    pub fn plug_in(&self, car: u32, wanted: u32) {
        let mut cars = self.cars.lock().unwrap();
        let left = POWER - cars.values().sum::<u32>();
        cars.insert(car, wanted.min(left));
    }

    /// Unplugs `car` and returns the power that it had, or returns `None` if it is not plugged in.
    pub fn unplug(&self, car: u32) -> Option<u32> {
        self.cars.lock().unwrap().remove(&car)
    }

    /// The power that no car gets.
    pub fn left(&self) -> u32 {
        POWER - self.cars.lock().unwrap().values().sum::<u32>()
    }

    /// What the board at the entrance shows, for instance "2 cars, 33 kW".
    pub fn board(&self) -> String {
        format!("{} cars, {} kW", self.cars.lock().unwrap().len(), self.cars.lock().unwrap().values().sum::<u32>())
    }
}
