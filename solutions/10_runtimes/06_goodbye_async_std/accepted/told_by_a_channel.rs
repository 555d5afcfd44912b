//! An outbox that delivers mail in the background: as it was, on async-std, and ported to smol.

use std::sync::Arc;

/// The way to the mail server. A delivery takes its time.
pub trait Line: Send + Sync + 'static {
    fn deliver(&self, mail: String) -> impl Future<Output = ()> + Send;
}

/// What both versions promise. An outbox may be sent to another thread.
pub trait Outbox: Send {
    /// Begins to deliver `mail`, whatever else is under way, and returns at once.
    fn send(&mut self, mail: &str);

    /// Waits until everything that was sent has been delivered, however long that takes.
    fn close(self) -> impl Future<Output = ()>;
}

/// The original, on async-std. This module stays as it is.
pub mod on_async_std {
    use super::*;
    use async_std::task::{self, JoinHandle};

    pub struct Mails<L> {
        line: Arc<L>,
        deliveries: Vec<JoinHandle<()>>,
    }

    impl<L: Line> Mails<L> {
        pub fn new(line: L) -> Self {
            Self { line: Arc::new(line), deliveries: Vec::new() }
        }
    }

    impl<L: Line> Outbox for Mails<L> {
        fn send(&mut self, mail: &str) {
            let (line, mail) = (Arc::clone(&self.line), mail.to_owned());
            self.deliveries.push(task::spawn(async move { line.deliver(mail).await }));
        }

        async fn close(self) {
            for delivery in self.deliveries {
                delivery.await;
            }
        }
    }
}

/// Ported to smol: deliveries are detached at once, and a channel tells when the last one is done.
pub mod on_smol {
    use super::*;
    use smol::channel::{self, Receiver, Sender};

    pub struct Mails<L> {
        line: Arc<L>,
        /// Every delivery holds a sender until it is done; nothing is ever sent.
        pending: Sender<()>,
        done: Receiver<()>,
    }

    impl<L: Line> Mails<L> {
        pub fn new(line: L) -> Self {
            let (pending, done) = channel::bounded(1);
            Self { line: Arc::new(line), pending, done }
        }
    }

    impl<L: Line> Outbox for Mails<L> {
        fn send(&mut self, mail: &str) {
            let (line, mail) = (Arc::clone(&self.line), mail.to_owned());
            let pending = self.pending.clone();
            let delivery = async move {
                line.deliver(mail).await;
                drop(pending);
            };
            smol::spawn(delivery).detach();
        }

        async fn close(self) {
            drop(self.pending);
            // An error here says that the last sender is gone: all is delivered.
            let _ = self.done.recv().await;
        }
    }
}
