use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use interleave::CountingWaker;
use notify::Progress;

/// A task that waits for `position` and returns where the progress was then.
fn follow(progress: &Arc<Progress>, position: u64) -> tokio::task::JoinHandle<u64> {
    let progress = Arc::clone(progress);
    tokio::spawn(async move {
        progress.reached(position).await;
        progress.position()
    })
}

#[interleave::test]
async fn no_follower_sleeps_through_an_advance() {
    let progress = Arc::new(Progress::new());
    let follower = follow(&progress, 1);
    progress.advance_to(1);
    assert_eq!(follower.await.unwrap(), 1, "it waited for position 1");
}

#[interleave::test]
async fn one_advance_releases_all_followers() {
    let progress = Arc::new(Progress::new());
    let followers = [follow(&progress, 1), follow(&progress, 1), follow(&progress, 1)];
    tokio::task::yield_now().await;
    progress.advance_to(1);
    for follower in followers {
        assert_eq!(follower.await.unwrap(), 1, "it waited for position 1");
    }
}

#[interleave::test]
async fn a_follower_waits_for_its_own_position() {
    let progress = Arc::new(Progress::new());
    let followers = [follow(&progress, 1), follow(&progress, 2)];
    tokio::task::yield_now().await;
    progress.advance_to(1);
    tokio::task::yield_now().await;
    progress.advance_to(2);
    let [first, second] = followers;
    assert!(first.await.unwrap() >= 1, "it waited for position 1");
    assert_eq!(second.await.unwrap(), 2, "it waited for position 2, and went on when something had moved");
}

#[interleave::test]
async fn a_follower_is_woken_by_the_advance_and_by_nothing_else() {
    let progress = Progress::new();
    let counter = CountingWaker::new();
    let waker = counter.waker();
    let mut context = Context::from_waker(&waker);
    let mut waiting = pin!(progress.reached(2));
    assert_eq!(waiting.as_mut().poll(&mut context), Poll::Pending, "position 2 has not been reached");
    assert_eq!(counter.wakes(), 0, "nothing has moved, and the follower asks to be polled again, over and over");
    progress.advance_to(2);
    assert!(
        counter.wakes() > 0,
        "the position has moved, and the follower still sleeps: does it wait for the clock and not for the advance?",
    );
    assert_eq!(waiting.as_mut().poll(&mut context), Poll::Ready(()), "position 2 has been reached");
}

#[interleave::test]
async fn a_position_of_the_past_is_nothing_to_wait_for() {
    let progress = Progress::new();
    progress.advance_to(3);
    progress.advance_to(2);
    assert_eq!(progress.position(), 3, "a position only moves forward");
    progress.reached(2).await;
    progress.reached(3).await;
}

#[interleave::test]
async fn a_follower_that_gives_up_takes_no_wake_up_with_it() {
    let progress = Arc::new(Progress::new());
    let follower = follow(&progress, 1);
    let gives_up = follow(&progress, 1);
    tokio::task::yield_now().await;
    progress.advance_to(1);
    gives_up.abort();
    assert_eq!(follower.await.unwrap(), 1, "it waited for position 1, and another one had given up");
}
