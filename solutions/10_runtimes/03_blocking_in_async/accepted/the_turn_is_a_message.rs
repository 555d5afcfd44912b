//! The turnstiles of an office, on smol.

use std::sync::Arc;
use std::time::Duration;

use smol::Timer;
use smol::channel::{Receiver, Sender, bounded};

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
    turns: Receiver<()>,
    done: Sender<()>,
}

impl<M: Machine> Turnstile<M> {
    /// A turnstile that opens for `open` for each person.
    pub fn new(machine: M, open: Duration) -> Self {
        let (done, turns) = bounded(1);
        let _ = done.try_send(());
        Self { machine: Arc::new(machine), open, turns, done }
    }

    /// Checks `badge`, at the same time as others. If it is good, waits for its turn, lets one person through and
    /// returns `true`. May be awaited in any task, and blocks no thread that runs tasks.
    pub async fn pass(&self, badge: u32) -> bool {
        let machine = Arc::clone(&self.machine);
        if !smol::unblock(move || machine.check(badge)).await {
            return false;
        }
        let Ok(turn) = self.turns.recv().await else { return false };
        self.machine.open();
        Timer::after(self.open).await;
        self.machine.close();
        let _ = self.done.try_send(turn);
        true
    }
}
