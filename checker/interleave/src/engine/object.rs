//! An object that tasks share, as the trace knows it.

use std::fmt::Debug;
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering, Ordering::Relaxed};

use trace::{Action, End, Mode, Side, TaskState};

use super::choice::Access;
use super::races::{Operation, Orders, Race, Races, Seen};
use super::scheduler;
use super::session::{self, ObjectOrigin, Phase, Recording, Stop, record};
pub use super::shard::Shard;
use super::watching;

/// The identity of a lock, a channel or a counter: created together with it, and named after the place of its creation.
#[derive(Debug)]
pub struct Object {
    type_name: &'static str,
    created: Option<&'static Location<'static>>,
    shard: Option<Shard>,
    /// The id in the running schedule, in the low bits; the epoch of that schedule is above it.
    id: AtomicU64,
    orders: Orders,
}

/// The type name of all channels.
pub(super) const CHANNEL: &str = "channel";

/// Belongs to epoch 0, which no schedule has.
const NO_ID: u64 = 0;

/// How many bits of an id identify an object within its schedule. The others identify the schedule.
const OBJECT_BITS: u32 = 24;
pub(crate) const EPOCH_BITS: u32 = u64::BITS - OBJECT_BITS;

impl Object {
    /// An object of the type `type_name`, created by the caller's caller.
    #[track_caller]
    pub const fn new(type_name: &'static str) -> Self {
        let created = Some(Location::caller());
        Object { type_name, created, shard: None, id: AtomicU64::new(NO_ID), orders: Orders::Steps }
    }

    /// A part of a map of the type `type_name`, which the caller's caller creates.
    #[track_caller]
    pub const fn shard(type_name: &'static str, shard: Shard) -> Self {
        Object { shard: Some(shard), ..Object::new(type_name) }
    }

    /// A channel, created by the caller's caller: an object whose ends have owners.
    #[track_caller]
    pub const fn channel() -> Self {
        Object::new(CHANNEL)
    }

    /// An object that cannot know where it is created, because it is made from a constant of a trait. It is named after
    /// the place of its first use.
    pub const fn of_unknown_origin(type_name: &'static str) -> Self {
        Object { type_name, created: None, shard: None, id: AtomicU64::new(NO_ID), orders: Orders::Steps }
    }

    /// Another object with the same name, to replace this one in a later schedule.
    pub const fn again(&self) -> Self {
        Object {
            type_name: self.type_name,
            created: self.created,
            shard: self.shard,
            id: AtomicU64::new(NO_ID),
            orders: self.orders,
        }
    }

    /// This object, with other rules for what its steps order.
    #[must_use]
    pub const fn that_orders(self, orders: Orders) -> Self {
        Object { orders, ..self }
    }

    /// A scheduling point before an operation that touches this object.
    #[inline]
    pub fn point(&self, access: Access) {
        // Before others run, so that it gets the same number whatever they do.
        self.announce();
        scheduler::local_point();
        self.touch(access);
    }

    /// Gives this object its number in the running schedule, if a search needs it. For objects that are touched without
    /// a scheduling point of their own.
    #[inline]
    pub fn announce(&self) {
        session::with(|session| {
            if session.source.search().is_some() {
                self.id_in(session, None);
            }
        });
    }

    /// Records that the running step touches this object, as part of an operation that has had its scheduling point.
    #[inline]
    pub fn touch(&self, access: Access) {
        session::with(|session| {
            if session.source.search().is_some() || session.races.is_some() {
                let id = self.id_in(session, None);
                session.touch_object(id, access);
            }
        });
    }

    /// Records what an operation on this atomic orders.
    #[inline]
    pub fn orders(&self, operation: Operation, order: Ordering, place: &'static Location<'static>) {
        if !session::is_watching() {
            return;
        }
        session::with(|session| {
            let id = self.id_in(session, Some(place));
            if let Some((races, thread)) = session.racing() {
                races.atomic(thread, id, operation, order, place);
            }
        });
    }

    /// Records an access to this cell through a shared reference. If nothing orders it after the access before, the
    /// schedule ends at its next scheduling point.
    pub fn accesses(&self, place: &'static Location<'static>) {
        self.watch(place, Races::access);
    }

    /// Records an access to this cell by its only owner, as the compiler has proved.
    pub fn accesses_alone(&self, place: &'static Location<'static>) {
        self.watch(place, Races::access_alone);
    }

    /// An access is no step for the search: data races are found in either order.
    fn watch(&self, place: &'static Location<'static>, access: impl FnOnce(&mut Races, usize, Seen) -> Option<Race>) {
        session::with(|session| {
            if session.races.is_none() {
                session.has_unwatched_cell = true;
                return;
            }
            let (object, actor) = (self.id_in(session, Some(place)), session.actor());
            if let Some((races, thread)) = session.racing() {
                let seen = races.see(thread, actor, place);
                if let Some(race) = access(races, object, seen) {
                    session.stop.get_or_insert(Stop::Race(race));
                }
            }
        });
        if session::is_recorded() {
            let object = self.id(place).0;
            record(place, |_| Action::Accesses { object });
        }
    }

