//! The thread-local values of one thread of a schedule, as plain data.

use std::any::Any;
use std::rc::Rc;

/// The values of one thread, by the address of their keys.
#[derive(Default)]
pub(crate) struct Locals(pub(crate) Vec<(usize, Slot)>);

impl Locals {
    pub(crate) const fn new() -> Self {
        Locals(Vec::new())
    }
}

#[derive(Clone)]
pub(crate) enum Slot {
    Alive(Rc<dyn Any>),
    Destroyed,
}
