//! verdict: failing-test a_telephone_that_waits_for_the_screen_sleeps
//! Tries every second to lock the directory. It wakes although nothing has happened, and callers that queue overtake it.
//!
//! A telephone on a desk: it takes calls, and keeps its copy of the company's directory up to date.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio::time::sleep;

/// The telephone asks for new names when this time has passed since the last answer.
pub const INTERVAL: Duration = Duration::from_secs(60);

/// The server with the company's directory. An answer takes its time. Without a network, it never comes.
pub trait Server: Send + Sync + 'static {
    /// The names that follow the first `known` names.
    fn names(&self, known: usize) -> impl Future<Output = Vec<String>> + Send;
}

/// The memory of a telephone that is switched off.
pub trait Flash: Send + Sync + 'static {
    fn save(&self, directory: &[String], calls: &[String]) -> impl Future<Output = ()> + Send;
}

/// A telephone. `run` is what it does.
pub struct Telephone<S, F> {
    server: S,
    flash: F,
    directory: Arc<Mutex<Vec<String>>>,
}

impl<S: Server, F: Flash> Telephone<S, F> {
    pub fn new(server: S, flash: F) -> Self {
        Self { server, flash, directory: Arc::default() }
    }

    /// The directory. The screen keeps it locked while somebody scrolls through it.
    pub fn directory(&self) -> Arc<Mutex<Vec<String>>> {
        Arc::clone(&self.directory)
    }

    /// Takes each call as it comes, and keeps the directory up to date, until `calls` is closed, which means that the
    /// telephone is being switched off. Then saves the directory and all calls, once, and returns. It may have to wait
    /// for the directory's lock, but not for the server. After this has returned or was dropped, none of its work goes
    /// on.
    pub async fn run(&self, mut calls: Receiver<String>) {
        let mut taken = Vec::new();
        {
            let mut updating = pin!(self.update());
            loop {
                tokio::select! {
                    biased;
                    call = calls.recv() => match call {
                        Some(call) => taken.push(call),
                        None => break,
                    },
                    () = &mut updating => unreachable!("it asks again and again"),
                }
            }
        }
        let directory = loop {
            if let Ok(directory) = self.directory.try_lock() {
                break directory;
            }
            sleep(Duration::from_secs(1)).await;
        };
        self.flash.save(&directory, &taken).await;
    }

    /// Asks for new names again and again. The directory stays locked until the server has answered, so that the answer
    /// still fits.
    async fn update(&self) {
        loop {
            sleep(INTERVAL).await;
            let mut directory = self.directory.lock().await;
            let names = self.server.names(directory.len()).await;
            directory.extend(names);
        }
    }
}
