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
        self.cars.lock().unwrap().insert(car, wanted.min(self.left()));
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

// What gdb showed (`gdb -p PID`, `thread apply all bt`), shortened to the lock and to the frames of this file.
//
// The first hang:
//
//   Thread 3 "plug 2":
//   #2  std::sys::sync::mutex::futex::Mutex::lock_contended ()
//   #5  one_statement::Station::plug_in (car=2, wanted=22) at src/lib.rs:22
//   Thread 2 "display":
//   #2  std::sys::sync::mutex::futex::Mutex::lock_contended ()
//   #5  one_statement::Station::board () at src/lib.rs:37
//   Thread 1 "main": not in this file
//
// The second hang:
//
//   Thread 3 "display":
//   #2  std::sys::sync::mutex::futex::Mutex::lock_contended ()
//   #5  one_statement::Station::board () at src/lib.rs:37
//   Thread 2 "plug 1":
//   #2  std::sys::sync::mutex::futex::Mutex::lock_contended ()
//   #5  one_statement::Station::left () at src/lib.rs:32
//   #6  one_statement::Station::plug_in (car=1, wanted=22) at src/lib.rs:22
//   Thread 1 "main": not in this file
