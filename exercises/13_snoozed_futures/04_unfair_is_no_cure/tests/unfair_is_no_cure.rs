use std::cell::Cell;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::channel::oneshot;
use futures::lock::Mutex as Futures;
use futures::stream;
use interleave::{CountingWaker, yield_now};
use smol::lock::Mutex as Smol;
use tokio::sync::Mutex as Tokio;
use unfair_is_no_cure::Message::{self, Alive, Text};
use unfair_is_no_cure::{Radio, fly};

type Sent = Vec<Message>;

/// Polls once, as some other task, and expects the radio to be free.
#[track_caller]
fn take<R: Radio>(radio: &R) -> R::Guard<'_> {
    match CountingWaker::new().poll(pin!(radio.acquire())) {
        Poll::Ready(guard) => guard,
        Poll::Pending => panic!("nobody uses the radio, and it is not free"),
    }
}

/// What was sent so far.
#[track_caller]
fn sent<R: Radio>(radio: &R) -> Sent {
    take(radio).clone()
}

fn sorted(mut sent: Sent) -> Sent {
    sent.sort_unstable();
    sent
}

fn ticks() -> (UnboundedSender<()>, UnboundedReceiver<()>) {
    mpsc::unbounded()
}

fn tick(clock: &UnboundedSender<()>) {
    // An error means that `fly` has dropped the ticks.
    let _ = clock.unbounded_send(());
}

/// The task in which a drone flies. It is polled only when it was woken, as an executor does.
struct Task {
    waker: CountingWaker,
    seen: usize,
}

impl Task {
    fn new() -> Self {
        Self { waker: CountingWaker::new(), seen: 0 }
    }

    /// Polls until the task sleeps, first of all once.
    #[track_caller]
    fn starts<F: Future>(&mut self, mut flight: Pin<&mut F>) -> Poll<F::Output> {
        for _ in 0..100 {
            self.seen = self.waker.wakes();
            let polled = self.waker.poll(flight.as_mut());
            if polled.is_ready() || self.waker.wakes() == self.seen {
                return polled;
            }
        }
        panic!("nothing has happened for a hundred polls, and the task still wakes itself");
    }

    /// Polls until the task sleeps, if it was woken.
    #[track_caller]
    fn runs<F: Future>(&mut self, flight: Pin<&mut F>) -> Poll<F::Output> {
        if self.waker.wakes() == self.seen { Poll::Pending } else { self.starts(flight) }
    }
}

// The mission and the messages need the radio

fn a_mission_waits_for_the_radio<R: Radio + Default>() {
    let (radio, mut task) = (R::default(), Task::new());
    let ((clock, ticks), (land, landed)) = (ticks(), oneshot::channel());
    let taken = take(&radio);
    let mission = async {
        radio.acquire().await.push(Text("photo"));
        landed.await
    };
    let mut flight = pin!(fly(&radio, mission, ticks));
    assert!(task.starts(flight.as_mut()).is_pending(), "the mission waits for the radio, and `fly` has returned");
    tick(&clock);
    assert!(task.runs(flight.as_mut()).is_pending(), "the mission waits for the radio, and `fly` has returned");
    drop(taken);
    assert!(task.runs(flight.as_mut()).is_pending(), "the drone has not landed, and `fly` has returned");
    assert_eq!(
        sorted(sent(&radio)),
        [Alive, Text("photo")],
        "a mission waited for the radio, a tick came, and the radio was set free; left: what was sent, sorted"
    );
    land.send(7).unwrap();
    assert_eq!(task.runs(flight), Poll::Ready(Ok(7)), "the drone has landed; left: what `fly` returned");
}

#[interleave::test]
fn a_mission_may_wait_for_a_fair_radio() {
    a_mission_waits_for_the_radio::<Tokio<Sent>>();
}

#[interleave::test]
fn a_mission_may_wait_for_the_radio_of_smol() {
    a_mission_waits_for_the_radio::<Smol<Sent>>();
}

