//! verdict: failing-test once_it_is_off_nothing_goes_on
//! The update is a task, which is aborted only if it has the lock. Otherwise it goes on, as its handle is dropped.
//!
//! A telephone on a desk: it takes calls, and keeps its copy of the company's directory up to date.

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
    server: Arc<S>,
    flash: F,
    directory: Arc<Mutex<Vec<String>>>,
}

impl<S: Server, F: Flash> Telephone<S, F> {
    pub fn new(server: S, flash: F) -> Self {
        Self { server: Arc::new(server), flash, directory: Arc::default() }
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
        let updating = tokio::spawn(update(Arc::clone(&self.server), self.directory()));
        while let Some(call) = calls.recv().await {
            taken.push(call);
        }
        let early = tokio::time::timeout(Duration::ZERO, self.directory.lock()).await;
        if early.is_err() {
            updating.abort();
        }
        drop(early);
        let directory = self.directory.lock().await;
        self.flash.save(&directory, &taken).await;
    }
}

/// Asks for new names again and again. The directory stays locked until the server has answered, so that the answer
/// still fits.
async fn update<S: Server>(server: Arc<S>, directory: Arc<Mutex<Vec<String>>>) {
    loop {
        sleep(INTERVAL).await;
        let mut directory = directory.lock().await;
        let names = server.names(directory.len()).await;
        directory.extend(names);
    }
}
