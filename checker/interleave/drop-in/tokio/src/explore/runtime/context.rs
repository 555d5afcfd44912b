//! The runtime that a thread belongs to, and whether the thread may block.

use std::cell::{Cell, RefCell};

use interleave::model::thread_local::LocalKey;

use super::Handle;

/// The state of one thread.
#[derive(Default)]
struct Context {
    /// The runtimes that it has entered, the innermost last.
    handles: RefCell<Vec<Handle>>,
    /// Whether it drives async tasks, and so must not block.
    is_async: Cell<bool>,
}

static CONTEXT: LocalKey<Context> = LocalKey::new(Context::default);

/// The message of the real package for a thread outside any runtime.
pub(super) const NO_CONTEXT: &str =
    "there is no reactor running, must be called from the context of a Tokio 1.x runtime";

/// The runtime that the running thread is in.
pub(crate) fn current() -> Option<Handle> {
    CONTEXT.try_with(|context| context.handles.borrow().last().cloned()).ok().flatten()
}

/// Whether the running thread drives async tasks.
pub(crate) fn is_async() -> bool {
    CONTEXT.try_with(|context| context.is_async.get()).unwrap_or(false)
}

/// Panics on a thread that drives async tasks, with the message of the real package. Called before blocking.
///
/// # Panics
///
/// On such a thread.
#[track_caller]
pub(crate) fn assert_may_block() {
    assert!(
        !is_async(),
        "Cannot block the current thread from within a runtime. This happens because a function attempted to block the \
         current thread while the thread is being used to drive asynchronous tasks."
    );
}

/// While this lives, the running thread is in a runtime.
#[derive(Debug)]
pub(crate) struct Entered {
    depth: usize,
    was_async: bool,
}

/// Enters a runtime.
pub(crate) fn enter(handle: Handle) -> Entered {
    enter_with(handle, is_async())
}

/// Enters a runtime to drive async tasks.
pub(crate) fn enter_async(handle: Handle) -> Entered {
    enter_with(handle, true)
}

fn enter_with(handle: Handle, drives: bool) -> Entered {
    CONTEXT.with(|context| {
        let was_async = context.is_async.replace(drives);
        let mut handles = context.handles.borrow_mut();
        handles.push(handle);
        Entered { depth: handles.len(), was_async }
    })
}

impl Drop for Entered {
    #[track_caller]
    fn drop(&mut self) {
        let left = CONTEXT.try_with(|context| {
            context.is_async.set(self.was_async);
            let mut handles = context.handles.borrow_mut();
            let in_order = handles.len() == self.depth;
            (handles.pop(), in_order)
        });
        if let Ok((handle, in_order)) = left {
            drop(handle);
            assert!(
                in_order || std::thread::panicking(),
                "`EnterGuard` values dropped out of order. Guards returned by `tokio::runtime::Handle::enter()` must be \
                 dropped in the reverse order as they were acquired."
            );
        }
    }
}

/// Runs `f`, which may block, on a thread that drives async tasks.
pub(crate) fn may_block<T>(f: impl FnOnce() -> T) -> T {
    /// Restores the previous state, also when `f` panics.
    struct Restore(bool);

    impl Drop for Restore {
        fn drop(&mut self) {
            let _ = CONTEXT.try_with(|context| context.is_async.set(self.0));
        }
    }

    let _restore = Restore(CONTEXT.with(|context| context.is_async.replace(false)));
    f()
}
