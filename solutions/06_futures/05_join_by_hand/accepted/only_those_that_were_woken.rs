//! The checks of a payment. Each asks a service of its own: the limits of the account, fraud, sanctions.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Runs checks at the same time, in one task. Ready with their answers when all of them have ended.
pub struct Checks<F: Future> {
    checks: Vec<Check<F>>,
    task: Arc<Mutex<Option<Waker>>>,
}

struct Check<F: Future> {
    running: Option<Pin<Box<F>>>,
    answer: Option<F::Output>,
    bell: Arc<Bell>,
}

/// The waker of one check. It notes that the check wants to be polled, and wakes the task of all.
struct Bell {
    rung: AtomicBool,
    task: Arc<Mutex<Option<Waker>>>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.rung.store(true, Ordering::SeqCst);
        let task = self.task.lock().unwrap().clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

/// Only the boxed futures have to stay where they are. A `Checks` may move.
impl<F: Future> Unpin for Checks<F> {}

/// A future of the answers of all `checks`, in the order of `checks`. Nothing begins before it is polled.
pub fn run<F: Future>(checks: impl IntoIterator<Item = F>) -> Checks<F> {
    let task = Arc::default();
    let bell = || Arc::new(Bell { rung: AtomicBool::new(true), task: Arc::clone(&task) });
    let checks = checks.into_iter().map(|check| Check { running: Some(Box::pin(check)), answer: None, bell: bell() });
    Checks { checks: checks.collect(), task: Arc::clone(&task) }
}

impl<F: Future> Future for Checks<F> {
    type Output = Vec<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Vec<F::Output>> {
        let this = self.get_mut();
        // First the task, then the bells: one that rings from here on wakes this task.
        *this.task.lock().unwrap() = Some(context.waker().clone());
        for check in &mut this.checks {
            let Some(running) = &mut check.running else { continue };
            if !check.bell.rung.swap(false, Ordering::SeqCst) {
                continue;
            }
            let waker = Waker::from(Arc::clone(&check.bell));
            if let Poll::Ready(answer) = running.as_mut().poll(&mut Context::from_waker(&waker)) {
                (check.running, check.answer) = (None, Some(answer));
            }
        }
        if this.checks.iter().any(|check| check.running.is_some()) {
            return Poll::Pending;
        }
        Poll::Ready(this.checks.drain(..).filter_map(|check| check.answer).collect())
    }
}