#[interleave::test]
fn a_mission_may_wait_for_the_radio_of_futures() {
    a_mission_waits_for_the_radio::<Futures<Sent>>();
}

fn a_mission_holds_the_radio<R: Radio + Default>() {
    let (radio, mut task) = (R::default(), Task::new());
    let ((clock, ticks), (take_it, taken), (land, landed)) = (ticks(), oneshot::channel(), oneshot::channel());
    let mission = async {
        let mut radio = radio.acquire().await;
        radio.push(Text("camera on"));
        taken.await.unwrap();
        radio.push(Text("photo"));
        drop(radio);
        landed.await
    };
    let mut flight = pin!(fly(&radio, mission, ticks));
    assert!(task.starts(flight.as_mut()).is_pending(), "the mission waits for the camera, and `fly` has returned");
    tick(&clock);
    assert!(task.runs(flight.as_mut()).is_pending(), "the mission waits for the camera, and `fly` has returned");
    take_it.send(()).unwrap();
    assert!(task.runs(flight.as_mut()).is_pending(), "the drone has not landed, and `fly` has returned");
    assert_eq!(
        sent(&radio),
        [Text("camera on"), Text("photo"), Alive],
        "a mission had the radio, a tick came, and the mission could go on; left: what was sent"
    );
    land.send(7).unwrap();
    assert_eq!(task.runs(flight), Poll::Ready(Ok(7)), "the drone has landed; left: what `fly` returned");
}

#[interleave::test]
fn a_mission_may_hold_a_fair_radio() {
    a_mission_holds_the_radio::<Tokio<Sent>>();
}

#[interleave::test]
fn a_mission_may_hold_the_radio_of_smol() {
    a_mission_holds_the_radio::<Smol<Sent>>();
}

#[interleave::test]
fn a_mission_may_hold_the_radio_of_futures() {
    a_mission_holds_the_radio::<Futures<Sent>>();
}

// The mission

/// Runs a test with each of the three.
macro_rules! with_each_radio {
    ($test:ident) => {
        $test::<Tokio<Sent>>();
        $test::<Smol<Sent>>();
        $test::<Futures<Sent>>();
    };
}

#[interleave::test]
fn the_mission_goes_on_while_a_message_waits() {
    fn test<R: Radio + Default>() {
        let (radio, mut task, steps) = (R::default(), Task::new(), Cell::new(0));
        let ((clock, ticks), (turn, turned)) = (ticks(), oneshot::channel());
        let taken = take(&radio);
        let mission = async {
            steps.set(1);
            turned.await.unwrap();
            steps.set(2);
            std::future::pending::<()>().await;
        };
        let mut flight = pin!(fly(&radio, mission, ticks));
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission has not ended, and `fly` has returned");
        tick(&clock);
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission has not ended, and `fly` has returned");
        assert_eq!(steps.get(), 1, "left: how many of two steps the mission has made");
        turn.send(()).unwrap();
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission has not ended, and `fly` has returned");
        assert_eq!(
            steps.get(),
            2,
            "another task used the radio, a message waited for it, and the mission could go on; left: its steps"
        );
        drop(taken);
    }
    with_each_radio!(test);
}

fn a_mission_ends_while_a_message_waits<R: Radio + Default>(ticks_have_ended: bool) {
    let (radio, mut task) = (R::default(), Task::new());
    let ((clock, ticks), (land, landed)) = (ticks(), oneshot::channel());
    let taken = take(&radio);
    {
        let mut flight = pin!(fly(&radio, landed, ticks));
        assert!(task.starts(flight.as_mut()).is_pending(), "the drone has not landed, and `fly` has returned");
        tick(&clock);
        if ticks_have_ended {
            clock.close_channel();
        }
        assert!(task.runs(flight.as_mut()).is_pending(), "the drone has not landed, and `fly` has returned");
        land.send(7).unwrap();
        let result = task.runs(flight.as_mut());
        assert_eq!(result, Poll::Ready(Ok(7)), "a message waits, and the drone has landed; left: the result");
    }
    drop(taken);
    assert_eq!(sent(&radio), [], "the drone had landed before the radio was free; left: what was sent");
}

