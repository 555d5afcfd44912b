use std::pin::pin;
use std::time::Duration;

use async_std::channel::{Receiver, Sender, bounded, unbounded};
use async_std::future::timeout;
use async_std::task;
use interleave::{CountingWaker, settle};
use lost_message::{Lane, Passage, Stopped};

/// Only explore mode has a clock on which an hour takes no time, and knows who is asleep.
const EXPLORING: bool = cfg!(feature = "explore");

fn car(plate: &str) -> Passage {
    Passage { plate: plate.to_owned() }
}

/// A lane, the sender of its camera, and the receiver of the billing service, which has room for one passage.
fn lane() -> (Lane, Sender<Passage>, Receiver<Passage>) {
    let (camera, seen) = unbounded();
    let (billing, bills) = bounded(1);
    (Lane::new(seen, billing), camera, bills)
}

/// A lane as above, whose billing service has no room: it has not received "X" yet.
fn lane_without_room() -> (Lane, Sender<Passage>, Receiver<Passage>) {
    let (camera, seen) = unbounded();
    let (billing, bills) = bounded(1);
    billing.try_send(car("X")).unwrap();
    (Lane::new(seen, billing), camera, bills)
}

/// Polls a call once and drops it, as a timeout does.
fn call_and_drop(lane: &mut Lane, why: &str) {
    let mut call = pin!(lane.pass_on());
    let polled = CountingWaker::new().poll(call.as_mut());
    assert!(polled.is_pending(), "{why}, and `pass_on` has returned {polled:?}");
}

/// What a call returns that has a car and room. `None` if it waits nevertheless, which only explore mode can tell.
async fn call(lane: &mut Lane) -> Option<Result<(), Stopped>> {
    let call = in_any_task(lane.pass_on());
    if EXPLORING { timeout(Duration::from_secs(3600), call).await.ok() } else { Some(call.await) }
}

/// What billing receives without waiting.
fn billed(bills: &Receiver<Passage>) -> Vec<String> {
    std::iter::from_fn(|| bills.try_recv().ok()).map(|passage| passage.plate).collect()
}

/// Compiles only if the future can be awaited in every task, also in one that moves between threads.
fn in_any_task<F: Future + Send>(future: F) -> F {
    future
}

#[interleave::test(runtime = "async-std")]
async fn a_call_that_is_dropped_while_billing_is_full_loses_no_passage() {
    let (mut lane, camera, bills) = lane_without_room();
    camera.try_send(car("A")).unwrap();
    camera.try_send(car("B")).unwrap();
    drop(camera);
    call_and_drop(&mut lane, "billing has no room");
    let mut plates = billed(&bills);
    for _ in 0..4 {
        if call(&mut lane).await != Some(Ok(())) {
            break;
        }
        plates.extend(billed(&bills));
    }
    assert_eq!(
        plates,
        ["X", "A", "B"],
        "two cars have passed, and the first call was dropped while it waited for room; left: what was billed",
    );
}

#[interleave::test(runtime = "async-std")]
async fn wherever_calls_are_dropped_every_passage_is_billed_once() {
    for without_car in 0..3 {
        for without_room in 0..4 {
            let (mut lane, camera, bills) = lane_without_room();
            let mut plates = Vec::new();
            for plate in ["A", "B"] {
                for _ in 0..without_car {
                    call_and_drop(&mut lane, "no car has passed");
                }
                camera.try_send(car(plate)).unwrap();
                for _ in 0..without_room {
                    call_and_drop(&mut lane, "billing has no room");
                }
                plates.extend(bills.try_recv().map(|passage| passage.plate));
                assert_eq!(
                    call(&mut lane).await,
                    Some(Ok(())),
                    "a car has passed, there is room, and {without_car} calls were dropped before it came and \
                     {without_room} while there was no room; `None` means that `pass_on` waits",
                );
            }
            plates.extend(billed(&bills));
            assert_eq!(
                plates,
                ["X", "A", "B"],
                "for each of the cars A and B, {without_car} calls were dropped before it came and {without_room} \
                 while there was no room; left: what was billed",
            );
        }
    }
}

#[interleave::test(runtime = "async-std")]
async fn nothing_is_lost_if_billing_makes_room_meanwhile() {
    let (mut lane, camera, bills) = lane_without_room();
    camera.try_send(car("A")).unwrap();
    drop(camera);
    let billing = task::spawn(async move {
        let mut plates = Vec::new();
        while let Ok(passage) = bills.recv().await {
            plates.push(passage.plate);
        }
        plates
    });
    let waker = CountingWaker::new();
    for _ in 0..2 {
        // Dropped after one poll, unless it has done its work by then.
        let _ = waker.poll(pin!(lane.pass_on()).as_mut());
    }
    for _ in 0..3 {
        if lane.pass_on().await.is_err() {
            break;
        }
    }
    drop(lane);
    assert_eq!(
        billing.await,
        ["X", "A"],
        "a car has passed; two calls were polled once and dropped while billing received; left: what was billed",
    );
}

