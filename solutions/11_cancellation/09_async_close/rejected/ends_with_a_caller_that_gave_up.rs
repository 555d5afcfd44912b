//! verdict: failing-test a_close_that_is_dropped_leaves_other_seats_alone
//! If the caller of `close` has given up, `unwrap` panics in the only task that gives seats back.
//!
//! The seats of a licence server. A seat that is not given back stays blocked until the next day.

use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

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

type Working = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Gives all seats back that are brought, at the same time, until there is no seat any more.
async fn clerk<S: Server>(server: Arc<S>, mut brought: mpsc::UnboundedReceiver<Returned>) {
    let mut working: Vec<Working> = Vec::new();
    let mut is_open = true;
    std::future::poll_fn(|context| {
        while is_open {
            match brought.poll_recv(context) {
                Poll::Pending => break,
                Poll::Ready(None) => is_open = false,
                Poll::Ready(Some(Returned { number, caller })) => {
                    let server = Arc::clone(&server);
                    working.push(Box::pin(async move {
                        let minutes = server.give_back(number).await;
                        if let Some(caller) = caller {
                            caller.send(minutes).unwrap();
                        }
                    }));
                }
            }
        }
        working.retain_mut(|one| one.as_mut().poll(context).is_pending());
        if is_open || !working.is_empty() { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
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
