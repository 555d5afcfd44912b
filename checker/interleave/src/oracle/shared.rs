//! Tells the search for every interleaving that threads share an oracle.

/// Represents the state of an oracle among the objects that steps touch.
#[derive(Debug)]
pub(super) struct Shared {
    #[cfg(feature = "explore")]
    object: crate::model::Object,
}

impl Shared {
    pub(super) const fn new() -> Self {
        Shared {
            #[cfg(feature = "explore")]
            object: crate::model::Object::of_unknown_origin("oracle")
                .that_orders(crate::engine::races::Orders::Nothing),
        }
    }

    /// Like [`new`](Self::new), but known to the search from the start.
    pub(super) fn announced() -> Self {
        let shared = Shared::new();
        #[cfg(feature = "explore")]
        shared.object.announce();
        shared
    }

    /// Records that the state is read or changed. Not a scheduling point.
    pub(super) fn changes(&self) {
        #[cfg(feature = "explore")]
        self.object.touch(crate::engine::Access::Write);
    }
}
