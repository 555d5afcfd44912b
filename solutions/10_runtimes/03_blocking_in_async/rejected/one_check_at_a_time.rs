//! verdict: deadlock badges_are_checked_at_once
//! Checks are off the threads that run tasks, and one waits for the other.
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
    checks: Arc<Mutex<()>>,
}

impl<M: Machine> Turnstile<M> {
    /// A turnstile that opens for `open` for each person.
    pub fn new(machine: M, open: Duration) -> Self {
        Self { machine: Arc::new(machine), open, turn: Mutex::new(()), checks: Arc::default() }
    }

    /// Checks `badge`, at the same time as others. If it is good, waits for its turn, lets one person through and
    /// returns `true`. May be awaited in any task, and blocks no thread that runs tasks.
    pub async fn pass(&self, badge: u32) -> bool {
        let (machine, checks) = (Arc::clone(&self.machine), Arc::clone(&self.checks));
        let check = move || {
            let _one = checks.lock_blocking();
            machine.check(badge)
        };
        if !smol::unblock(check).await {
            return false;
        }
        let _turn = self.turn.lock().await;
        self.machine.open();
        Timer::after(self.open).await;
        self.machine.close();
        true
    }
}
