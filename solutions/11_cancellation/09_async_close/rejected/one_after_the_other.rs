//! verdict: failing-test seats_that_are_dropped_together_are_given_back_together
//! One task gives the seats back one after the other. A dropped seat waits until the server is done with all before it.
//!
//! The seats of a licence server. A seat that is not given back stays blocked until the next day.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};
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

/// What a seat tells the clerk.
struct Returned {
    number: u32,
    caller: Option<oneshot::Sender<u32>>,
}

/// A connection to the licence server.
pub struct Licences<S> {
    server: Arc<S>,
    desk: mpsc::UnboundedSender<Returned>,
    clerk: JoinHandle<()>,
}

/// Gives all seats back that are brought, one after the other, until there is no seat any more.
async fn clerk<S: Server>(server: Arc<S>, mut brought: mpsc::UnboundedReceiver<Returned>) {
    while let Some(Returned { number, caller }) = brought.recv().await {
        let minutes = server.give_back(number).await;
        let _ = caller.map(|caller| caller.send(minutes));
    }
}

impl<S: Server> Licences<S> {
    /// Call this on the runtime, and all other functions here, too. Only dropping a seat is allowed anywhere.
    pub fn new(server: S) -> Self {
        let server = Arc::new(server);
        let (desk, brought) = mpsc::unbounded_channel();
        let clerk = tokio::spawn(clerk(Arc::clone(&server), brought));
        Self { server, desk, clerk }
    }

    /// Takes a seat. If this future is dropped, no seat is taken.
    pub async fn seat(&self) -> Seat {
        let number = self.server.take().await;
        Seat { number, desk: Some(self.desk.clone()) }
    }

    /// Waits until every seat has been given back, including those still in use, and then signs off. If you drop this
    /// future, or never call this, the seats are given back all the same.
    pub async fn sign_off(self) {
        drop(self.desk);
        let _ = self.clerk.await;
        self.server.sign_off().await;
    }
}

/// A seat in use. It is given back once: by `close`, or at once when you drop it, even while the server is busy with
/// other seats. You may drop it on any thread, whether that has this runtime, another one or none. Dropping it never
/// blocks.
pub struct Seat {
    number: u32,
    desk: Option<mpsc::UnboundedSender<Returned>>,
}

impl Seat {
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Gives the seat back and returns how many minutes are charged. If this future is dropped, the seat is given back
    /// all the same.
    pub async fn close(mut self) -> u32 {
        let (caller, minutes) = oneshot::channel();
        self.bring(Some(caller));
        minutes.await.expect("the clerk answers")
    }

    fn bring(&mut self, caller: Option<oneshot::Sender<u32>>) {
        if let Some(desk) = self.desk.take() {
            let _ = desk.send(Returned { number: self.number, caller });
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.bring(None);
    }
}
