use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use interleave::CountingWaker;
use watch_state::Stage::{Cooking, Ordered, Ready, Served};
use watch_state::{Meal, Pager, Stage};

/// Waits until `stage` is reached, and returns how far the meal is then.
async fn stage_after(mut pager: Pager, stage: Stage) -> Option<Stage> {
    pager.reached(stage).await.then(|| pager.stage())
}

#[interleave::test]
async fn a_stage_that_was_skipped_is_reached() {
    let meal = Meal::ordered();
    let mut pager = meal.pager();
    let cooking = tokio::spawn(async move {
        meal.set(Cooking);
        meal.set(Served);
        meal
    });
    assert!(pager.reached(Cooking).await, "the meal was cooked and served, and then kept: `false` says it was dropped");
    assert!(pager.reached(Ready).await, "the meal was served, so it has been ready: `false` says it was dropped");
    assert_eq!(pager.stage(), Served, "it has been ready, and only a meal that was served skipped that");
    cooking.await.unwrap();
}

#[interleave::test]
async fn a_stage_of_the_past_is_reached() {
    let meal = Meal::ordered();
    let mut early = meal.pager();
    assert!(early.reached(Ordered).await, "each meal has been ordered");
    meal.set(Ready);
    let mut late = meal.pager();
    for stage in [Ready, Cooking, Ordered, Ready] {
        assert!(late.reached(stage).await, "the meal was ready before this guest came, and has not been dropped");
        assert!(early.reached(stage).await, "the meal is ready, and has not been dropped");
    }
}

#[interleave::test(real_only)] // one thread, and nothing to wait for
async fn a_stage_is_kept_without_a_pager() {
    let meal = Meal::ordered();
    assert_eq!(meal.pager().stage(), Ordered, "the meal was just ordered");
    // That pager is gone.
    meal.set(Cooking);
    assert_eq!(meal.pager().stage(), Cooking, "no guest had a pager when the kitchen began; left: what a new one says");
    meal.set(Ready);
    let pager = meal.pager();
    assert_eq!(pager.stage(), Ready, "no guest had a pager when the meal was ready; left: what a new one says");
    meal.set(Served);
    assert_eq!(pager.stage(), Served, "this guest has a pager, and the meal was served");
}

#[interleave::test]
async fn a_guest_who_leaves_takes_no_stage_along() {
    let meal = Meal::ordered();
    let pager = meal.pager();
    let leaving = tokio::spawn(async move { drop(pager) });
    meal.set(Ready);
    assert_eq!(meal.pager().stage(), Ready, "the only guest left while the kitchen set the stage; left: a new pager");
    leaving.await.unwrap();
}

#[interleave::test]
async fn a_pager_waits_for_its_own_stage() {
    let meal = Meal::ordered();
    let pager = meal.pager();
    let waiting = tokio::spawn(stage_after(pager, Ready));
    meal.set(Cooking);
    meal.set(Ready);
    assert_eq!(
        waiting.await.unwrap(),
        Some(Ready),
        "a guest waited until the meal was ready; left: how far it was when `reached` returned. `None`: it was dropped"
    );
}

#[interleave::test]
async fn a_dropped_meal_has_come_as_far_as_it_has() {
    let meal = Meal::ordered();
    let (mut pager, mut other) = (meal.pager(), meal.pager());
    let waiting = tokio::spawn(async move { pager.reached(Served).await });
    meal.set(Cooking);
    drop(meal);
    assert!(!waiting.await.unwrap(), "the kitchen began to cook, and dropped the meal: it was never served");
    assert_eq!(other.stage(), Cooking, "the kitchen began to cook, and dropped the meal");
    assert!(other.reached(Cooking).await, "the meal was being cooked before it was dropped");
    assert!(!other.reached(Ready).await, "the meal was dropped while it was being cooked");
}

#[interleave::test(flavor = "current_thread")]
async fn a_pager_that_waits_sleeps() {
    let meal = Meal::ordered();
    let mut pager = meal.pager();
    let waker = CountingWaker::new();
    let mut waiting = pin!(pager.reached(Ready));
    assert!(waker.poll(waiting.as_mut()).is_pending(), "the meal has only been ordered");
    tokio::time::sleep(Duration::from_secs(600)).await;
    let woken = waker.wakes();
    assert!(waker.poll(waiting.as_mut()).is_pending(), "the meal has only been ordered, however long ago");
    assert_eq!(woken, 0, "nothing happened for ten minutes; left: how often the pager was woken");
    meal.set(Ready);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(waker.wakes() > 0, "the meal is ready, and the pager was not woken");
    assert_eq!(waker.poll(waiting.as_mut()), Poll::Ready(true), "the meal is ready");
}

#[interleave::test(flavor = "current_thread")]
async fn two_pagers_wait_for_two_stages() {
    let meal = Meal::ordered();
    // The one who waits longer comes first.
    let (mut first, mut second) = (meal.pager(), meal.pager());
    let (mut ready, mut cooking) = (pin!(first.reached(Ready)), pin!(second.reached(Cooking)));
    let (first_waker, second_waker) = (CountingWaker::new(), CountingWaker::new());
    assert!(first_waker.poll(ready.as_mut()).is_pending(), "the meal has only been ordered");
    assert!(second_waker.poll(cooking.as_mut()).is_pending(), "the meal has only been ordered");
    meal.set(Cooking);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(
        second_waker.wakes() > 0,
        "a guest waited for the kitchen to begin, and was not woken when it did; another guest waits for more"
    );
    assert_eq!(second_waker.poll(cooking.as_mut()), Poll::Ready(true), "the kitchen has begun");
    assert!(first_waker.poll(ready.as_mut()).is_pending(), "the kitchen has only begun");
    let woken = first_waker.wakes();
    meal.set(Ready);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(first_waker.wakes() > woken, "the meal is ready, and the guest who waits for that was not woken");
    assert_eq!(first_waker.poll(ready.as_mut()), Poll::Ready(true), "the meal is ready");
}

#[interleave::test(flavor = "current_thread")]
async fn a_dropped_meal_wakes_every_guest() {
    let meal = Meal::ordered();
    let mut pagers = [meal.pager(), meal.pager()];
    let mut guests = pagers.each_mut().map(|pager| (Box::pin(pager.reached(Ready)), CountingWaker::new()));
    for (waiting, waker) in &mut guests {
        assert!(waker.poll(waiting.as_mut()).is_pending(), "the meal has only been ordered");
    }
    drop(meal);
    for (waiting, waker) in &mut guests {
        assert!(waker.wakes() > 0, "the meal was dropped, and one of two guests who wait was not woken");
        assert_eq!(waker.poll(waiting.as_mut()), Poll::Ready(false), "the meal was dropped before it was ready");
    }
}
