use std::pin::{Pin, pin};
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
fn one_advance_releases_all_followers() {
    let progress = Progress::new();
    let counters = [CountingWaker::new(), CountingWaker::new()];
    let mut followers = [Box::pin(progress.reached(1)), Box::pin(progress.reached(1))];
    let ended = std::thread::scope(|scope| {
        let mut pairs = followers.iter_mut().zip(&counters);
        let polls = [(); 2].map(|()| {
            let (follower, counter) = pairs.next().unwrap();
            scope.spawn(move || counter.poll(follower.as_mut()).is_ready())
        });
        progress.advance_to(1);
        polls.map(|poll| poll.join().unwrap())
    });
    for ((follower, counter), ended) in followers.iter_mut().zip(&counters).zip(ended) {
        if !ended {
            assert!(counter.wakes() > 0, "the position has moved, and one of two followers sleeps and is not woken");
            assert!(
                counter.poll(follower.as_mut()).is_ready(),
                "position 1 has been reached, and a follower still waits"
            );
        }
    }
}

#[interleave::test]
async fn a_follower_waits_for_its_own_position() {
    let progress = Arc::new(Progress::new());
    let follower = follow(&progress, 2);
    progress.advance_to(1);
    progress.advance_to(2);
    assert_eq!(
        follower.await.unwrap(),
        2,
        "it waited for position 2, and returned when the position had moved, but not that far"
    );
}

#[interleave::test]
async fn a_follower_is_woken_by_the_advance_and_by_nothing_else() {
    let progress = Progress::new();
    let counter = CountingWaker::new();
    let waker = counter.waker();
    let mut context = Context::from_waker(&waker);
    let mut waiting = pin!(progress.reached(2));
    assert_eq!(waiting.as_mut().poll(&mut context), Poll::Pending, "position 2 has not been reached");
    assert_eq!(counter.wakes(), 0, "nothing has moved, and the follower was woken: it asks again and again");
    progress.advance_to(2);
    assert!(
        counter.wakes() > 0,
        "the position has moved, and the follower was not woken: does it wait for the clock instead of the advance?",
    );
    assert_eq!(waiting.as_mut().poll(&mut context), Poll::Ready(()), "position 2 has been reached");
}

#[interleave::test]
async fn a_position_of_the_past_is_nothing_to_wait_for() {
    let progress = Progress::new();
    progress.advance_to(3);
    progress.advance_to(2);
    assert_eq!(progress.position(), 3, "a position only moves forward");
    for past in 0..=3 {
        progress.reached(past).await;
    }
    progress.advance_to(u64::MAX);
    progress.reached(u64::MAX).await;
    assert_eq!(progress.position(), u64::MAX, "it was advanced to the last position that there is");
}

/// A follower that is polled by hand, and only when it was woken.
struct Follower<'a> {
    future: Pin<Box<dyn Future<Output = ()> + 'a>>,
    counter: CountingWaker,
    seen: usize,
}

impl<'a> Follower<'a> {
    fn of(progress: &'a Progress, position: u64) -> Self {
        let mut follower =
            Self { future: Box::pin(progress.reached(position)), counter: CountingWaker::new(), seen: 0 };
        assert!(!follower.ends(), "the position has not been reached, and the follower does not wait");
        follower
    }

    fn ends(&mut self) -> bool {
        self.seen = self.counter.wakes();
        self.counter.poll(self.future.as_mut()).is_ready()
    }
}

/// How many of the followers are never woken.
fn asleep(mut followers: Vec<Follower>) -> usize {
    while followers.iter().any(|follower| follower.counter.wakes() > follower.seen) {
        followers.retain_mut(|follower| follower.counter.wakes() == follower.seen || !follower.ends());
    }
    followers.len()
}

#[interleave::test]
async fn any_number_of_followers_is_released() {
    let progress = Progress::new();
    let count = if cfg!(feature = "explore") { 40 } else { 100 };
    let followers = (0..count).map(|_| Follower::of(&progress, 1)).collect();
    progress.advance_to(1);
    assert_eq!(asleep(followers), 0, "{count} followers waited for an advance; left: how many of them it did not wake");
}

