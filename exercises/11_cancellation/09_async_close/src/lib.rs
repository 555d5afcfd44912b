//! The seats of a licence server. A seat that is not given back stays blocked until the next day.

use std::sync::Arc;

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
}

impl<S: Server> Licences<S> {
    /// Call this on the runtime, and all other functions here, too. Only dropping a seat is allowed anywhere.
    pub fn new(server: S) -> Self {
        Self { server: Arc::new(server) }
    }

    /// Takes a seat. If this future is dropped, no seat is taken.
    pub async fn seat(&self) -> Seat<S> {
        let number = self.server.take().await;
        Seat { number, server: Arc::clone(&self.server), is_open: true }
    }

    /// Waits until every seat has been given back, including those still in use, and then signs off. If you drop this
    /// future, or never call this, the seats are given back all the same.
    pub async fn sign_off(self) {
        // TODO: which tasks are not done yet?
        self.server.sign_off().await;
    }
}

/// A seat in use. It is given back once: by `close`, or at once when you drop it, even while the server is busy with
/// other seats. You may drop it on any thread, whether that has this runtime, another one or none. Dropping it never
/// blocks.
pub struct Seat<S: Server> {
    number: u32,
    server: Arc<S>,
    is_open: bool,
}

impl<S: Server> Seat<S> {
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Gives the seat back and returns how many minutes are charged. If this future is dropped, the seat is given back
    /// all the same.
    pub async fn close(mut self) -> u32 {
        self.is_open = false;
        // TODO: what if the caller drops this future here?
        self.server.give_back(self.number).await
    }
}

impl<S: Server> Drop for Seat<S> {
    fn drop(&mut self) {
        if self.is_open {
            let (server, number) = (Arc::clone(&self.server), self.number);
            // TODO: on which threads does this work, and who waits for the task?
            tokio::spawn(async move { server.give_back(number).await });
        }
    }
}
