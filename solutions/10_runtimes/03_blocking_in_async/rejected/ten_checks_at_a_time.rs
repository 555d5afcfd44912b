//! verdict: deadlock any_number_of_badges_are_checked_at_once
//! A limit that nobody asked for: the eleventh badge waits for another one.
//!
//! The turnstiles of an office, on smol.

use std::sync::Arc;
use std::time::Duration;

use smol::Timer;
use smol::lock::{Mutex, Semaphore};

/// The machine of a turnstile.
pub trait Machine: Send + Sync + 'static {
    /// Whether `badge` may pass. Talks to the badge by radio, and blocks its thread for as long as that takes.
    fn check(&self, badge: u32) -> bool;

    /// Lets the arms turn. Returns at once, like `close`.
    fn open(&self);
    fn close(&self);
}

/// A turnstile that lets one person through at a time.
pub struct Turnstile<M> {
    machine: Arc<M>,
    open: Duration,
    turn: Mutex<()>,
    checks: Semaphore,
}

impl<M: Machine> Turnstile<M> {
    /// A turnstile that opens for `open` for each person.
    pub fn new(machine: M, open: Duration) -> Self {
        Self { machine: Arc::new(machine), open, turn: Mutex::new(()), checks: Semaphore::new(10) }
    }

    /// Checks `badge`, at the same time as others. If it is good, waits for its turn, lets one person through and
    /// returns `true`. May be awaited in any task, and blocks no thread that runs tasks.
    pub async fn pass(&self, badge: u32) -> bool {
        let permit = self.checks.acquire().await;
        let machine = Arc::clone(&self.machine);
        if !smol::unblock(move || machine.check(badge)).await {
            return false;
        }
        drop(permit);
        let _turn = self.turn.lock().await;
        self.machine.open();
        Timer::after(self.open).await;
        self.machine.close();
        true
    }
}
