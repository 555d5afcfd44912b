//! verdict: failing-test two_cars_share_all_of_the_power
//! Keeps the text of the board behind a second mutex: two threads may write theirs in the other order.
//!
//! A charging station, which shares its power among the cars.

use std::collections::BTreeMap;
use std::sync::Mutex;

/// The power of the station, in kW.
pub const POWER: u32 = 150;

/// The cars at the station and the power that each of them gets, in kW. Each station is independent of the others.
#[derive(Default)]
pub struct Station {
    board: Mutex<Option<String>>,
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
        let board = Self::text(&cars);
        drop(cars);
        *self.board.lock().unwrap() = Some(board);
    }

    /// Unplugs `car` and returns the power that it had, or returns `None` if it is not plugged in.
    pub fn unplug(&self, car: u32) -> Option<u32> {
        let mut cars = self.cars.lock().unwrap();
        let had = cars.remove(&car);
        let board = Self::text(&cars);
        drop(cars);
        *self.board.lock().unwrap() = Some(board);
        had
    }

    /// The power that no car gets.
    pub fn left(&self) -> u32 {
        POWER - self.cars.lock().unwrap().values().sum::<u32>()
    }

    /// What the board at the entrance shows, for instance "2 cars, 33 kW".
    pub fn board(&self) -> String {
        self.board.lock().unwrap().clone().unwrap_or_else(|| "0 cars, 0 kW".to_owned())
    }

    fn text(cars: &BTreeMap<u32, u32>) -> String {
        format!("{} cars, {} kW", cars.len(), cars.values().sum::<u32>())
    }
}
