//! verdict: deadlock a_bad_badge_is_refused_while_somebody_passes
//! Even a bad badge waits for its turn before it is refused.
//!
//! The turnstiles of an office, on smol.

use std::sync::Arc;
use std::time::Duration;

use smol::Timer;
use smol::lock::Mutex;

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
}

impl<M: Machine> Turnstile<M> {
    /// A turnstile that opens for `open` for each person.
    pub fn new(machine: M, open: Duration) -> Self {
        Self { machine: Arc::new(machine), open, turn: Mutex::new(()) }
    }

    /// Checks `badge`, at the same time as others. If it is good, waits for its turn, lets one person through and
    /// returns `true`. May be awaited in any task, and blocks no thread that runs tasks.
    pub async fn pass(&self, badge: u32) -> bool {
        let machine = Arc::clone(&self.machine);
        let good = smol::unblock(move || machine.check(badge)).await;
        let _turn = self.turn.lock().await;
        if good {
            self.machine.open();
            Timer::after(self.open).await;
            self.machine.close();
        }
        good
    }
}
