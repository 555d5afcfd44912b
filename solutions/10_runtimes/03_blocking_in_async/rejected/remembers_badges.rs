//! verdict: failing-test a_badge_is_checked_each_time
//! Checks each badge once, so that later passes need not wait. A badge may have been withdrawn since.

use std::collections::HashMap;
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
    known: Mutex<HashMap<u32, bool>>,
}

impl<M: Machine> Turnstile<M> {
    /// A turnstile that opens for `open` for each person.
    pub fn new(machine: M, open: Duration) -> Self {
        Self { machine: Arc::new(machine), open, turn: Mutex::new(()), known: Mutex::default() }
    }

    /// Checks `badge`, at the same time as others. If it is good, waits for its turn, lets one person through and
    /// returns `true`. May be awaited in any task, and blocks no thread that runs tasks.
    pub async fn pass(&self, badge: u32) -> bool {
        let known = self.known.lock().await.get(&badge).copied();
        let is_good = match known {
            Some(is_good) => is_good,
            None => {
                let machine = Arc::clone(&self.machine);
                let is_good = smol::unblock(move || machine.check(badge)).await;
                self.known.lock().await.insert(badge, is_good);
                is_good
            }
        };
        if !is_good {
            return false;
        }
        let _turn = self.turn.lock().await;
        self.machine.open();
        Timer::after(self.open).await;
        self.machine.close();
        true
    }
}