#[interleave::test]
async fn an_advance_may_go_further_than_its_followers() {
    let progress = Progress::new();
    let followers = [1, 4, 3, 5].map(|position| Follower::of(&progress, position)).into();
    let mut ahead = Follower::of(&progress, 6);
    progress.advance_to(5);
    assert_eq!(
        asleep(followers),
        0,
        "four followers waited for 1, 4, 3 and 5; left: how many an advance to 5 did not wake"
    );
    assert!(!ahead.ends(), "the position is 5, and a follower that waits for 6 has returned");
    progress.advance_to(7);
    assert_eq!(asleep(vec![ahead]), 0, "an advance to 7 did not wake a follower that waited for 6");
}

#[interleave::test]
async fn a_follower_that_gives_up_leaves_nothing_behind() {
    let progress = Progress::new();
    let counter = CountingWaker::new();
    for _ in 0..100 {
        let mut gives_up = Box::pin(progress.reached(1));
        assert!(counter.poll(gives_up.as_mut()).is_pending(), "position 1 has not been reached");
    }
    // What is left of the last one may go when the next one comes.
    let mut follower = Follower::of(&progress, 1);
    assert!(
        counter.kept() <= 1,
        "100 followers have given up, one after the other, and {} of their wakers are still kept",
        counter.kept(),
    );
    progress.advance_to(1);
    assert!(follower.ends(), "position 1 has been reached, and a follower still waits");
}

#[interleave::test]
async fn a_follower_that_gives_up_takes_no_wake_up_with_it() {
    for gives_up in 0..3 {
        for is_woken_first in [true, false] {
            let progress = Progress::new();
            let mut followers: Vec<_> = (0..3).map(|_| Follower::of(&progress, 1)).collect();
            if is_woken_first {
                progress.advance_to(1);
                drop(followers.remove(gives_up));
            } else {
                drop(followers.remove(gives_up));
                followers.push(Follower::of(&progress, 1)); // it comes when the other one has gone
                progress.advance_to(1);
            }
            assert_eq!(
                asleep(followers),
                0,
                "one follower gave up, and an advance reached the others; left: how many of them were not woken"
            );
        }
    }
}

#[interleave::test]
async fn a_follower_that_moves_to_another_task_is_woken_there() {
    let progress = Progress::new();
    let counters = [CountingWaker::new(), CountingWaker::new()];
    let [first, second] = [counters[0].waker(), counters[1].waker()];
    let mut waiting = pin!(progress.reached(1));
    assert_eq!(waiting.as_mut().poll(&mut Context::from_waker(&first)), Poll::Pending, "position 1 is not reached");
    assert_eq!(waiting.as_mut().poll(&mut Context::from_waker(&second)), Poll::Pending, "position 1 is not reached");
    progress.advance_to(1);
    assert!(counters[1].wakes() > 0, "two tasks polled a follower, one after the other, and the last was not woken");
    assert_eq!(waiting.poll(&mut Context::from_waker(&second)), Poll::Ready(()), "position 1 has been reached");
}

#[interleave::test]
fn a_position_never_moves_back() {
    let progress = Progress::new();
    std::thread::scope(|scope| {
        scope.spawn(|| progress.advance_to(2));
        scope.spawn(|| progress.advance_to(1));
        let (first, second) = (progress.position(), progress.position());
        assert!(first <= second, "two threads advance, and the position moved from {first} back to {second}");
    });
    assert_eq!(progress.position(), 2, "two threads have advanced, one to 1 and one to 2");
}

#[interleave::test]
async fn two_logs_are_independent() {
    let (log, other) = (Progress::new(), Progress::new());
    let mut context = Context::from_waker(std::task::Waker::noop());
    let mut waiting = pin!(log.reached(1));
    assert_eq!(waiting.as_mut().poll(&mut context), Poll::Pending, "position 1 has not been reached");
    other.advance_to(1);
    assert_eq!(log.position(), 0, "another log was advanced, and this one has moved");
    assert_eq!(
        waiting.as_mut().poll(&mut context),
        Poll::Pending,
        "another log was advanced, and this one's follower returned"
    );
    log.advance_to(1);
    assert_eq!(waiting.as_mut().poll(&mut context), Poll::Ready(()), "position 1 has been reached");
}
