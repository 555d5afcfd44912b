//! The building blocks of the drop-ins: locks, wait queues, threads and executors whose order the scheduler decides.
//!
//! The models decide which thread or task continues. The data is also locked for real, in the types of the real
//! packages or behind an [`Exclusion`], and that lock is always free by then.

pub mod acquire;
mod condition;
pub mod coop;
mod each_schedule;
pub mod end;
mod event;
mod exclusion;
pub mod executor;
mod global_executor;
mod guards;
mod handle;
mod local_tasks;
mod lock;
pub mod once;
mod only_here;
mod per_schedule;
mod renewed;
mod reset_mutex;
pub mod scope;
mod signal;
pub mod task;
pub mod thread;
pub mod thread_local;
pub mod time;
mod traced;
mod waiters;
mod yield_now;

pub use crate::engine::object::{Object, ObjectId, Shard};
pub use crate::engine::thread_local::global;
pub use condition::Condition;
pub use each_schedule::EachSchedule;
pub use event::{Event, Listener};
pub use exclusion::{Exclusion, SHARED};
pub use global_executor::GlobalExecutor;
pub use handle::{Handle, polled_too_late};
pub use local_tasks::LocalTasks;
pub use lock::{Held, Lock, Queue, Taking};
pub use only_here::OnlyHere;
pub use per_schedule::PerSchedule;
pub use renewed::Renewed;
pub use signal::{Order, Signal, Woken};
pub use trace::Mode;
pub use traced::{AbortIfDropPanics, Awaited, Traced};
pub use yield_now::YieldNow;
