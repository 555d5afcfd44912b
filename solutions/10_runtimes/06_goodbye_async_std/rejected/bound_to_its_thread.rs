//! verdict: compile-error cannot be sent between threads safely
//! Keeps the handles in an `Rc`: unlike the original, the port cannot be sent to another thread.
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
    use smol::Task;
    use std::cell::RefCell;
    use std::rc::Rc;

    pub struct Mails<L> {
        line: Arc<L>,
        deliveries: Rc<RefCell<Vec<Task<()>>>>,
    }

    impl<L> Drop for Mails<L> {
        fn drop(&mut self) {
            self.deliveries.borrow_mut().drain(..).for_each(Task::detach);
        }
    }

    impl<L: Line> Mails<L> {
        pub fn new(line: L) -> Self {
            Self { line: Arc::new(line), deliveries: Rc::default() }
        }
    }

    impl<L: Line> Outbox for Mails<L> {
        fn send(&mut self, mail: &str) {
            let (line, mail) = (Arc::clone(&self.line), mail.to_owned());
            self.deliveries.borrow_mut().push(smol::spawn(async move { line.deliver(mail).await }));
        }

        async fn close(self) {
            std::future::poll_fn(|context| {
                let mut deliveries = self.deliveries.borrow_mut();
                deliveries.retain_mut(|task| std::pin::Pin::new(task).poll(context).is_pending());
                if deliveries.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            })
            .await;
        }
    }
}
