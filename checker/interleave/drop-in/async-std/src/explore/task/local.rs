//! Task-local values.

use std::any::Any;
use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use interleave::model::{AbortIfDropPanics, thread_local};

use super::Task;

/// A task and its values, by the addresses of their keys.
pub(super) struct Locals {
    task: Task,
    /// `None` while the task is being dropped.
    values: RefCell<Option<Values>>,
}

type Values = Vec<(usize, Rc<dyn Any>)>;

/// The task that the running thread polls.
static CURRENT: thread_local::LocalKey<RefCell<Option<Rc<Locals>>>> = thread_local::LocalKey::new(RefCell::default);

/// The task that the running thread polls.
pub(super) fn current() -> Option<Rc<Locals>> {
    CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
}

impl Locals {
    pub(super) fn task(&self) -> &Task {
        &self.task
    }

    fn get<T: Send + 'static>(&self, key: &'static LocalKey<T>) -> Rc<T> {
        const BEING_DROPPED: &str = "can't access task-locals while the task is being dropped";

        let address = std::ptr::from_ref(key).addr();
        let found = self.values.borrow().as_ref().expect(BEING_DROPPED).iter().find(|(at, _)| *at == address).cloned();
        let value = found.map_or_else(
            || {
                // Foreign code, which may use other keys.
                let value: Rc<dyn Any> = Rc::new((key.__init)());
                self.values.borrow_mut().as_mut().expect(BEING_DROPPED).push((address, Rc::clone(&value)));
                value
            },
            |(_, value)| value,
        );
        value.downcast().expect("a key has one type")
    }
}

/// Owns the values of a task and drops them.
struct Owner(Rc<Locals>);

impl Drop for Owner {
    fn drop(&mut self) {
        let values = self.0.values.take();
        drop(AbortIfDropPanics::new(values));
    }
}

pin_project_lite::pin_project! {
    /// Runs a future as a task. As in async-std, the task's values are dropped before the future.
    pub(super) struct WithLocals<F> {
        locals: Owner,
        #[pin]
        future: F,
    }
}

impl<F> WithLocals<F> {
    pub(super) fn new(task: Task, future: F) -> Self {
        let locals = Locals { task, values: RefCell::new(Some(Vec::new())) };
        WithLocals { locals: Owner(Rc::new(locals)), future }
    }
}

impl<F: Future> Future for WithLocals<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = Entered::new(Rc::clone(&this.locals.0));
        this.future.poll(context)
    }
}

/// While this lives, the running thread polls a task.
struct Entered {
    before: Option<Rc<Locals>>,
}

impl Entered {
    fn new(locals: Rc<Locals>) -> Self {
        Entered { before: CURRENT.with(|current| current.replace(Some(locals))) }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let before = self.before.take();
        let left = CURRENT.try_with(|current| current.replace(before));
        drop(left);
    }
}

/// See [`real::task::LocalKey`].
#[derive(Debug)]
pub struct LocalKey<T: Send + 'static> {
    #[doc(hidden)]
    pub __init: fn() -> T,
}

impl<T: Send + 'static> LocalKey<T> {
    /// See [`real::task::LocalKey::with`].
    ///
    /// # Panics
    ///
    /// Outside a task.
    #[track_caller]
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.try_with(f).expect("`LocalKey::with` called outside the context of a task")
    }

    /// See [`real::task::LocalKey::try_with`].
    ///
    /// # Errors
    ///
    /// Outside a task.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        let locals = current().ok_or(AccessError { _private: () })?;
        Ok(f(&locals.get(self)))
    }
}

/// See [`real::task::AccessError`].
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct AccessError {
    _private: (),
}

impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessError").finish()
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("already destroyed or called outside the context of a task")
    }
}

impl Error for AccessError {}