#[interleave::test]
fn the_result_is_there_when_the_mission_ends() {
    fn test<R: Radio + Default>() {
        a_mission_ends_while_a_message_waits::<R>(false);
    }
    with_each_radio!(test);
}

#[interleave::test]
fn the_result_is_there_after_the_last_tick() {
    fn test<R: Radio + Default>() {
        a_mission_ends_while_a_message_waits::<R>(true);
    }
    with_each_radio!(test);
}

#[interleave::test]
fn the_mission_goes_on_after_the_last_tick() {
    fn test<R: Radio + Default>() {
        let (radio, mut task) = (R::default(), Task::new());
        let (land, landed) = oneshot::channel();
        let mut left = 2;
        // As many streams do, it panics when it is polled after its end.
        let ticks = stream::poll_fn(move |_| {
            left -= 1;
            assert!(left >= 0, "the ticks have ended, and were polled again");
            Poll::Ready((left > 0).then_some(()))
        });
        let mut flight = pin!(fly(&radio, landed, ticks));
        assert!(task.starts(flight.as_mut()).is_pending(), "the drone has not landed, and `fly` has returned");
        assert_eq!(sent(&radio), [Alive], "there was one tick; left: what was sent");
        assert!(task.starts(flight.as_mut()).is_pending(), "the drone has not landed, and `fly` has returned");
        land.send(7).unwrap();
        assert_eq!(task.runs(flight), Poll::Ready(Ok(7)), "the drone has landed; left: what `fly` returned");
    }
    with_each_radio!(test);
}

#[interleave::test]
fn a_message_may_wait_when_the_ticks_end() {
    fn test<R: Radio + Default>() {
        let (radio, mut task, (clock, ticks)) = (R::default(), Task::new(), ticks());
        let (turn, turned) = oneshot::channel();
        let taken = take(&radio);
        let mission = async {
            turned.await.unwrap();
            radio.acquire().await.push(Text("photo"));
            std::future::pending::<()>().await;
        };
        let mut flight = pin!(fly(&radio, mission, ticks));
        tick(&clock);
        drop(clock);
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        drop(taken);
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        assert_eq!(
            sent(&radio),
            [Alive],
            "a message waited for the radio, the ticks ended, and the radio was set free; left: what was sent"
        );
        turn.send(()).unwrap();
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        assert_eq!(
            sent(&radio),
            [Alive, Text("photo")],
            "the ticks have ended, and the mission sent; left: what was sent"
        );
    }
    with_each_radio!(test);
}

// The messages

#[interleave::test]
fn each_tick_sends_one_message() {
    fn test<R: Radio + Default>() {
        let (radio, mut task, (clock, ticks)) = (R::default(), Task::new(), ticks());
        let mut flight = pin!(fly(&radio, std::future::pending::<()>(), ticks));
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        for number in 1..=3 {
            tick(&clock);
            assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
            let sent = sent(&radio);
            assert_eq!(sent, vec![Alive; number], "the radio was free; left: what was sent after {number} ticks");
        }
    }
    with_each_radio!(test);
}

#[interleave::test]
fn no_tick_is_lost_while_the_radio_is_used() {
    fn test<R: Radio + Default>() {
        let (radio, mut task, (clock, ticks)) = (R::default(), Task::new(), ticks());
        let mut flight = pin!(fly(&radio, std::future::pending::<()>(), ticks));
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        let taken = take(&radio);
        for _ in 0..3 {
            tick(&clock);
            assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        }
        drop(taken);
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        assert_eq!(sent(&radio), [Alive; 3], "three ticks came while the radio was used; left: what was sent then");
    }
    with_each_radio!(test);
}