#[interleave::test(runtime = "async-std")]
async fn every_passage_is_billed_once_and_in_order() {
    let (mut lane, camera, bills) = lane();
    let mut plates = Vec::new();
    // The car "A" passes twice.
    for plate in ["A", "A", "B"] {
        camera.try_send(car(plate)).unwrap();
        assert_eq!(call(&mut lane).await, Some(Ok(())), "car {plate} has passed, and there is room");
        plates.extend(billed(&bills));
    }
    assert_eq!(plates, ["A", "A", "B"], "three cars have passed; left: what was billed, after one call for each");
    call_and_drop(&mut lane, "three cars have passed, three calls have returned, and there is room");
    assert_eq!(billed(&bills), [""; 0], "everything had been billed; left: what the next call has sent");
}

#[interleave::test(runtime = "async-std")]
async fn a_full_channel_makes_pass_on_wait() {
    let (mut lane, camera, bills) = lane_without_room();
    camera.try_send(car("A")).unwrap();
    {
        let mut call = pin!(lane.pass_on());
        for _ in 0..3 {
            let polled = CountingWaker::new().poll(call.as_mut());
            assert!(polled.is_pending(), "billing has no room, and `pass_on` has returned {polled:?}");
        }
        assert_eq!(bills.recv().await, Ok(car("X")), "this is what filled the channel");
        assert_eq!(call.await, Ok(()), "a car has passed, and now there is room");
    }
    assert_eq!(billed(&bills), ["A"], "`pass_on` has returned; left: what was billed");
}

#[interleave::test(runtime = "async-std")]
async fn a_call_passes_on_one_passage() {
    let (camera, seen) = unbounded();
    let (billing, bills) = bounded(3);
    let mut lane = Lane::new(seen, billing);
    for plate in ["A", "B", "C"] {
        camera.try_send(car(plate)).unwrap();
    }
    for passed_on in 1..=3 {
        assert_eq!(call(&mut lane).await, Some(Ok(())), "three cars have passed, and there is room for three");
        assert_eq!(bills.len(), passed_on, "`pass_on` has returned {passed_on} times; left: how much was billed");
    }
}

#[interleave::test(runtime = "async-std")]
async fn no_passage_is_taken_while_another_waits() {
    let (mut lane, camera, _bills) = lane_without_room();
    for plate in ["A", "B", "C"] {
        camera.try_send(car(plate)).unwrap();
    }
    for calls in 1..=4 {
        call_and_drop(&mut lane, "billing has no room");
        assert!(
            camera.len() >= 2,
            "three cars have passed, and billing has no room; after {calls} calls, {} of them are left with the \
             camera: where does the lane keep the others?",
            camera.len(),
        );
    }
}

#[interleave::test(runtime = "async-std")]
async fn a_lane_that_waits_sleeps() {
    for has_room in [true, false] {
        let (mut lane, camera, bills) = if has_room { lane() } else { lane_without_room() };
        let waker = CountingWaker::new();
        let mut call = pin!(lane.pass_on());
        assert!(waker.poll(call.as_mut()).is_pending(), "no car has passed, and `pass_on` has returned");
        if EXPLORING {
            task::sleep(Duration::from_secs(3600)).await;
        }
        assert_eq!(waker.wakes(), 0, "no car has passed; left: how often the lane woke its task");
        camera.try_send(car("A")).unwrap();
        if has_room {
            settle();
            assert!(!EXPLORING || waker.wakes() > 0, "a car has passed, there is room, and the lane was not woken");
        } else {
            assert!(waker.poll(call.as_mut()).is_pending(), "billing has no room, and `pass_on` has returned");
            let seen = waker.wakes();
            if EXPLORING {
                task::sleep(Duration::from_secs(3600)).await;
            }
            assert_eq!(
                waker.wakes(),
                seen,
                "billing has no room; right: how often the lane had woken its task before it waited for room. Does it \
                 ask again and again?",
            );
            assert_eq!(bills.try_recv(), Ok(car("X")), "this is what filled the channel");
            settle();
            assert!(!EXPLORING || waker.wakes() > seen, "billing has room, and the lane was not woken");
        }
        assert_eq!(call.await, Ok(()), "a car has passed, and there is room");
    }
}

