//! What the search for every interleaving has to know of an oracle: that threads share it.

/// Stands for the state of an oracle among the objects that steps touch.
#[derive(Debug)]
pub(super) struct Shared {
    #[cfg(feature = "explore")]
    object: crate::model::Object,
}

impl Shared {
    pub(super) const fn new() -> Self {
        Shared {
            #[cfg(feature = "explore")]
            object: crate::model::Object::of_unknown_origin("oracle"),
        }
    }

    /// The same, known to the search from the beginning.
    pub(super) fn announced() -> Self {
        let shared = Shared::new();
        #[cfg(feature = "explore")]
        shared.object.announce();
        shared
    }

    /// The state is looked at or changed. Not a scheduling point.
    pub(super) fn changes(&self) {
        #[cfg(feature = "explore")]
        self.object.touch(crate::engine::Access::Write);
    }
}
