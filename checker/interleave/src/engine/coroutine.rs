//! Stacks that the engine switches between.
//!
//! Every thread of a schedule runs as a coroutine on the one OS thread that explores. Stacks are reused by the next
//! schedule, because mapping a stack costs more than a short schedule does.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;

use corosensei::stack::{DefaultStack, Stack as _};
use corosensei::{CoroutineResult, Yielder};

use super::overflow;

/// As much as Rust gives a thread. Untouched pages cost nothing.
pub(crate) const STACK_BYTES: usize = 2 << 20;

/// More than any test has threads at once. Further stacks go back to the operating system.
const MOST_SPARE_STACKS: usize = 64;

type Suspender = Yielder<(), ()>;

thread_local! {
    static SPARE_STACKS: RefCell<Vec<DefaultStack>> = const { RefCell::new(Vec::new()) };
    /// The running coroutine suspends itself through this.
    static RUNNING: Cell<Option<NonNull<Suspender>>> = const { Cell::new(None) };
}

/// What a coroutine runs. It is boxed so that the switch between stacks is compiled with the kit, not anew with each test:
/// it is written in assembly, whose symbols a dynamic library does not export.
pub(crate) type Body = Box<dyn FnOnce()>;

/// A function call that can be suspended and resumed.
pub(crate) struct Coroutine {
    inner: corosensei::Coroutine<(), (), ()>,
    /// Set once the coroutine has started; see [`RUNNING`].
    suspender: Option<NonNull<Suspender>>,
    /// The address of its stack's guard page.
    guard: usize,
}

/// Why a coroutine returned control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resumed {
    Suspended,
    Returned,
}

impl Coroutine {
    /// Creates a coroutine that has not started. `body` must not unwind.
    ///
    /// # Panics
    ///
    /// If the operating system has no memory for its stack.
    pub(crate) fn new(body: Body) -> Self {
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

    /// Keeps the stack of a coroutine that has returned, for reuse.
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
/// If the caller does not run on a coroutine.
pub(crate) fn suspend() {
    let suspender = RUNNING.get().expect("only a coroutine can be suspended");
    #[allow(unsafe_code)]
    // SAFETY: `RUNNING` is set to the suspender of the running coroutine, and reset when control leaves it. The
    // suspender lives on that coroutine's stack while its body runs, and the caller is part of the body.
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
            Coroutine::new(Box::new(move || {
                for _ in 0..2 {
                    log.borrow_mut().push(name);
                    suspend();
                }
            }))
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
