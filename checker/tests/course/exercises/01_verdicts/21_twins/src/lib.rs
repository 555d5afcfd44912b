use std::thread;
use std::time::Duration;

/// An hour for real; no time at all where the clock is not modelled.
pub fn answer() -> u32 {
    thread::sleep(Duration::from_secs(3600));
    41
}
