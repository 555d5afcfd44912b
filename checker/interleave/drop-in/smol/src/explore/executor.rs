//! `Executor` and `LocalExecutor`: the real ones, with a scheduling point before each operation.
//!
//! The real executors never switch threads while they hold a lock of their own: they call foreign code only to poll,
//! wake or drop a task, and none of the kit's wakers is a scheduling point.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::{Access, scheduler};
use interleave::model::{Object, Renewed, Traced};

use super::{Task, chance};

macro_rules! executor {
    ($(#[$doc:meta])* $name:ident, $($send:ident)?) => {
        $(#[$doc])*
        pub struct $name<'a> {
            object: Object,
            real: Renewed<real::$name<'a>>,
        }

        impl<'a> $name<'a> {
            /// Creates an executor, like `new` of the real one.
            #[track_caller]
            pub const fn new() -> Self {
                $name { object: Object::new("executor"), real: Renewed::new(real::$name::new) }
            }

            fn real(&self, access: Access) -> Arc<real::$name<'a>> {
                chance::begin();
                // The order in its queues is not explored.
                scheduler::lose_track();
                self.object.point(access);
                self.real.get()
            }

            /// Whether there are no tasks.
            pub fn is_empty(&self) -> bool {
                self.real(Access::Read).is_empty()
            }

            /// Spawns a task, which is polled by [`run`](Self::run), [`tick`](Self::tick) and
            /// [`try_tick`](Self::try_tick).
            #[track_caller]
            pub fn spawn<T: $($send +)? 'a>(&self, future: impl Future<Output = T> + $($send +)? 'a) -> Task<T> {
                self.spawn_at(Location::caller(), future)
            }

            /// Spawns many tasks.
            #[track_caller]
            pub fn spawn_many<T: $($send +)? 'a, F: Future<Output = T> + $($send +)? 'a>(
                &self,
                futures: impl IntoIterator<Item = F>,
                handles: &mut impl Extend<Task<F::Output>>,
            ) {
                // The real `spawn_many` holds a lock while the iterator runs, and the iterator may switch threads here.
                let place = Location::caller();
                handles.extend(futures.into_iter().map(|future| self.spawn_at(place, future)));
            }

            fn spawn_at<T: $($send +)? 'a>(
                &self,
                place: &'static Location<'static>,
                future: impl Future<Output = T> + $($send +)? 'a,
            ) -> Task<T> {
                let real = self.real(Access::Write);
                let (future, awaited) = Traced::new(place, future);
                Task::own(real.spawn(future), awaited)
            }

            /// Polls one task, if one is ready.
            pub fn try_tick(&self) -> bool {
                self.real(Access::Write).try_tick()
            }

            /// Polls one task, after waiting until one is ready.
            pub async fn tick(&self) {
                self.real(Access::Write).tick().await;
            }

            /// Polls the tasks until `future` has completed.
            pub async fn run<T>(&self, future: impl Future<Output = T>) -> T {
                self.real(Access::Write).run(future).await
            }
        }

        impl Default for $name<'_> {
            #[track_caller]
            fn default() -> Self {
                $name::new()
            }
        }

        impl Drop for $name<'_> {
            /// Cancels the tasks.
            fn drop(&mut self) {
                self.object.point(Access::Write);
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.real.get().fmt(f)
            }
        }
    };
}

executor! {
    /// See [`real::Executor`].
    Executor, Send
}

executor! {
    /// See [`real::LocalExecutor`].
    LocalExecutor,
}
