//! A charging station, which shares its power among the cars.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// The power of the station, in kW.
pub const POWER: u32 = 150;

/// The cars at the station and the power that each of them gets, in kW. Each station is independent of the others.
pub struct Station {
    cars: Mutex<Cars>,
}

struct Cars {
    power: BTreeMap<u32, u32>,
    left: u32,
}

impl Default for Station {
    fn default() -> Self {
        Self { cars: Mutex::new(Cars { power: BTreeMap::new(), left: POWER }) }
    }
}

impl Station {
    pub fn new() -> Self {
        Self::default()
    }

    /// Plugs in `car`, which is not plugged in yet. It gets the power that it wants, or what is left if that is less.
    pub fn plug_in(&self, car: u32, wanted: u32) {
        let mut cars = self.cars.lock().unwrap();
        let power = wanted.min(cars.left);
        cars.left -= power;
        cars.power.insert(car, power);
    }

    /// Unplugs `car` and returns the power that it had, or returns `None` if it is not plugged in.
    pub fn unplug(&self, car: u32) -> Option<u32> {
        let mut cars = self.cars.lock().unwrap();
        let power = cars.power.remove(&car)?;
        cars.left += power;
        Some(power)
    }

    /// The power that no car gets.
    pub fn left(&self) -> u32 {
        self.cars.lock().unwrap().left
    }

    /// What the board at the entrance shows, for instance "2 cars, 33 kW".
    pub fn board(&self) -> String {
        let cars = self.cars.lock().unwrap();
        format!("{} cars, {} kW", cars.power.len(), POWER - cars.left)
    }
}