#[interleave::test]
fn no_tick_is_lost_as_the_radio_is_set_free() {
    fn test<R: Radio + Default>() {
        let (radio, mut task, (clock, ticks)) = (R::default(), Task::new(), ticks());
        let mut flight = pin!(fly(&radio, std::future::pending::<()>(), ticks));
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        let taken = take(&radio);
        tick(&clock);
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        // Both wake the task, which is polled once for them.
        tick(&clock);
        drop(taken);
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        assert_eq!(
            sent(&radio),
            [Alive; 2],
            "a tick came while the radio was used, and another one as it was set free; left: what was sent then"
        );
    }
    with_each_radio!(test);
}

#[interleave::test]
fn no_tick_is_lost_however_many_wait() {
    fn test<R: Radio + Default>() {
        let (radio, mut task, (clock, ticks)) = (R::default(), Task::new(), ticks());
        let mut flight = pin!(fly(&radio, std::future::pending::<()>(), ticks));
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        let taken = take(&radio);
        for _ in 0..150 {
            tick(&clock);
        }
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        drop(taken);
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        let sent = sent(&radio);
        assert_eq!(sent.len(), 150, "150 ticks came while the radio was used; left: how many messages were sent then");
    }
    with_each_radio!(test);
}

#[interleave::test]
fn a_message_keeps_its_place_in_a_fair_queue() {
    let (radio, mut task, other) = (Tokio::<Sent>::default(), Task::new(), CountingWaker::new());
    let ((clock, ticks), (turn, turned)) = (ticks(), mpsc::unbounded::<()>());
    let taken = take(&radio);
    let mission = async {
        let mut turned = turned;
        while futures::StreamExt::next(&mut turned).await.is_some() {}
    };
    let mut flight = pin!(fly(&radio, mission, ticks));
    assert!(task.starts(flight.as_mut()).is_pending(), "the mission has not ended, and `fly` has returned");
    tick(&clock);
    assert!(task.runs(flight.as_mut()).is_pending(), "the mission has not ended, and `fly` has returned");
    let mut late = pin!(radio.acquire());
    assert!(other.poll(late.as_mut()).is_pending(), "the radio is used, and another task got it");
    for _ in 0..3 {
        tick(&clock);
        turn.unbounded_send(()).unwrap();
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission has not ended, and `fly` has returned");
    }
    drop(taken);
    assert!(
        other.poll(late.as_mut()).is_pending(),
        "a message waited for the radio, then another task did; the radio was set free, and the other task got it first"
    );
    assert!(task.runs(flight.as_mut()).is_pending(), "the mission has not ended, and `fly` has returned");
    let Poll::Ready(guard) = other.poll(late.as_mut()) else { panic!("a message was sent, and the radio is not free") };
    assert_eq!(guard.first(), Some(&Alive), "a message waited before another task; left: what was sent first");
    drop(guard);
    assert!(task.runs(flight.as_mut()).is_pending(), "the mission has not ended, and `fly` has returned");
    assert_eq!(sent(&radio), [Alive; 4], "four ticks came while the radio was used; left: what was sent");
}

#[interleave::test]
fn between_two_ticks_the_radio_is_free() {
    fn test<R: Radio + Default>() {
        let (radio, mut task, (clock, ticks)) = (R::default(), Task::new(), ticks());
        let mut flight = pin!(fly(&radio, std::future::pending::<()>(), ticks));
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        take(&radio).push(Text("before"));
        tick(&clock);
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        take(&radio).push(Text("after"));
        assert_eq!(sent(&radio), [Text("before"), Alive, Text("after")], "left: what was sent");
    }
    with_each_radio!(test);
}

