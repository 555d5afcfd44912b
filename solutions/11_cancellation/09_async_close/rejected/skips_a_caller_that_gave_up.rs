//! verdict: failing-test a_close_that_is_dropped_gives_the_seat_back_once
//! The task gives nothing back if the caller of `close` has already given up when it looks.
//!
//! The seats of a licence server. A seat that is not given back stays blocked until the next day.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

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
    working: mpsc::Sender<()>,
    done: mpsc::Receiver<()>,
}

impl<S: Server> Licences<S> {
    /// Call this on the runtime, and all other functions here, too. Only dropping a seat is allowed anywhere.
    pub fn new(server: S) -> Self {
        let (working, done) = mpsc::channel(1);
        Self { server: Arc::new(server), working, done }
    }

    /// Takes a seat. If this future is dropped, no seat is taken.
    pub async fn seat(&self) -> Seat {
        let number = self.server.take().await;
        let (closing, closed) = oneshot::channel::<oneshot::Sender<u32>>();
        let (server, working) = (Arc::clone(&self.server), self.working.clone());
        tokio::spawn(async move {
            let caller = closed.await;
            if caller.as_ref().is_ok_and(|caller| caller.is_closed()) {
                return;
            }
            let minutes = server.give_back(number).await;
            if let Ok(caller) = caller {
                let _ = caller.send(minutes);
            }
            drop(working);
        });
        Seat { number, closing }
    }

    /// Waits until every seat has been given back, including those still in use, and then signs off. If you drop this
    /// future, or never call this, the seats are given back all the same.
    pub async fn sign_off(self) {
        let Self { server, working, mut done } = self;
        drop(working);
        while done.recv().await.is_some() {}
        server.sign_off().await;
    }
}

/// A seat in use. It is given back once: by `close`, or at once when you drop it, even while the server is busy with
/// other seats. You may drop it on any thread, whether that has this runtime, another one or none. Dropping it never
/// blocks.
pub struct Seat {
    number: u32,
    closing: oneshot::Sender<oneshot::Sender<u32>>,
}

impl Seat {
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Gives the seat back and returns how many minutes are charged. If this future is dropped, the seat is given back
    /// all the same.
    pub async fn close(self) -> u32 {
        let (caller, minutes) = oneshot::channel();
        let _ = self.closing.send(caller);
        minutes.await.expect("the task of a seat answers")
    }
}
