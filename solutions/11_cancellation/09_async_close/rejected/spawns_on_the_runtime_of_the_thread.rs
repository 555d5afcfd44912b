//! verdict: failing-test a_seat_may_be_dropped_on_a_thread_of_another_runtime
//! `drop` prefers the runtime of its thread. If that is another one and ends, the seat is never given back.
//!
//! The seats of a licence server. A seat that is not given back stays blocked until the next day.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::{OwnedRwLockReadGuard, RwLock};
use tokio::task::JoinHandle;

/// The licence server. Each call takes its time.
pub trait Server: Send + Sync + 'static {
    /// Takes a seat and returns its number. If this future is dropped, no seat is taken.
    fn take(&self) -> impl Future<Output = u32> + Send;

    /// Gives a seat back and returns how many minutes are charged. Call this once for each seat. If this future is
    /// dropped half-way, the seat stays blocked.
    fn give_back(&self, seat: u32) -> impl Future<Output = u32> + Send;

    /// Ends the connection. After this, nothing can be given back.
    fn sign_off(&self) -> impl Future<Output = ()> + Send;
}

/// A connection to the licence server.
pub struct Licences<S> {
    server: Arc<S>,
    runtime: Handle,
    out: Arc<RwLock<()>>,
}

impl<S: Server> Licences<S> {
    /// Call this on the runtime, and all other functions here, too. Only dropping a seat is allowed anywhere.
    pub fn new(server: S) -> Self {
        Self { server: Arc::new(server), runtime: Handle::current(), out: Arc::default() }
    }

    /// Takes a seat. If this future is dropped, no seat is taken.
    pub async fn seat(&self) -> Seat<S> {
        let number = self.server.take().await;
        // Nobody writes before `sign_off`, which owns the connection: this never waits.
        let out = Arc::clone(&self.out).read_owned().await;
        let duty = Duty { number, server: Arc::clone(&self.server), out };
        Seat { number, runtime: self.runtime.clone(), duty: Some(duty) }
    }

    /// Waits until every seat has been given back, including those still in use, and then signs off. If you drop this
    /// future, or never call this, the seats are given back all the same.
    pub async fn sign_off(self) {
        let _all_are_back = self.out.write().await;
        self.server.sign_off().await;
    }
}

/// What is to be done for a seat that is not back yet.
struct Duty<S> {
    number: u32,
    server: Arc<S>,
    out: OwnedRwLockReadGuard<()>,
}

/// A seat in use. It is given back once: by `close`, or at once when you drop it, even while the server is busy with
/// other seats. You may drop it on any thread, whether that has this runtime, another one or none. Dropping it never
/// blocks.
pub struct Seat<S: Server> {
    number: u32,
    runtime: Handle,
    duty: Option<Duty<S>>,
}

impl<S: Server> Seat<S> {
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Gives the seat back and returns how many minutes are charged. If this future is dropped, the seat is given back
    /// all the same.
    pub async fn close(mut self) -> u32 {
        let task = self.give_back().expect("only this and `drop` take it");
        task.await.expect("giving a seat back does not panic")
    }

    fn give_back(&mut self) -> Option<JoinHandle<u32>> {
        let duty = self.duty.take()?;
        let Duty { number, server, out } = duty;
        Some(self.runtime.spawn(async move {
            let minutes = server.give_back(number).await;
            drop(out);
            minutes
        }))
    }
}

impl<S: Server> Drop for Seat<S> {
    fn drop(&mut self) {
        if let Ok(runtime) = Handle::try_current() {
            self.runtime = runtime;
        }
        self.give_back();
    }
}
