//! Stacks that the engine switches between.
//!
//! Every thread of a schedule runs on a coroutine of the one OS thread that explores. Stacks are kept for the next
//! schedule: mapping one costs more than a short schedule does.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use corosensei::stack::{DefaultStack, Stack as _};
use corosensei::{CoroutineResult, Yielder};

use super::overflow;

/// As much as Rust gives a thread. Pages that are never touched cost nothing.
pub(crate) const STACK_BYTES: usize = 2 << 20;

/// More than any test has threads at once; what is beyond goes back to the operating system.
const MOST_SPARE_STACKS: usize = 64;

type Suspender = Yielder<(), ()>;

thread_local! {
    static SPARE_STACKS: RefCell<Vec<DefaultStack>> = const { RefCell::new(Vec::new()) };
    /// Through which the running coroutine suspends itself.
    static RUNNING: Cell<Option<NonNull<Suspender>>> = const { Cell::new(None) };
}

/// A function call that can be suspended and resumed.
pub(crate) struct Coroutine {
    inner: corosensei::Coroutine<(), (), ()>,
    /// Known once the coroutine has started; see [`RUNNING`].
    suspender: Option<NonNull<Suspender>>,
    /// Where the guard page of its stack begins.
    guard: usize,
}

/// Why a coroutine returned control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resumed {
    Suspended,
    Returned,
}

impl Coroutine {
    /// A coroutine that has not started. `body` must not unwind.
    ///
    /// # Panics
    ///
    /// If the operating system has no memory for its stack.
    pub(crate) fn new(body: impl FnOnce() + 'static) -> Self {
        let stack = SPARE_STACKS.with_borrow_mut(Vec::pop);
        let stack = stack.unwrap_or_else(|| DefaultStack::new(STACK_BYTES).expect("memory for a stack"));
        let guard = stack.limit().get();
        let inner = corosensei::Coroutine::with_stack(stack, move |suspender: &Suspender, ()| {
            RUNNING.set(Some(NonNull::from(suspender)));
            body();
        });
        Coroutine { inner, suspender: None, guard }
    }

    /// Runs the coroutine until it suspends itself or returns.
    pub(crate) fn resume(&mut self) -> Resumed {
        let outer = RUNNING.replace(self.suspender);
        let outer_guard = overflow::set_guard(self.guard);
        let resumed = match self.inner.resume(()) {
            CoroutineResult::Yield(()) => Resumed::Suspended,
            CoroutineResult::Return(()) => Resumed::Returned,
        };
        overflow::set_guard(outer_guard);
        self.suspender = RUNNING.replace(outer);
        resumed
    }

    /// Keeps the stack of a coroutine that has returned for the next one.
    pub(crate) fn recycle(self) {
        let stack = self.inner.into_stack();
        SPARE_STACKS.with_borrow_mut(|spare| {
            if spare.len() < MOST_SPARE_STACKS {
                spare.push(stack);
            }
        });
    }
}

/// Whether the caller runs on a coroutine.
pub(crate) fn is_inside() -> bool {
    RUNNING.get().is_some()
}

/// Suspends the running coroutine until it is resumed.
///
/// # Panics
///
/// If the caller runs on no coroutine.
pub(crate) fn suspend() {
    let suspender = RUNNING.get().expect("only a coroutine can be suspended");
    #[allow(unsafe_code)]
    // SAFETY: `RUNNING` is set to the suspender of the coroutine that runs, and reset when control leaves it. The
    // suspender lives on that coroutine's stack for as long as its body runs, and the caller is a part of the body.
    unsafe { suspender.as_ref() }.suspend(());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn two_coroutines_take_turns() {
        let log = Rc::new(RefCell::new(String::new()));
        let mut both = ['a', 'b'].map(|name| {
            let log = Rc::clone(&log);
            Coroutine::new(move || {
                for _ in 0..2 {
                    log.borrow_mut().push(name);
                    suspend();
                }
            })
        });
        for _ in 0..2 {
            for coroutine in &mut both {
                assert_eq!(coroutine.resume(), Resumed::Suspended);
            }
        }
        for mut coroutine in both {
            assert_eq!(coroutine.resume(), Resumed::Returned);
            coroutine.recycle();
        }
        assert_eq!(*log.borrow(), "abab");
        assert!(!is_inside());
    }
}
