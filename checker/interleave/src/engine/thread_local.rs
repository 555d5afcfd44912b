//! Thread-local values of the threads of a schedule.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use super::locals::{Locals, Slot};
use super::{scheduler, session};

/// The thread is ending and its value has already been dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destroyed;

thread_local! {
    /// The values of an OS thread outside any schedule.
    static OUTSIDE: RefCell<Locals> = const { RefCell::new(Locals::new()) };
}

/// The value of the running thread for the key at `address`, created by `init` if there is none yet.
///
/// # Errors
///
/// If the thread is ending and the value has been dropped.
///
/// # Panics
///
/// If a key is used with two types.
pub fn get<T: 'static>(address: usize, init: impl FnOnce() -> T) -> Result<Rc<T>, Destroyed> {
    let slot = with_locals(|locals| locals.0.iter().find(|(key, _)| *key == address).map(|(_, slot)| slot.clone()));
    match slot {
        Some(Slot::Alive(value)) => Ok(value.downcast().expect("a key has one type")),
        Some(Slot::Destroyed) => Err(Destroyed),
        None => {
            // Foreign code, which may use this very key.
            let value = Rc::new(init());
            let erased: Rc<dyn Any> = value.clone();
            let old = with_locals(|locals| match locals.0.iter_mut().find(|(key, _)| *key == address) {
                Some((_, slot)) => Some(std::mem::replace(slot, Slot::Alive(erased))),
                None => {
                    locals.0.push((address, Slot::Alive(erased)));
                    None
                }
            });
            drop(old);
            Ok(value)
        }
    }
}

/// The value of the running schedule for the key at `address`, created by `init` if there is none yet. It is dropped
/// with the schedule.
///
/// # Panics
///
/// Outside a schedule, and if a key is used with two types.
pub fn global<T: 'static>(address: usize, init: impl FnOnce() -> T) -> Rc<T> {
    let find = || {
        session::with(|session| session.globals.0.iter().find(|(key, _)| *key == address).map(|(_, slot)| slot.clone()))
            .expect(scheduler::OUTSIDE)
    };
    if let Some(Slot::Alive(value)) = find() {
        return value.downcast().expect("a key has one type");
    }
    let value = Rc::new(init());
    session::with(|session| session.globals.0.push((address, Slot::Alive(value.clone()))));
    value
}

/// Drops the values of the running thread, the last one first. Their destructors may create new ones.
pub(crate) fn destroy_all() {
    while let Some(value) = session::with(|session| {
        let locals = &mut session.thread().locals.0;
        let slot = locals.iter_mut().rev().map(|(_, slot)| slot).find(|slot| matches!(slot, Slot::Alive(_)))?;
        Some(std::mem::replace(slot, Slot::Destroyed))
    })
    .flatten()
    {
        drop(value);
    }
}

fn with_locals<R>(f: impl FnOnce(&mut Locals) -> R) -> R {
    let mut f = Some(f);
    let inside = session::with(|session| {
        let thread = session.threads.get_mut(session.current)?;
        f.take().map(|f| f(&mut thread.locals))
    });
    match inside.flatten() {
        Some(result) => result,
        None => OUTSIDE.with_borrow_mut(f.take().expect("not called yet")),
    }
}
