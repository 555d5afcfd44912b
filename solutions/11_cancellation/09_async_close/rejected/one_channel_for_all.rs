//! verdict: deadlock two_servers_are_independent
//! All connections share one count: signing off from one server waits for the seats of the others.
//!
//! The seats of a licence server. A seat that is not given back stays blocked until the next day.

use std::sync::Arc;

use tokio::sync::{oneshot, watch};

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
    /// How many seats have not been given back.
    open: Arc<watch::Sender<usize>>,
}

impl<S: Server> Licences<S> {
    /// Call this on the runtime, and all other functions here, too. Only dropping a seat is allowed anywhere.
    pub fn new(server: S) -> Self {
        static OPEN: std::sync::LazyLock<Arc<watch::Sender<usize>>> =
            std::sync::LazyLock::new(|| Arc::new(watch::Sender::new(0)));
        Self { server: Arc::new(server), open: Arc::clone(&OPEN) }
    }

    /// Takes a seat. If this future is dropped, no seat is taken.
    pub async fn seat(&self) -> Seat {
        let number = self.server.take().await;
        let (close, closed) = oneshot::channel::<oneshot::Sender<u32>>();
        let (server, open) = (Arc::clone(&self.server), Arc::clone(&self.open));
        open.send_modify(|open| *open += 1);
        // Spawned here, where there is a runtime, and not when the seat is dropped.
        tokio::spawn(async move {
            // An error means that the seat was dropped. Then nobody wants to know the minutes.
            let asked = closed.await;
            let minutes = server.give_back(number).await;
            if let Ok(answer) = asked {
                let _ = answer.send(minutes);
            }
            open.send_modify(|open| *open -= 1);
        });
        Seat { number, close }
    }

    /// Waits until every seat has been given back, including those still in use, and then signs off. If you drop this
    /// future, or never call this, the seats are given back all the same.
    pub async fn sign_off(self) {
        let mut open = self.open.subscribe();
        let waited = open.wait_for(|open| *open == 0).await.map(drop);
        waited.expect("`self` has the sender");
        self.server.sign_off().await;
    }
}

/// A seat in use. It is given back once: by `close`, or at once when you drop it, even while the server is busy with
/// other seats. You may drop it on any thread, whether that has this runtime, another one or none. Dropping it never
/// blocks.
pub struct Seat {
    number: u32,
    /// Wakes the seat's task, by a message or by being dropped.
    close: oneshot::Sender<oneshot::Sender<u32>>,
}

impl Seat {
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Gives the seat back and returns how many minutes are charged. If this future is dropped, the seat is given back
    /// all the same.
    pub async fn close(self) -> u32 {
        let (answer, minutes) = oneshot::channel();
        let _ = self.close.send(answer);
        minutes.await.expect("the task of a seat answers, as long as the runtime lives")
    }
}