    /// Records that an end of this channel is dropped. After the end of a schedule, this shows which task owned it.
    pub fn drops_end(&self, side: Side) {
        session::with(|session| {
            let is_recorded = session.recording == Recording::Steps && session.phase == Phase::TearingDown;
            let task = session.actor();
            // A value that an ended thread drops now belonged to another one, for example because it was sent there.
            if is_recorded && self.is_known_to(session) && session.actors_left[task].state != TaskState::Ended {
                let object = self.id_in(session, None);
                session.ends.push(End { object, side, task });
            }
        });
    }

    /// Whether this object has a number in the running schedule.
    fn is_known_to(&self, session: &session::Session) -> bool {
        self.id.load(Relaxed) >> OBJECT_BITS == session.epoch
    }

    /// The object's id in the steps of the running schedule. Its name comes from where it was created, or else from
    /// `place`, where it is used.
    ///
    /// # Panics
    ///
    /// If a schedule has more than 2²⁴ objects.
    pub fn id(&self, place: &'static Location<'static>) -> ObjectId {
        let id = session::with(|session| self.id_in(session, Some(place)));
        ObjectId(id.unwrap_or(usize::MAX))
    }

    fn id_in(&self, session: &mut session::Session, place: Option<&'static Location<'static>>) -> usize {
        let id = self.id.load(Relaxed);
        if id >> OBJECT_BITS == session.epoch {
            let id = (id & ((1 << OBJECT_BITS) - 1)) as usize;
            let origin = &mut session.objects[id];
            origin.first_used = origin.first_used.or(place);
            return id;
        }
        let id = session.objects.len();
        assert!(id >> OBJECT_BITS == 0, "a schedule has more objects than can be told apart");
        let origin = ObjectOrigin {
            type_name: self.type_name,
            created: self.created,
            shard: self.shard,
            first_used: place,
            orders: self.orders,
        };
        session.objects.push(origin);
        self.id.store(session.epoch << OBJECT_BITS | id as u64, Relaxed);
        id
    }
}

/// The id of an object in the steps of one schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectId(usize);

/// The methods that record a step, on an object and on its id.
macro_rules! steps {
    ($($(#[$doc:meta])* $access:ident $([$effect:expr])? $name:ident($($argument:ident: $type:ty),*) => $action:expr;)*) => {
        impl ObjectId {
            $($(#[$doc])*
            pub fn $name(self, $($argument: $type,)* place: &'static Location<'static>) {
                session::with(|session| session.touch_object(self.0, Access::$access));
                $(watching::with_races(|races, thread| ($effect)(races, thread, self.0));)?
                record(place, |_| {
                    #[allow(clippy::redundant_closure_call, reason = "the macro's way to name the object")]
                    ($action)(self.0)
                });
            })*
        }

        impl Object {
            $($(#[$doc])*
            #[inline]
            pub fn $name(&self, $($argument: $type,)* place: &'static Location<'static>) {
                self.id(place).$name($($argument,)* place);
            })*
        }
    };
}

steps! {
    /// Records that the running thread or task starts to wait until it can enter this object.
    Write waits(mode: Mode) => |object| Action::Waits { object, mode };
    /// Records that it stops waiting without having entered.
    Write gives_up() => |object| Action::GivesUp { object };
    /// Records that it acquired this object.
    Write [|races: &mut Races, thread, lock| races.acquire(thread, lock, mode)] acquires(mode: Mode) => |object| Action::Acquires { object, mode };
    /// Records that it released this object.
    Write [|races: &mut Races, thread, lock| races.release(thread, lock, mode)] releases(mode: Mode) => |object| Action::Releases { object, mode };
    /// Records that its attempt to enter without waiting was refused.
    Write refused(mode: Mode) => |object| Action::Refused { object, mode };
    /// Records that it read a value without a lock.
    Read loads(value: &dyn Debug) => |object| Action::Loads { object, value: format!("{value:?}") };
    /// Records that it wrote a value without a lock.
    Write stores(value: &dyn Debug) => |object| Action::Stores { object, value: format!("{value:?}") };
    /// Records that it read and wrote a value in one step.
    Write updates(old: &dyn Debug, new: &dyn Debug) =>
        |object| Action::Updates { object, old: format!("{old:?}"), new: format!("{new:?}") };
    /// Records that it woke others through this object, or may have.
    Write signals() => |object| Action::Signals { object };
    /// Records that it sleeps until it is woken through this object.
    Write listens() => |object| Action::Listens { object };
    /// Records that it was woken through this object.
    Write hears() => |object| Action::Hears { object };
}
