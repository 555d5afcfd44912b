//! verdict: failing-test a_close_that_is_dropped_gives_the_seat_back_once
//! `close` gives back in its own future: when the caller drops that, the server has heard half of it, and nobody
//! calls again.
//!
//! The seats of a licence server. A seat that is not given back stays blocked until the next day.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
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
    /// Nothing is ever sent. Each seat has a clone, and passes it to its task.
    open: mpsc::Sender<Infallible>,
    opened: mpsc::Receiver<Infallible>,
}

impl<S: Server> Licences<S> {
    /// Call this on the runtime, and all other functions here, too. Only dropping a seat is allowed anywhere.
    pub fn new(server: S) -> Self {
        let (open, opened) = mpsc::channel(1);
        Self { server: Arc::new(server), open, opened }
    }

    /// Takes a seat. If this future is dropped, no seat is taken.
    pub async fn seat(&self) -> Seat<S> {
        let number = self.server.take().await;
        let open = Some((Arc::clone(&self.server), self.open.clone()));
        Seat { number, open, runtime: Handle::current() }
    }

    /// Waits until every seat has been given back, including those still in use, and then signs off. If you drop this
    /// future, or never call this, the seats are given back all the same.
    pub async fn sign_off(self) {
        let Self { server, open, mut opened } = self;
        drop(open);
        let None = opened.recv().await;
        server.sign_off().await;
    }
}

/// A seat in use. It is given back once: by `close`, or at once when you drop it, even while the server is busy with
/// other seats. You may drop it on any thread, whether that has this runtime, another one or none. Dropping it never
/// blocks.
pub struct Seat<S: Server> {
    number: u32,
    /// `None` once there is a task that gives it back.
    open: Option<(Arc<S>, mpsc::Sender<Infallible>)>,
    runtime: Handle,
}

impl<S: Server> Seat<S> {
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Gives the seat back and returns how many minutes are charged. If this future is dropped, the seat is given back
    /// all the same.
    pub async fn close(mut self) -> u32 {
        let (server, open) = self.open.take().expect("an open seat is closed once");
        let minutes = server.give_back(self.number).await;
        drop(open);
        minutes
    }

    fn give_back(&mut self) -> Option<JoinHandle<u32>> {
        let (server, open) = self.open.take()?;
        let number = self.number;
        Some(self.runtime.spawn(async move {
            let minutes = server.give_back(number).await;
            drop(open);
            minutes
        }))
    }
}

impl<S: Server> Drop for Seat<S> {
    fn drop(&mut self) {
        let _ = self.give_back();
    }
}
