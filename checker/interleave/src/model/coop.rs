//! tokio's cooperative budget: it forces a task that is always ready to yield from time to time.
//!
//! Source: <https://docs.rs/tokio/latest/tokio/task/coop/index.html>. Each poll of a task may make 128 operations;
//! after that, every operation returns `Pending` once, although it could complete.

use std::task::{Context, Poll};

use crate::engine::session;

/// How many operations one poll of a task may make.
pub const BUDGET: u32 = 128;

/// Runs `f` with a budget for the running thread. `None` is unlimited.
pub fn with_budget<R>(budget: Option<u32>, f: impl FnOnce() -> R) -> R {
    /// Restores the previous budget, also when `f` panics.
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

/// The remaining budget of the running poll; `None` if it is unlimited.
pub fn left() -> Option<u32> {
    session::with(|session| session.thread().budget).flatten()
}

/// Permission for one operation. It is free if the operation makes no progress.
#[must_use]
#[derive(Clone, Copy, Debug)]
pub struct Spending(Option<u32>);

impl Spending {
    /// Keeps the cost if the operation made progress, and refunds it otherwise.
    pub fn spend_if(self, made_progress: bool) {
        if !made_progress {
            set(self.0);
        }
    }
}

/// Asks for permission for one operation. If the budget is used up, returns `Pending` and wakes the task at once.
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
    /// Nothing.
    Nothing,
}

/// Polls an operation that costs `cost`. Returns `None` if the budget is used up; then the task is woken at once.
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

/// Runs `future` as one operation of its task.
pub async fn cooperative<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        pay(Cost::One, context, |context| future.as_mut().poll(context)).unwrap_or(Poll::Pending)
    })
    .await
}