#[interleave::test(runtime = "async-std")]
async fn lanes_that_share_a_billing_service_lose_nothing() {
    let (billing, bills) = bounded(1);
    let ((camera, seen), (other_camera, other_seen)) = (unbounded(), unbounded());
    let (mut lane, mut other) = (Lane::new(seen, billing.clone()), Lane::new(other_seen, billing));
    {
        let waker = CountingWaker::new();
        let mut call = pin!(lane.pass_on());
        assert!(waker.poll(call.as_mut()).is_pending(), "no car has passed this lane, and `pass_on` has returned");
        // The lane waits for a car. Meanwhile another lane uses the room in the channel.
        other_camera.try_send(car("B")).unwrap();
        assert_eq!(other.pass_on().await, Ok(()), "a car has passed the other lane, and there is room");
        camera.try_send(car("A")).unwrap();
        assert!(waker.poll(call.as_mut()).is_pending(), "another lane has used the room, and `pass_on` has returned");
        assert_eq!(bills.recv().await, Ok(car("B")), "the other lane has passed this on");
        assert_eq!(call.await, Ok(()), "a car has passed, and now there is room");
    }
    assert_eq!(billed(&bills), ["A"], "a car has passed each lane; left: what was billed after the other one's");
}

#[interleave::test(runtime = "async-std")]
async fn a_dropped_call_keeps_no_room_from_another_lane() {
    let (billing, bills) = bounded(1);
    billing.try_send(car("X")).unwrap();
    let ((camera, seen), (other_camera, other_seen)) = (unbounded(), unbounded());
    let (mut lane, mut other) = (Lane::new(seen, billing.clone()), Lane::new(other_seen, billing));
    camera.try_send(car("A")).unwrap();
    other_camera.try_send(car("B")).unwrap();
    call_and_drop(&mut lane, "billing has no room");
    let billing = async move {
        let mut plates = Vec::new();
        while let Ok(passage) = bills.recv().await {
            plates.push(passage.plate);
        }
        plates
    };
    let billing = {
        let waker = CountingWaker::new();
        let mut call = pin!(other.pass_on());
        assert!(waker.poll(call.as_mut()).is_pending(), "billing has no room, and `pass_on` has returned");
        let billing = task::spawn(billing);
        settle();
        assert!(
            !EXPLORING || waker.wakes() > 0,
            "billing has room, and a lane that waits for it was not woken. A call of another lane had waited before it \
             and was dropped. Does it still wait for room?",
        );
        assert_eq!(call.await, Ok(()), "a car has passed, and there is room");
        billing
    };
    assert_eq!(lane.pass_on().await, Ok(()), "a car has passed, its first call was dropped, and billing receives");
    drop((lane, other));
    let mut plates = billing.await;
    plates.sort();
    assert_eq!(plates, ["A", "B", "X"], "a car has passed each lane; left: what was billed");
}

#[interleave::test(runtime = "async-std")]
async fn what_was_kept_is_billed_before_the_end_is_reported() {
    for dropped in 0..3 {
        let (mut lane, camera, bills) = lane_without_room();
        camera.try_send(car("A")).unwrap();
        drop(camera);
        for _ in 0..dropped {
            call_and_drop(&mut lane, "billing has no room");
        }
        assert_eq!(bills.recv().await, Ok(car("X")), "this is what filled the channel");
        assert_eq!(
            call(&mut lane).await,
            Some(Ok(())),
            "a car has passed before the camera was switched off, there is room, and {dropped} calls were dropped",
        );
        assert_eq!(billed(&bills), ["A"], "`pass_on` has returned; left: what was billed");
        let end = call(&mut lane).await;
        assert_eq!(end, Some(Err(Stopped::NoMoreCars)), "the camera is off, and everything is passed on");
    }
}

#[interleave::test(runtime = "async-std")]
async fn the_end_of_billing_is_reported() {
    let (mut lane, camera, bills) = lane_without_room();
    camera.try_send(car("A")).unwrap();
    {
        let mut call = pin!(lane.pass_on());
        let polled = CountingWaker::new().poll(call.as_mut());
        assert!(polled.is_pending(), "billing has no room, and `pass_on` has returned {polled:?}");
        drop(bills);
        assert_eq!(call.await, Err(Stopped::NobodyBills), "billing has ended while a passage waited for room");
    }
    camera.try_send(car("B")).unwrap();
    let end = call(&mut lane).await;
    assert_eq!(end, Some(Err(Stopped::NobodyBills)), "billing has ended, and another car has passed");
}
