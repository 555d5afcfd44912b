//! `tokio::task::coop`: the budget of a poll.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use interleave::model::coop::{self, Spending};

/// See [`real::task::coop::has_budget_remaining`].
pub fn has_budget_remaining() -> bool {
    coop::left() != Some(0)
}

/// See [`real::task::coop::consume_budget`].
pub async fn consume_budget() {
    std::future::poll_fn(|context| coop::proceed(context).map(|budget| budget.spend_if(true))).await;
}

/// See [`real::task::coop::poll_proceed`].
pub fn poll_proceed(context: &mut Context<'_>) -> Poll<RestoreOnPending> {
    coop::proceed(context).map(|budget| RestoreOnPending(std::cell::Cell::new(Some(budget))))
}

/// See [`real::task::coop::RestoreOnPending`].
#[must_use]
#[derive(Debug)]
pub struct RestoreOnPending(std::cell::Cell<Option<Spending>>);

impl RestoreOnPending {
    /// See [`real::task::coop::RestoreOnPending::made_progress`].
    pub fn made_progress(&self) {
        self.0.set(None);
    }
}

impl Drop for RestoreOnPending {
    fn drop(&mut self) {
        if let Some(budget) = self.0.take() {
            budget.spend_if(false);
        }
    }
}

pin_project_lite::pin_project! {
    /// See [`real::task::coop::Unconstrained`].
    #[derive(Debug)]
    #[must_use = "Unconstrained does nothing unless polled"]
    pub struct Unconstrained<F> {
        #[pin]
        inner: F,
    }
}

impl<F: Future> Future for Unconstrained<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let inner = self.project().inner;
        coop::with_budget(None, || inner.poll(context))
    }
}

/// See [`real::task::coop::unconstrained`].
pub fn unconstrained<F>(inner: F) -> Unconstrained<F> {
    Unconstrained { inner }
}

pin_project_lite::pin_project! {
    /// See [`real::task::coop::Coop`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Coop<F: Future> {
        #[pin]
        inner: F,
    }
}

impl<F: Future> Future for Coop<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let budget = ready!(coop::proceed(context));
        let poll = self.project().inner.poll(context);
        budget.spend_if(poll.is_ready());
        poll
    }
}

/// See [`real::task::coop::cooperative`].
pub fn cooperative<F: Future>(inner: F) -> Coop<F> {
    Coop { inner }
}
