//! The parts of async-std that determine the order of events, or the time.

pub mod future;
pub mod io;
pub mod task;
mod timeout;

pub use async_channel as channel;

pub mod sync {
    //! See [`real::sync`].

    pub use async_lock::{
        Mutex, MutexGuard, MutexGuardArc, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard, RwLockWriteGuard,
    };
    #[doc(no_inline)]
    pub use std::sync::{Arc, Weak};
}

pub mod prelude {
    //! See [`real::prelude`].

    pub use crate::task_local;
    #[doc(no_inline)]
    pub use real::prelude::*;
}

#[doc(hidden)]
pub mod __interleave {
    use interleave::model::GlobalExecutor;

    pub fn block_on(test: impl Future<Output = ()>) {
        GlobalExecutor::choose_workers();
        super::task::block_on(test);
    }
}
