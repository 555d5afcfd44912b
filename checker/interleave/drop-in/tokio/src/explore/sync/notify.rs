//! `tokio::sync::Notify`.

use std::marker::PhantomPinned;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use interleave::engine::Access;
use interleave::model::Object;
use interleave::model::acquire::{poll_listen, polled_at};
use interleave::model::coop::Cost;
use real::sync;

/// See [`sync::Notify`].
#[derive(Debug)]
pub struct Notify {
    object: Object,
    notify: sync::Notify,
}

/// See [`sync::futures::Notified`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Notified<'a> {
    wait: Wait<'a>,
    notify: &'a Notify,
    _pinned: PhantomPinned,
}

/// See [`sync::futures::OwnedNotified`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct OwnedNotified {
    /// Borrows from `notify`, so it is dropped first.
    wait: Wait<'static>,
    notify: Arc<Notify>,
    _pinned: PhantomPinned,
}

/// A wait, which joins the queue at its first poll.
#[derive(Debug)]
struct Wait<'a> {
    notified: Pin<Box<sync::futures::Notified<'a>>>,
    asleep: bool,
    place: &'static Location<'static>,
}

impl Notify {
    /// Nobody waits, and no permit is stored.
    #[track_caller]
    pub fn new() -> Self {
        Notify::const_new()
    }

    /// As [`Notify::new`], for a `static`.
    #[track_caller]
    pub const fn const_new() -> Self {
        Notify { object: Object::new("Notify"), notify: sync::Notify::const_new() }
    }

    /// A future that waits for a notification. It joins the queue when it is first polled or enabled, but no
    /// `notify_waiters` after this call is missed.
    #[track_caller]
    pub fn notified(&self) -> Notified<'_> {
        Notified { wait: self.wait(Location::caller()), notify: self, _pinned: PhantomPinned }
    }

    /// As [`Notify::notified`], with a future that owns the `Notify`.
    #[track_caller]
    pub fn notified_owned(self: Arc<Self>) -> OwnedNotified {
        let wait = self.wait(Location::caller());
        #[allow(unsafe_code)]
        // SAFETY: `wait` borrows from an `Arc` that is kept until `wait` is dropped. `wait` is private, so its extended
        // lifetime cannot be observed.
        let wait = unsafe { std::mem::transmute::<Wait<'_>, Wait<'static>>(wait) };
        OwnedNotified { wait, notify: self, _pinned: PhantomPinned }
    }

    /// Records which calls of `notify_waiters` came before.
    fn wait(&self, place: &'static Location<'static>) -> Wait<'_> {
        Wait { notified: Box::pin(self.change().notified()), asleep: false, place }
    }

    fn change(&self) -> &sync::Notify {
        self.object.point(Access::Write);
        &self.notify
    }

    /// Wakes the task that has waited longest. If none waits, stores a permit for the next one; there is at most one.
    #[track_caller]
    pub fn notify_one(&self) {
        self.change().notify_one();
        self.object.signals(Location::caller());
    }

    /// Wakes the task that has waited least. If none waits, stores a permit, as `notify_one` does.
    #[track_caller]
    pub fn notify_last(&self) {
        self.change().notify_last();
        self.object.signals(Location::caller());
    }

    /// Wakes all tasks that wait now. No permit is stored.
    #[track_caller]
    pub fn notify_waiters(&self) {
        self.change().notify_waiters();
        self.object.signals(Location::caller());
    }
}

impl Default for Notify {
    #[track_caller]
    fn default() -> Self {
        Notify::new()
    }
}

impl Wait<'_> {
    fn enable(&mut self, object: &Object) -> bool {
        object.point(Access::Write);
        let is_notified = self.notified.as_mut().enable();
        self.asleep = !is_notified;
        is_notified
    }

    #[track_caller]
    fn poll(&mut self, object: &Object, context: &mut Context<'_>) -> Poll<()> {
        self.place = polled_at(self.place);
        let notified = self.notified.as_mut();
        poll_listen(object, self.place, &mut self.asleep, Cost::Nothing, context, |context| notified.poll(context))
    }

    /// Called before the drop: leaves the queue, and passes on a notification that it has received.
    fn leave(&mut self, object: &Object) {
        if std::mem::take(&mut self.asleep) {
            object.point(Access::Write);
            object.gives_up(self.place);
        }
    }
}

/// The methods of both futures.
macro_rules! notified {
    ([$($lifetime:lifetime)?] $notified:ty, $wait:ty) => {
        impl $(<$lifetime>)? $notified {
            fn parts(self: Pin<&mut Self>) -> (&mut $wait, &Object) {
                #[allow(unsafe_code)]
                // SAFETY: nothing is moved out. The real future is pinned in its own box; `PhantomPinned` only keeps
                // programs from moving what they could not move in real mode.
                let this = unsafe { self.get_unchecked_mut() };
                (&mut this.wait, &this.notify.object)
            }

            /// Joins the queue without being polled. Returns whether it is notified already.
            pub fn enable(self: Pin<&mut Self>) -> bool {
                let (wait, object) = self.parts();
                wait.enable(object)
            }
        }

        impl $(<$lifetime>)? Future for $notified {
            type Output = ();

            #[track_caller]
            fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
                let (wait, object) = self.parts();
                wait.poll(object, context)
            }
        }

        impl $(<$lifetime>)? Drop for $notified {
            fn drop(&mut self) {
                self.wait.leave(&self.notify.object);
            }
        }
    };
}

notified!(['a] Notified<'a>, Wait<'a>);
notified!([] OwnedNotified, Wait<'static>);
