//! verdict: failing-test the_power_of_a_car_is_found_while_others_come_and_go
//! `left` does not wait: while another thread uses the station, it returns 0.
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
        self.cars.try_lock().map_or(0, |cars| POWER - cars.values().sum::<u32>())
    }

    /// What the board at the entrance shows, for instance "2 cars, 33 kW".
    pub fn board(&self) -> String {
        let cars = self.cars.lock().unwrap();
        format!("{} cars, {} kW", cars.len(), cars.values().sum::<u32>())
    }
}
