//! `tokio::task::JoinSet`.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use interleave::engine::Access;
use interleave::model::Object;

use super::{AbortHandle, Id, JoinError, JoinHandle, LocalSet, spawn_local};
use crate::explore::runtime::Handle;

/// See [`real::task::JoinSet`]. Dropping it cancels its tasks.
pub struct JoinSet<T> {
    tasks: BTreeMap<u64, JoinHandle<T>>,
    inserted: u64,
    ended: Arc<Ended>,
}

/// The tasks that have ended and were not joined, in the order of their ends.
struct Ended {
    object: Object,
    state: Mutex<EndedState>,
}

#[derive(Default)]
struct EndedState {
    queue: VecDeque<u64>,
    waiting: Option<Waker>,
}

impl Ended {
    fn new() -> Self {
        Ended { object: Object::of_unknown_origin("JoinSet"), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, EndedState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The waker for the end of one task.
struct Entry {
    key: u64,
    ended: Arc<Ended>,
}

impl Wake for Entry {
    fn wake(self: Arc<Self>) {
        self.ended.object.touch(Access::Write);
        let waiting = {
            let mut state = self.ended.state();
            if !state.queue.contains(&self.key) {
                state.queue.push_back(self.key);
            }
            state.waiting.take()
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}

impl<T> JoinSet<T> {
    /// A set without tasks.
    pub fn new() -> Self {
        JoinSet { tasks: BTreeMap::new(), inserted: 0, ended: Arc::new(Ended::new()) }
    }

    /// How many tasks have not been joined, those that have ended included.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether every task has been joined.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }
}

impl<T: 'static> JoinSet<T> {
    /// Spawns `task` on the current runtime. It is aborted when the set is dropped.
    #[track_caller]
    pub fn spawn<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(super::spawn(task))
    }

    /// As [`JoinSet::spawn`], on the runtime of `handle`.
    #[track_caller]
    pub fn spawn_on<F>(&mut self, task: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn(task))
    }

    /// As [`JoinSet::spawn`], on the current [`LocalSet`].
    #[track_caller]
    pub fn spawn_local<F: Future<Output = T> + 'static>(&mut self, task: F) -> AbortHandle {
        self.insert(spawn_local(task))
    }

    /// As [`JoinSet::spawn`], on `set`.
    #[track_caller]
    pub fn spawn_local_on<F: Future<Output = T> + 'static>(&mut self, task: F, set: &LocalSet) -> AbortHandle {
        self.insert(set.spawn_local(task))
    }

    /// Runs `f` on a thread of the current runtime's pool. Once it has started, aborting has no effect.
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(super::spawn_blocking(f))
    }

    /// As [`JoinSet::spawn_blocking`], on the pool of the runtime of `handle`.
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn_blocking(f))
    }

    fn insert(&mut self, task: JoinHandle<T>) -> AbortHandle {
        let abort = task.abort_handle();
        self.inserted += 1;
        task.wake_at_end(&self.waker_of(self.inserted));
        self.tasks.insert(self.inserted, task);
        abort
    }

    fn waker_of(&self, key: u64) -> Waker {
        Waker::from(Arc::new(Entry { key, ended: Arc::clone(&self.ended) }))
    }

    /// Waits until one of the tasks has ended, whichever is first. `None` if the set is empty. Dropping this future
    /// loses no result.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        std::future::poll_fn(|context| self.poll_join_next(context)).await
    }

    /// As [`JoinSet::join_next`], with the id of the task.
    pub async fn join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        std::future::poll_fn(|context| self.poll_join_next_with_id(context)).await
    }

    /// The result of a task that has ended. If none has, other threads run first, so that a loop around this call lets
    /// them.
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.try_join_next_with_id().map(|result| result.map(|(_, output)| output))
    }

    /// As [`JoinSet::try_join_next`], with the id of the task.
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        let poll = interleave::model::coop::with_budget(None, || {
            self.poll_join_next_with_id(&mut Context::from_waker(Waker::noop()))
        });
        match poll {
            Poll::Ready(result) => result,
            Poll::Pending => {
                interleave::engine::scheduler::yield_now();
                None
            }
        }
    }

    /// As [`JoinSet::join_next`], for futures that are polled by hand.
    pub fn poll_join_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        self.poll_join_next_with_id(context).map(|next| next.map(|result| result.map(|(_, output)| output)))
    }

    /// As [`JoinSet::join_next_with_id`], for futures that are polled by hand.
    pub fn poll_join_next_with_id(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<(Id, T), JoinError>>> {
        if self.tasks.is_empty() {
            return Poll::Ready(None);
        }
        self.ended.object.point(Access::Write);
        let waker = context.waker().clone();
        let (key, old) = {
            let mut state = self.ended.state();
            // Detached tasks report their end as well.
            let next = std::iter::from_fn(|| state.queue.pop_front()).find(|key| self.tasks.contains_key(key));
            match next {
                Some(key) => (Some(key), Some(waker)),
                None => (None, state.waiting.replace(waker)),
            }
        };
        drop(old);
        let Some(key) = key else { return Poll::Pending };
        let waker = self.waker_of(key);
        let task = self.tasks.get_mut(&key).expect("it was just found");
        let id = task.id();
        match std::pin::pin!(task).poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(result) => {
                self.tasks.remove(&key);
                Poll::Ready(Some(result.map(|output| (id, output))))
            }
            Poll::Pending => {
                // The budget is used up; the task stays first in the queue.
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    /// Aborts all tasks, and waits until each of them has ended.
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }

    /// # Panics
    ///
    /// If a task panicked or was cancelled.
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::with_capacity(self.len());
        while let Some(result) = self.join_next().await {
            match result {
                Ok(output) => outputs.push(output),
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(error) => panic!("{error}"),
            }
        }
        outputs
    }

    /// Aborts all tasks. They stay in the set until they are joined.
    pub fn abort_all(&mut self) {
        self.tasks.values().for_each(JoinHandle::abort);
    }

    /// Lets the tasks run without the set.
    pub fn detach_all(&mut self) {
        self.tasks.clear();
    }
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.tasks.values().for_each(JoinHandle::abort);
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish()
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        JoinSet::new()
    }
}

impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn from_iter<I: IntoIterator<Item = F>>(tasks: I) -> Self {
        let mut set = JoinSet::new();
        set.extend(tasks);
        set
    }
}

impl<T, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn extend<I: IntoIterator<Item = F>>(&mut self, tasks: I) {
        tasks.into_iter().for_each(|task| {
            self.spawn(task);
        });
    }
}
