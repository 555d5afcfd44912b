//! `tokio::task::LocalSet`.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use interleave::model::thread_local::LocalKey;
use interleave::model::{LocalTasks, coop};

use super::JoinHandle;
use crate::explore::runtime::{Handle, Id, Runtime, context};

/// The set that the running thread polls.
static CURRENT: LocalKey<std::cell::RefCell<Option<LocalTasks>>> = LocalKey::new(std::cell::RefCell::default);

/// Whether the running thread is inside the poll of a set, where it must not block.
static IS_POLLED: LocalKey<Cell<bool>> = LocalKey::new(Cell::default);

pub(super) fn is_polled() -> bool {
    IS_POLLED.try_with(Cell::get).unwrap_or(false)
}

/// While this lives, the running thread polls a set.
struct Polling {
    before: bool,
    _entered: LocalEnterGuard,
}

impl Polling {
    fn begin(tasks: &LocalTasks) -> Self {
        let entered = enter(tasks);
        Polling { before: IS_POLLED.with(|is_polled| is_polled.replace(true)), _entered: entered }
    }
}

impl Drop for Polling {
    fn drop(&mut self) {
        let _ = IS_POLLED.try_with(|is_polled| is_polled.set(self.before));
    }
}

/// See [`real::task::LocalSet`].
pub struct LocalSet {
    tasks: LocalTasks,
    id: Id,
    not_send: PhantomData<Rc<()>>,
}

/// See [`real::task::LocalEnterGuard`].
pub struct LocalEnterGuard {
    before: Option<LocalTasks>,
}

/// See [`real::task::spawn_local`].
///
/// # Panics
///
/// Outside a `LocalSet`.
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let place = Location::caller();
    if let Some(handle) = context::current().filter(Handle::is_local) {
        return handle.spawn_unchecked(future);
    }
    match CURRENT.with(|current| current.borrow().clone()) {
        Some(tasks) => JoinHandle::new(tasks.spawn(Some(coop::BUDGET), place, future)),
        None => panic!("`spawn_local` called from outside of a `task::LocalSet` or `runtime::LocalRuntime`"),
    }
}

fn enter(tasks: &LocalTasks) -> LocalEnterGuard {
    LocalEnterGuard { before: CURRENT.with(|current| current.borrow_mut().replace(tasks.clone())) }
}

impl Drop for LocalEnterGuard {
    fn drop(&mut self) {
        let before = self.before.take();
        let left = CURRENT.try_with(|current| std::mem::replace(&mut *current.borrow_mut(), before));
        drop(left);
    }
}

impl fmt::Debug for LocalEnterGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalEnterGuard").finish()
    }
}

impl LocalSet {
    /// See [`real::task::LocalSet::new`].
    pub fn new() -> LocalSet {
        LocalSet { tasks: LocalTasks::new(), id: Id::next(), not_send: PhantomData }
    }

    /// See [`real::task::LocalSet::id`].
    pub fn id(&self) -> Id {
        self.id
    }

    /// See [`real::task::LocalSet::enter`].
    pub fn enter(&self) -> LocalEnterGuard {
        enter(&self.tasks)
    }

    /// See [`real::task::LocalSet::spawn_local`].
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        JoinHandle::new(self.tasks.spawn(Some(coop::BUDGET), Location::caller(), future))
    }

    /// See [`real::task::LocalSet::block_on`].
    #[track_caller]
    pub fn block_on<F: Future>(&self, runtime: &Runtime, future: F) -> F::Output {
        runtime.block_on(self.run_until(future))
    }

    /// See [`real::task::LocalSet::run_until`].
    pub async fn run_until<F: Future>(&self, future: F) -> F::Output {
        let mut future = std::pin::pin!(future);
        std::future::poll_fn(|context| {
            let _polling = Polling::begin(&self.tasks);
            let poll = coop::with_budget(Some(coop::BUDGET), || future.as_mut().poll(context));
            if poll.is_pending() {
                let _ = coop::with_budget(None, || self.tasks.poll(context));
            }
            poll
        })
        .await
    }
}

impl Future for LocalSet {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let _polling = Polling::begin(&self.tasks);
        self.tasks.poll(context)
    }
}

impl Default for LocalSet {
    fn default() -> LocalSet {
        LocalSet::new()
    }
}

impl Drop for LocalSet {
    fn drop(&mut self) {
        let _polling = Polling::begin(&self.tasks);
        self.tasks.close();
    }
}

impl fmt::Debug for LocalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSet").finish()
    }
}
