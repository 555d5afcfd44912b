//! Channel capacity that is reserved for one value.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use interleave::engine::{Access, scheduler};
use interleave::model::Object;
use interleave::model::acquire::AfterRelease;
use real::sync::mpsc;

use super::{End, Sender};

/// See [`mpsc::Permit`].
pub struct Permit<'a, T> {
    object: &'a Object,
    place: &'static Location<'static>,
    /// `None` once it has been used.
    permit: Option<mpsc::Permit<'a, T>>,
}

/// See [`mpsc::PermitIterator`].
pub struct PermitIterator<'a, T> {
    object: &'a Object,
    place: &'static Location<'static>,
    permits: mpsc::PermitIterator<'a, T>,
    _after: AfterRelease,
}

/// See [`mpsc::OwnedPermit`].
pub struct OwnedPermit<T> {
    object: Arc<Object>,
    place: &'static Location<'static>,
    /// `None` once it has been used.
    permit: Option<mpsc::OwnedPermit<T>>,
}

impl<'a, T> Permit<'a, T> {
    pub(super) fn new(object: &'a Object, place: &'static Location<'static>, permit: mpsc::Permit<'a, T>) -> Self {
        Permit { object, place, permit: Some(permit) }
    }

    /// Sends `value` into the reserved room, without waiting.
    #[track_caller]
    pub fn send(self, value: T) {
        self.send_at(value, Location::caller());
    }

    pub(super) fn send_at(mut self, value: T, place: &'static Location<'static>) {
        self.object.point(Access::Write);
        self.permit.take().expect(USED).send(value);
        self.object.signals(place);
    }
}

const USED: &str = "a permit is used only when it is moved";

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        if self.permit.is_some() {
            self.object.point(Access::Write);
            self.object.signals(self.place);
            self.permit = None;
            scheduler::point();
        }
    }
}

impl<'a, T> PermitIterator<'a, T> {
    pub(super) fn new(
        object: &'a Object,
        place: &'static Location<'static>,
        permits: mpsc::PermitIterator<'a, T>,
    ) -> Self {
        PermitIterator { object, place, permits, _after: AfterRelease }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(Permit::new(self.object, self.place, self.permits.next()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.permits.size_hint()
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}
impl<T> std::iter::FusedIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        if self.permits.len() > 0 {
            self.object.point(Access::Write);
            self.object.signals(self.place);
        }
    }
}

impl<T> OwnedPermit<T> {
    pub(super) fn new(object: Arc<Object>, place: &'static Location<'static>, permit: mpsc::OwnedPermit<T>) -> Self {
        OwnedPermit { object, place, permit: Some(permit) }
    }

    /// Sends `value` into the reserved room, and gives the sender back.
    #[track_caller]
    pub fn send(mut self, value: T) -> Sender<T> {
        let place = Location::caller();
        self.object.point(Access::Write);
        let sender = self.permit.take().expect(USED).send(value);
        self.object.signals(place);
        Sender(End::new(Arc::clone(&self.object), place, sender))
    }

    /// Gives the reserved room up, and the sender back.
    #[track_caller]
    pub fn release(mut self) -> Sender<T> {
        self.give_back(Location::caller()).expect(USED)
    }

    fn give_back(&mut self, place: &'static Location<'static>) -> Option<Sender<T>> {
        let permit = self.permit.take()?;
        self.object.point(Access::Write);
        let sender = permit.release();
        self.object.signals(place);
        Some(Sender(End::new(Arc::clone(&self.object), place, sender)))
    }

    /// Whether both permits belong to the same channel.
    pub fn same_channel(&self, other: &Self) -> bool {
        self.real().same_channel(other.real())
    }

    /// Whether the permit is one of the channel of `sender`.
    pub fn same_channel_as_sender(&self, sender: &Sender<T>) -> bool {
        self.real().same_channel_as_sender(sender.0.real())
    }

    fn real(&self) -> &mpsc::OwnedPermit<T> {
        self.permit.as_ref().expect(USED)
    }
}

impl<T> Drop for OwnedPermit<T> {
    /// Releases the capacity, and then drops the sender.
    fn drop(&mut self) {
        drop(self.give_back(self.place));
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.permit.as_ref().expect(USED).fmt(f)
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.permits.fmt(f)
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real().fmt(f)
    }
}
