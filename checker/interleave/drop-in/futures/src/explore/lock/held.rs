//! The real mutex, without its value. Its queue of waiters and whom it wakes are the real ones.

use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;

use interleave::model::acquire::{AfterRelease, Guarded, acquire_free, try_acquire};
use interleave::model::{Mode, Object};
use real::lock;

/// The real mutex, and its object in the trace.
pub(super) struct Core {
    pub(super) object: Object,
    pub(super) queue: Arc<lock::Mutex<()>>,
}

/// Waits until the mutex is locked.
pub(super) type Taking = Pin<Box<dyn Future<Output = Held> + Send + Sync>>;

/// Keeps the mutex locked until it is dropped.
pub(super) struct Held {
    // Dropped in this order: others may run while the mutex is still locked, and again after it is unlocked.
    _guarded: Guarded,
    _queue: lock::OwnedMutexGuard<()>,
    _after: AfterRelease,
}

impl Core {
    pub(super) fn new(object: Object) -> Self {
        Core { object, queue: Arc::new(lock::Mutex::new(())) }
    }

    pub(super) fn take(self: &Arc<Self>, place: &'static Location<'static>) -> Taking {
        let core = Arc::clone(self);
        Box::pin(async move {
            let locking = Arc::clone(&core.queue).lock_owned();
            let (queue, guarded) = acquire_free(&core.object, Mode::Lock, place, locking).await;
            Held { _guarded: guarded, _queue: queue, _after: AfterRelease }
        })
    }

    pub(super) fn try_take(&self, place: &'static Location<'static>) -> Option<Held> {
        let attempt = || self.queue.try_lock_owned().ok_or(());
        let (queue, guarded) = try_acquire(&self.object, Mode::Lock, place, attempt).ok()?;
        Some(Held { _guarded: guarded, _queue: queue, _after: AfterRelease })
    }
}
