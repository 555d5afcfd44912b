//! tokio's cooperative budget: a task that is always ready has to give way now and then.
//!
//! Source: <https://docs.rs/tokio/latest/tokio/task/coop/index.html>. Each poll of a task may make 128 operations; after
//! that every operation is pending once, although it could go on.

use std::task::{Context, Poll};

use crate::engine::session;

/// How many operations one poll of a task may make.
pub const BUDGET: u32 = 128;

/// Runs `f` with a budget for the running thread: `None` is unlimited.
pub fn with_budget<R>(budget: Option<u32>, f: impl FnOnce() -> R) -> R {
    /// Puts back what there was, also when `f` panics.
    struct Restore(Option<u32>);

    impl Drop for Restore {
        fn drop(&mut self) {
            set(self.0);
        }
    }

    let _restore = Restore(set(budget));
    f()
}

fn set(budget: Option<u32>) -> Option<u32> {
    session::with(|session| std::mem::replace(&mut session.thread().budget, budget)).flatten()
}

/// What is left of the budget of the running poll; `None` if it is unlimited.
pub fn left() -> Option<u32> {
    session::with(|session| session.thread().budget).flatten()
}

/// Permission for one operation, which costs nothing if it comes to nothing.
#[must_use]
#[derive(Clone, Copy, Debug)]
pub struct Spending(Option<u32>);

impl Spending {
    /// Keeps the cost if the operation made progress, and gives it back otherwise.
    pub fn spend_if(self, made_progress: bool) {
        if !made_progress {
            set(self.0);
        }
    }
}

/// Asks for one operation. Pending, and to be polled again at once, if the budget is used up.
pub fn proceed(context: &Context<'_>) -> Poll<Spending> {
    let before = left();
    match before {
        Some(0) => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
        Some(budget) => {
            set(Some(budget - 1));
            Poll::Ready(Spending(before))
        }
        None => Poll::Ready(Spending(None)),
    }
}

/// The budget that an operation takes from its task when it completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// One of the operations that a poll may make.
    One,
    /// It is free.
    Nothing,
}

/// Polls an operation that costs `cost`. `None` if the budget is used up; the task is polled again at once then.
pub fn pay<T>(
    cost: Cost,
    context: &mut Context<'_>,
    poll: impl FnOnce(&mut Context<'_>) -> Poll<T>,
) -> Option<Poll<T>> {
    if cost == Cost::Nothing {
        return Some(poll(context));
    }
    let Poll::Ready(budget) = proceed(context) else { return None };
    let poll = poll(context);
    budget.spend_if(poll.is_ready());
    Some(poll)
}

/// `future` as one operation of its task.
pub async fn cooperative<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        pay(Cost::One, context, |context| future.as_mut().poll(context)).unwrap_or(Poll::Pending)
    })
    .await
}