#[interleave::test]
fn a_flight_that_waits_sleeps() {
    fn test<R: Radio + Default>() {
        let (radio, mut task, (clock, ticks)) = (R::default(), Task::new(), ticks());
        let taken = take(&radio);
        let mut flight = pin!(fly(&radio, std::future::pending::<()>(), ticks));
        // A set of futures may wake its task once, so that other tasks have their turn.
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        let woken = task.waker.wakes();
        assert!(woken <= 1, "there was no tick, and `fly` has woken its task {woken} times");
        tick(&clock);
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        let woken = task.waker.wakes();
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission never ends, and `fly` has returned");
        let woken = task.waker.wakes() - woken;
        assert!(woken <= 1, "a message waits for the radio, which is used, and `fly` has woken its task {woken} times");
        drop(taken);
    }
    with_each_radio!(test);
}

#[interleave::test]
fn a_flight_that_is_dropped_leaves_the_radio_free() {
    fn test<R: Radio + Default>() {
        let (radio, mut task, other) = (R::default(), Task::new(), CountingWaker::new());
        let (clock, ticks) = ticks();
        let taken = take(&radio);
        let mut flight = Box::pin(fly(&radio, async { radio.acquire().await.push(Text("photo")) }, ticks));
        assert!(task.starts(flight.as_mut()).is_pending(), "the mission waits for the radio, and `fly` has returned");
        tick(&clock);
        assert!(task.runs(flight.as_mut()).is_pending(), "the mission waits for the radio, and `fly` has returned");
        let mut late = pin!(radio.acquire());
        assert!(other.poll(late.as_mut()).is_pending(), "the radio is used, and another task got it");
        drop(taken);
        // Both of its futures wait, and one of them may have been handed the radio.
        drop(flight);
        assert!(other.wakes() > 0, "the flight was dropped, and the task that waits behind it was not woken");
        let Poll::Ready(guard) = other.poll(late.as_mut()) else { panic!("the flight is gone, and the radio is used") };
        assert_eq!(*guard, [], "the flight was dropped before it got the radio; left: what was sent");
    }
    with_each_radio!(test);
}

// Two drones in two tasks

/// The flight of a drone that holds the radio across an await. There is one tick meanwhile.
macro_rules! flight {
    ($radio:expr, $result:expr) => {{
        let radio = Arc::clone(&$radio);
        async move {
            let mission = async {
                let mut sent = radio.acquire().await;
                yield_now().await;
                sent.push(Text("photo"));
                drop(sent);
                yield_now().await;
                $result
            };
            fly(&*radio, mission, stream::iter([()])).await
        }
    }};
}

/// Checks what two drones have sent.
#[track_caller]
fn two_have_flown<R: Radio>(radio: &R, results: (u32, u32)) {
    assert_eq!(results, (1, 2), "left: the results of two missions");
    let mut sent = sent(radio);
    sent.retain(|message| *message != Alive);
    assert_eq!(sent, [Text("photo"); 2], "each of two drones took a photo; left: what was sent, without `Alive`");
}

#[interleave::test]
async fn two_drones_may_share_a_fair_radio() {
    let radio: Arc<Tokio<Sent>> = Arc::default();
    let other = tokio::spawn(flight!(radio, 2));
    let results = (flight!(radio, 1).await, other.await.unwrap());
    two_have_flown(&*radio, results);
}

#[interleave::test(runtime = "smol")]
async fn two_drones_may_share_the_radio_of_smol() {
    let radio: Arc<Smol<Sent>> = Arc::default();
    let other = smol::spawn(flight!(radio, 2));
    let results = (flight!(radio, 1).await, other.await);
    two_have_flown(&*radio, results);
}

#[interleave::test]
async fn two_drones_may_share_the_radio_of_futures() {
    let radio: Arc<Futures<Sent>> = Arc::default();
    let other = tokio::spawn(flight!(radio, 2));
    let results = (flight!(radio, 1).await, other.await.unwrap());
    two_have_flown(&*radio, results);
}
