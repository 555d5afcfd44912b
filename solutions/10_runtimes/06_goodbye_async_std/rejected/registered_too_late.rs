//! verdict: deadlock smol_close_misses_no_end
//! Detaches and counts. `close` checks the count and then registers its waker: the last delivery may end in between.
//!
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

/// Ported to smol.
pub mod on_smol {
    use super::*;
    use std::future::poll_fn;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::task::{Poll, Waker};

    pub struct Mails<L> {
        line: Arc<L>,
        working: Arc<(AtomicUsize, Mutex<Option<Waker>>)>,
    }

    impl<L: Line> Mails<L> {
        pub fn new(line: L) -> Self {
            Self { line: Arc::new(line), working: Arc::default() }
        }
    }

    impl<L: Line> Outbox for Mails<L> {
        fn send(&mut self, mail: &str) {
            let (line, mail, working) = (Arc::clone(&self.line), mail.to_owned(), Arc::clone(&self.working));
            working.0.fetch_add(1, SeqCst);
            smol::spawn(async move {
                line.deliver(mail).await;
                if working.0.fetch_sub(1, SeqCst) == 1
                    && let Some(waker) = working.1.lock().unwrap().take()
                {
                    waker.wake();
                }
            })
            .detach();
        }

        async fn close(self) {
            poll_fn(|context| {
                if self.working.0.load(SeqCst) == 0 {
                    return Poll::Ready(());
                }
                *self.working.1.lock().unwrap() = Some(context.waker().clone());
                Poll::Pending
            })
            .await;
        }
    }
}
