//! The parts of smol that determine the order of events, or the time.
//!
//! The global executor, blocking jobs and time are modelled. [`Executor`] and [`LocalExecutor`] are the real ones with
//! a scheduling point around each operation. A wake-up from the real reactor ends the schedule as unsupported.

mod chance;
mod executor;
pub mod future;
pub mod io;
pub mod stream;
mod task;
mod timer;

use std::panic::Location;

use interleave::model::GlobalExecutor;

pub use async_channel as channel;
pub use async_lock as lock;
pub use executor::{Executor, LocalExecutor};
pub use task::Task;
pub use timer::Timer;

pub use future::block_on;

static GLOBAL: GlobalExecutor = GlobalExecutor::new();

/// See [`real::spawn`].
#[track_caller]
pub fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Task<T> {
    chance::begin();
    Task::global(GLOBAL.spawn(Location::caller(), future))
}

/// See [`real::unblock`].
#[track_caller]
pub fn unblock<T, F>(f: F) -> Task<T>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    Task::global(GLOBAL.unblock(Location::caller(), f))
}

pub mod prelude {
    //! See [`real::prelude`].

    pub use super::future::{Future, FutureExt as _};
    pub use super::io::{
        AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncSeek, AsyncSeekExt as _, AsyncWrite,
        AsyncWriteExt as _,
    };
    pub use super::stream::{Stream, StreamExt as _};
}

#[doc(hidden)]
pub mod __interleave {
    use interleave::model::GlobalExecutor;

    pub fn block_on(test: impl Future<Output = ()>) {
        super::chance::begin();
        GlobalExecutor::choose_workers();
        super::block_on(test);
    }
}
