//! verdict: failing-test signing_off_waits_for_seats_that_were_dropped
//! `drop` cannot wait for room in a bounded channel: if several seats are dropped at once, only one is given back.
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

/// A seat to be given back, and the caller who waits for the answer.
type Return = (u32, Option<oneshot::Sender<u32>>);

/// A connection to the licence server.
pub struct Licences<S> {
    server: Arc<S>,
    returns: mpsc::Sender<Return>,
    clerk: JoinHandle<()>,
}

impl<S: Server> Licences<S> {
    /// Call this on the runtime, and all other functions here, too. Only dropping a seat is allowed anywhere.
    pub fn new(server: S) -> Self {
        let server = Arc::new(server);
        let (returns, returned) = mpsc::channel(1);
        let clerk = tokio::spawn(give_back(Arc::clone(&server), returned));
        Self { server, returns, clerk }
    }

    /// Takes a seat. If this future is dropped, no seat is taken.
    pub async fn seat(&self) -> Seat {
        let number = self.server.take().await;
        Seat { number, returns: Some(self.returns.clone()) }
    }

    /// Waits until every seat has been given back, including those still in use, and then signs off. If you drop this
    /// future, or never call this, the seats are given back all the same.
    pub async fn sign_off(self) {
        drop(self.returns);
        self.clerk.await.expect("the server does not panic");
        self.server.sign_off().await;
    }
}

/// Gives back what comes, until there is no seat from which something could come.
async fn give_back<S: Server>(server: Arc<S>, mut returned: mpsc::Receiver<Return>) {
    while let Some((number, answer)) = returned.recv().await {
        let minutes = server.give_back(number).await;
        if let Some(answer) = answer {
            let _ = answer.send(minutes);
        }
    }
}

/// A seat in use. It is given back once: by `close`, or at once when you drop it, even while the server is busy with
/// other seats. You may drop it on any thread, whether that has this runtime, another one or none. Dropping it never
/// blocks.
pub struct Seat {
    number: u32,
    /// `None` once it has been closed.
    returns: Option<mpsc::Sender<Return>>,
}

impl Seat {
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Gives the seat back and returns how many minutes are charged. If this future is dropped, the seat is given back
    /// all the same.
    pub async fn close(mut self) -> u32 {
        let (answer, minutes) = oneshot::channel();
        self.return_to_server(Some(answer));
        drop(self);
        minutes.await.expect("there is an answer, as long as the runtime lives")
    }

    fn return_to_server(&mut self, answer: Option<oneshot::Sender<u32>>) {
        if let Some(returns) = self.returns.take() {
            let _ = returns.try_send((self.number, answer));
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.return_to_server(None);
    }
}
