use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use interleave::explore::{Object, point};
use real::sync;

/// The real notify with a scheduling point around each operation.
#[derive(Debug)]
pub struct Notify {
    object: Arc<Object>,
    notify: sync::Notify,
}

/// See [`sync::futures::Notified`].
#[derive(Debug)]
pub struct Notified<'a> {
    object: &'a Object,
    place: &'static Location<'static>,
    state: State,
    notified: Pin<Box<sync::futures::Notified<'a>>>,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    New,
    Asleep,
    Done,
}

impl Notify {
    #[track_caller]
    pub fn new() -> Self {
        Notify { object: Arc::new(Object::new("Notify")), notify: sync::Notify::new() }
    }

    #[track_caller]
    pub fn notified(&self) -> Notified<'_> {
        point();
        Notified {
            object: &self.object,
            place: Location::caller(),
            state: State::New,
            notified: Box::pin(self.notify.notified()),
        }
    }

    #[track_caller]
    pub fn notify_one(&self) {
        point();
        self.notify.notify_one();
        self.object.signals(Location::caller());
    }

    #[track_caller]
    pub fn notify_last(&self) {
        point();
        self.notify.notify_last();
        self.object.signals(Location::caller());
    }

    #[track_caller]
    pub fn notify_waiters(&self) {
        point();
        self.notify.notify_waiters();
        self.object.signals(Location::caller());
    }
}

impl Default for Notify {
    #[track_caller]
    fn default() -> Self {
        Notify::new()
    }
}

impl Notified<'_> {
    pub fn enable(mut self: Pin<&mut Self>) -> bool {
        point();
        self.notified.as_mut().enable()
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.state == State::New {
            point();
        }
        let poll = self.notified.as_mut().poll(context);
        match poll {
            Poll::Ready(()) => {
                self.state = State::Done;
                self.object.hears(self.place);
            }
            Poll::Pending if self.state == State::New => {
                self.state = State::Asleep;
                self.object.listens(self.place);
            }
            Poll::Pending => {}
        }
        poll
    }
}

impl Drop for Notified<'_> {
    fn drop(&mut self) {
        if self.state == State::Asleep {
            self.object.gives_up(self.place);
        }
    }
}
