//! verdict: failing-test a_seat_may_be_dropped_on_a_plain_thread
//! On a thread without a runtime, the seat goes into a list. Nobody looks into that before `sign_off`.
//!
//! The seats of a licence server. A seat that is not given back stays blocked until the next day.

use std::sync::{Arc, Mutex};

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
    elsewhere: Arc<Mutex<Vec<Duty<S>>>>,
    working: mpsc::Sender<()>,
    done: mpsc::Receiver<()>,
}

impl<S: Server> Licences<S> {
    /// Call this on the runtime, and all other functions here, too. Only dropping a seat is allowed anywhere.
    pub fn new(server: S) -> Self {
        let (working, done) = mpsc::channel(1);
        Self { server: Arc::new(server), elsewhere: Arc::default(), working, done }
    }

    /// Takes a seat. If this future is dropped, no seat is taken.
    pub async fn seat(&self) -> Seat<S> {
        let number = self.server.take().await;
        let duty = Duty { number, server: Arc::clone(&self.server), working: self.working.clone() };
        Seat { number, elsewhere: Arc::clone(&self.elsewhere), duty: Some(duty) }
    }

    /// Waits until every seat has been given back, including those still in use, and then signs off. If you drop this
    /// future, or never call this, the seats are given back all the same.
    pub async fn sign_off(self) {
        let Self { server, elsewhere, working, mut done } = self;
        drop(working);
        loop {
            let dropped = std::mem::take(&mut *elsewhere.lock().unwrap());
            for duty in dropped {
                duty.begin();
            }
            if done.recv().await.is_none() {
                break;
            }
        }
        server.sign_off().await;
    }
}

/// What is to be done for a seat that is not back yet.
struct Duty<S> {
    number: u32,
    server: Arc<S>,
    working: mpsc::Sender<()>,
}

impl<S: Server> Duty<S> {
    fn begin(self) -> JoinHandle<u32> {
        tokio::spawn(async move {
            let minutes = self.server.give_back(self.number).await;
            drop(self.working);
            minutes
        })
    }
}

/// A seat in use. It is given back once: by `close`, or at once when you drop it, even while the server is busy with
/// other seats. You may drop it on any thread, whether that has this runtime, another one or none. Dropping it never
/// blocks.
pub struct Seat<S: Server> {
    number: u32,
    elsewhere: Arc<Mutex<Vec<Duty<S>>>>,
    duty: Option<Duty<S>>,
}

impl<S: Server> Seat<S> {
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Gives the seat back and returns how many minutes are charged. If this future is dropped, the seat is given back
    /// all the same.
    pub async fn close(mut self) -> u32 {
        let duty = self.duty.take().expect("only this and `drop` take it");
        duty.begin().await.expect("giving a seat back does not panic")
    }
}

impl<S: Server> Drop for Seat<S> {
    fn drop(&mut self) {
        let Some(duty) = self.duty.take() else { return };
        if Handle::try_current().is_ok() {
            duty.begin();
        } else {
            let working = duty.working.clone();
            self.elsewhere.lock().unwrap().push(duty);
            let _ = working.try_send(());
        }
    }
}
