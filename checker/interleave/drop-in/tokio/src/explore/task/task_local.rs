//! `tokio::task_local!`: values that belong to a future, whichever thread polls it.

use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use interleave::model::thread_local::LocalKey as ThreadLocalKey;

/// See [`real::task_local`].
#[macro_export]
macro_rules! task_local {
    () => {};
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty; $($rest:tt)*) => {
        $crate::task_local!($(#[$attr])* $vis static $name: $t);
        $crate::task_local!($($rest)*);
    };
    ($(#[$attr:meta])* $vis:vis static $name:ident: $t:ty) => {
        $(#[$attr])*
        $vis static $name: $crate::task::LocalKey<$t> = $crate::task::LocalKey::__new();
    };
}

/// See [`real::task::LocalKey`].
pub struct LocalKey<T: 'static> {
    /// The value of the future that the running thread polls.
    inner: ThreadLocalKey<RefCell<Option<T>>>,
}

/// See [`real::task::AccessError`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AccessError(());

impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessError")
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("task-local value not set")
    }
}

impl std::error::Error for AccessError {}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("LocalKey { .. }")
    }
}

impl<T: 'static> LocalKey<T> {
    /// Called by the macro `task_local!`.
    #[doc(hidden)]
    pub const fn __new() -> Self {
        LocalKey { inner: ThreadLocalKey::new(|| RefCell::new(None)) }
    }

    /// See [`real::task::LocalKey::scope`].
    pub fn scope<F: Future>(&'static self, value: T, future: F) -> TaskLocalFuture<T, F> {
        TaskLocalFuture { key: self, value: Some(value), future: Some(future) }
    }

    /// See [`real::task::LocalKey::sync_scope`].
    ///
    /// # Panics
    ///
    /// While the value is borrowed.
    #[track_caller]
    pub fn sync_scope<F: FnOnce() -> R, R>(&'static self, value: T, f: F) -> R {
        let mut value = Some(value);
        let _inside = Inside::enter(self, &mut value);
        f()
    }

    /// See [`real::task::LocalKey::with`].
    #[track_caller]
    pub fn with<F: FnOnce(&T) -> R, R>(&'static self, f: F) -> R {
        match self.try_with(f) {
            Ok(result) => result,
            Err(_) => panic!("cannot access a task-local storage value without setting it first"),
        }
    }

    /// See [`real::task::LocalKey::try_with`].
    pub fn try_with<F: FnOnce(&T) -> R, R>(&'static self, f: F) -> Result<R, AccessError> {
        let result = self.inner.try_with(|slot| slot.try_borrow().ok()?.as_ref().map(f));
        result.ok().flatten().ok_or(AccessError(()))
    }

    /// See [`real::task::LocalKey::get`].
    #[track_caller]
    pub fn get(&'static self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// See [`real::task::LocalKey::try_get`].
    pub fn try_get(&'static self) -> Result<T, AccessError>
    where
        T: Clone,
    {
        self.try_with(T::clone)
    }
}

/// While this lives, the key has the value. Then the previous value is restored.
struct Inside<'a, T: 'static> {
    key: &'static LocalKey<T>,
    outside: &'a mut Option<T>,
}

impl<'a, T> Inside<'a, T> {
    #[track_caller]
    fn enter(key: &'static LocalKey<T>, value: &'a mut Option<T>) -> Self {
        let is_free =
            key.inner.try_with(|slot| slot.try_borrow_mut().map(|mut slot| std::mem::swap(&mut *slot, value)));
        match is_free {
            Ok(Ok(())) => Inside { key, outside: value },
            Ok(Err(_)) => panic!("cannot enter a task-local scope while the task-local storage is borrowed"),
            Err(_) => {
                panic!("cannot enter a task-local scope during or after destruction of the underlying thread-local")
            }
        }
    }
}

impl<T> Drop for Inside<'_, T> {
    fn drop(&mut self) {
        let _ = self.key.inner.try_with(|slot| std::mem::swap(&mut *slot.borrow_mut(), self.outside));
    }
}

pin_project_lite::pin_project! {
    /// See [`real::task::futures::TaskLocalFuture`].
    pub struct TaskLocalFuture<T, F>
    where
        T: 'static,
    {
        key: &'static LocalKey<T>,
        value: Option<T>,
        #[pin]
        future: Option<F>,
    }

    impl<T: 'static, F> PinnedDrop for TaskLocalFuture<T, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.future.is_some() {
                // Destructors also see the value.
                let _inside = Inside::enter(this.key, this.value);
                this.future.set(None);
            }
        }
    }
}

impl<T: 'static, F> TaskLocalFuture<T, F> {
    /// See [`real::task::futures::TaskLocalFuture::take_value`].
    pub fn take_value(self: Pin<&mut Self>) -> Option<T> {
        self.project().value.take()
    }
}

impl<T: 'static, F: Future> Future for TaskLocalFuture<T, F> {
    type Output = F::Output;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let _inside = Inside::enter(this.key, this.value);
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            panic!("`TaskLocalFuture` polled after completion");
        };
        let poll = future.poll(context);
        if poll.is_ready() {
            this.future.set(None);
        }
        poll
    }
}

impl<T: fmt::Debug + 'static, F> fmt::Debug for TaskLocalFuture<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskLocalFuture").field("value", &self.value).finish_non_exhaustive()
    }
}
