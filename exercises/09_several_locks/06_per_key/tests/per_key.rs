use std::hash::{Hash, Hasher};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;

use interleave::CountingWaker;
use per_key::{Branches, Turn};
use tokio::task::yield_now;

/// The name of a branch. It knows how many copies of it there are.
struct Branch {
    name: &'static str,
    copies: Arc<AtomicUsize>,
}

impl Branch {
    fn new(name: &'static str) -> Self {
        Self { name, copies: Arc::new(AtomicUsize::new(1)) }
    }
}

impl Clone for Branch {
    fn clone(&self) -> Self {
        self.copies.fetch_add(1, Ordering::SeqCst);
        Self { name: self.name, copies: Arc::clone(&self.copies) }
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        self.copies.fetch_sub(1, Ordering::SeqCst);
    }
}

impl PartialEq for Branch {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Branch {}

/// Any two keys may have the same hash. Here all have.
impl Hash for Branch {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(0);
    }
}

/// How many copies of `branch` there are beside the one of the test.
fn kept(branch: &Branch) -> usize {
    branch.copies.load(Ordering::SeqCst) - 1
}

type Waiting<'a, B> = Pin<Box<dyn Future<Output = Turn<'a, B>> + Send + 'a>>;

/// A push that has not been polled yet.
fn push<'a, B: Clone + Eq + Hash + Send + Sync + 'a>(branches: &'a Branches<B>, branch: &B) -> Waiting<'a, B> {
    let branch = branch.clone();
    Box::pin(branches.turn(branch))
}

/// The turn of a push that need not wait.
#[track_caller]
fn at_once<T>(mut waiting: Pin<Box<dyn Future<Output = T> + Send + '_>>, reason: &str) -> T {
    match CountingWaker::new().poll(waiting.as_mut()) {
        Poll::Ready(turn) => turn,
        Poll::Pending => panic!("{reason}; a push waits"),
    }
}

/// One push is under way, another one waits. A third one comes when the first has ended.
#[interleave::test]
async fn a_push_does_not_overlap_with_one_that_had_waited() {
    let (branches, main) = (Branches::default(), "main");
    let first = at_once(push(&branches, &main), "nobody uses the branch");
    let task = CountingWaker::new();
    let mut second = push(&branches, &main);
    assert!(task.poll(second.as_mut()).is_pending(), "two pushes to one branch have their turn at the same time");
    drop(first);
    let Poll::Ready(second) = task.poll(second.as_mut()) else {
        panic!("the first push has ended; the second one waits")
    };
    let mut third = push(&branches, &main);
    assert!(
        task.poll(third.as_mut()).is_pending(),
        "the second push waited for the first one, and has its turn now. A third push to the same branch has its turn as well"
    );
    drop(second);
    assert!(task.poll(third.as_mut()).is_ready(), "the second push has ended; the third one waits");
}

/// The same with two tasks, one of which pushes twice, in every order of their steps.
#[interleave::test]
async fn pushes_to_one_branch_never_overlap() {
    let branches = Arc::new(Branches::default());
    let pushing = Arc::new(AtomicUsize::new(0));
    let first = branches.turn("main").await;
    let other = tokio::spawn({
        let (branches, pushing) = (Arc::clone(&branches), Arc::clone(&pushing));
        async move {
            let _turn = branches.turn("main").await;
            let others = pushing.fetch_add(1, Ordering::SeqCst);
            pushing.fetch_sub(1, Ordering::SeqCst);
            others
        }
    });
    drop(first);
    let turn = branches.turn("main").await;
    let others = pushing.fetch_add(1, Ordering::SeqCst);
    pushing.fetch_sub(1, Ordering::SeqCst);
    drop(turn);
    let others = [others, other.await.unwrap()];
    assert_eq!(
        others,
        [0, 0],
        "two tasks push to one branch; left: how many pushes each of them saw under way beside its own"
    );
}

#[interleave::test]
async fn pushes_get_their_turn_in_the_order_of_their_calls() {
    let (branches, main) = (Branches::default(), "main");
    let mut turn = at_once(push(&branches, &main), "nobody uses the branch");
    let mut waiting: Vec<_> = (0..4).map(|_| (CountingWaker::new(), push(&branches, &main))).collect();
    for (task, push) in &mut waiting {
        assert!(task.poll(push.as_mut()).is_pending(), "the branch is in use");
    }
    let late = (CountingWaker::new(), push(&branches, &main));
    waiting.push(late);
    for next in 0..waiting.len() {
        drop(turn);
        // Those that came last ask first.
        for later in (next + 1..waiting.len()).rev() {
            let (task, push) = &mut waiting[later];
            assert!(
                task.poll(push.as_mut()).is_pending(),
                "{} pushes wait for a branch; no. {later} had its turn before no. {next}",
                waiting.len() - next
            );
        }
        let (task, push) = &mut waiting[next];
        let Poll::Ready(got) = task.poll(push.as_mut()) else {
            panic!("the branch is free, and push no. {next} is the next; it waits")
        };
        turn = got;
    }
}

#[interleave::test]
async fn pushes_to_other_branches_do_not_wait() {
    let branches = Branches::default();
    let (main, fix) = (Branch::new("main"), Branch::new("fix"));
    let task = CountingWaker::new();
    let _main = at_once(push(&branches, &main), "nobody uses the branch");
    let mut waiting = push(&branches, &main);
    assert!(task.poll(waiting.as_mut()).is_pending(), "the branch is in use");
    let fix = at_once(push(&branches, &fix), "`main` is in use, and `fix` is not");
    drop(fix);
    assert!(
        task.poll(waiting.as_mut()).is_pending(),
        "a push to `fix` has ended, and the waiting push to `main` has its turn, although `main` is in use"
    );
}

#[interleave::test]
async fn a_push_that_waits_sleeps() {
    let branches = Branches::default();
    let (main, fix) = (Branch::new("main"), Branch::new("fix"));
    let turn = at_once(push(&branches, &main), "nobody uses the branch");
    let (task, behind) = (CountingWaker::new(), CountingWaker::new());
    let (mut waiting, mut last) = (push(&branches, &main), push(&branches, &main));
    for _ in 0..10 {
        assert!(task.poll(waiting.as_mut()).is_pending(), "the branch is in use");
        assert!(behind.poll(last.as_mut()).is_pending(), "the branch is in use");
        drop(at_once(push(&branches, &fix), "nobody uses this branch"));
        yield_now().await;
    }
    assert_eq!(
        (task.wakes(), behind.wakes()),
        (0, 0),
        "`main` is in use, and there were pushes to another branch; left: how often the two that wait were woken"
    );
    drop(turn);
    assert_eq!(
        (task.wakes(), behind.wakes()),
        (1, 0),
        "`main` is free, and two pushes wait for it; left: how often the first and the second of them were woken"
    );
}

#[interleave::test]
async fn a_branch_that_nobody_uses_is_forgotten() {
    let (branches, main) = (Branches::default(), Branch::new("main"));
    for _ in 0..2 {
        let turn = at_once(push(&branches, &main), "nobody uses the branch");
        drop(turn);
        assert_eq!(kept(&main), 0, "one push came and ended; left: how many copies of the branch's name are kept");
    }
    let turn = at_once(push(&branches, &main), "nobody uses the branch");
    let task = CountingWaker::new();
    let mut waiting = push(&branches, &main);
    assert!(task.poll(waiting.as_mut()).is_pending(), "the branch is in use");
    drop(turn);
    drop(waiting.await);
    assert_eq!(kept(&main), 0, "two pushes came and ended; left: how many copies of the branch's name are kept");
}

/// Which of two pushes is the last one to end, and what the other one does meanwhile, is up to the scheduler.
#[interleave::test]
async fn the_last_push_forgets_the_branch() {
    let (branches, main) = (Arc::new(Branches::default()), Branch::new("main"));
    let other = tokio::spawn({
        let (branches, main) = (Arc::clone(&branches), main.clone());
        async move { drop(branches.turn(main).await) }
    });
    drop(branches.turn(main.clone()).await);
    other.await.unwrap();
    assert_eq!(kept(&main), 0, "two pushes came and ended; left: how many copies of the branch's name are kept");
}

/// A push may be dropped, as a timeout does: while the branch is in use, or when it was just freed.
#[interleave::test]
async fn a_dropped_push_leaves_nothing_behind() {
    for freed_before in [false, true] {
        let (branches, main) = (Branches::default(), Branch::new("main"));
        drop(push(&branches, &main));
        assert_eq!(kept(&main), 0, "a push was dropped before it was polled; left: copies of the branch's name");
        let mut turn = Some(at_once(push(&branches, &main), "nobody uses the branch"));
        let mut dropped = push(&branches, &main);
        let task = CountingWaker::new();
        assert!(task.poll(dropped.as_mut()).is_pending(), "the branch is in use");
        if freed_before {
            turn = None;
        }
        drop(dropped);
        assert_eq!(
            task.kept(),
            0,
            "a push was dropped that had waited for a branch; left: how many wakers of it are kept. A branch that is in use \
             for long must not collect them"
        );
        drop(turn);
        assert_eq!(
            kept(&main),
            0,
            "a push was dropped that had waited for a branch, which was freed {} that. Nobody uses the branch any more; left: \
             how many copies of its name are kept",
            if freed_before { "before" } else { "after" }
        );
        drop(at_once(push(&branches, &main), "nobody uses the branch: one push has ended, the other one was dropped"));
    }
}

#[interleave::test]
async fn those_behind_a_dropped_push_get_their_turn() {
    for freed_before in [false, true] {
        let (branches, main) = (Branches::default(), "main");
        let mut turn = Some(at_once(push(&branches, &main), "nobody uses the branch"));
        let (first, second) = (CountingWaker::new(), CountingWaker::new());
        let (mut dropped, mut next) = (push(&branches, &main), push(&branches, &main));
        assert!(first.poll(dropped.as_mut()).is_pending(), "the branch is in use");
        assert!(second.poll(next.as_mut()).is_pending(), "the branch is in use");
        if freed_before {
            turn = None;
        }
        drop(dropped);
        drop(turn);
        assert!(
            second.wakes() > 0,
            "the branch is free, and the push that was to be next is dropped; the one behind it sleeps"
        );
        assert!(second.poll(next.as_mut()).is_ready(), "the branch is free, and a push waits for it");
    }
}

#[interleave::test]
async fn a_dropped_push_frees_no_branch() {
    let (branches, main) = (Branches::default(), "main");
    let turn = at_once(push(&branches, &main), "nobody uses the branch");
    let task = CountingWaker::new();
    let mut dropped = push(&branches, &main);
    assert!(task.poll(dropped.as_mut()).is_pending(), "the branch is in use");
    drop(dropped);
    let mut next = push(&branches, &main);
    assert!(
        task.poll(next.as_mut()).is_pending(),
        "a push has its turn, and one that waited behind it was dropped; another one has its turn as well"
    );
    drop(turn);
    assert!(task.poll(next.as_mut()).is_ready(), "the push has ended; the next one waits");
}

/// One task gives up as soon as it has to wait, while another one ends.
#[interleave::test]
async fn giving_up_and_ending_may_coincide() {
    let branches = Arc::new(Branches::default());
    let main = Branch::new("main");
    let turn = branches.turn(main.clone()).await;
    let gives_up = tokio::spawn({
        let (branches, main) = (Arc::clone(&branches), main.clone());
        async move {
            let mut push = pin!(branches.turn(main));
            CountingWaker::new().poll(push.as_mut()).is_ready()
        }
    });
    drop(turn);
    gives_up.await.unwrap();
    assert_eq!(
        kept(&main),
        0,
        "a push ended while another one gave up; left: how many copies of the branch's name are kept"
    );
    drop(at_once(push(&branches, &main), "nobody uses the branch: one push has ended, the other one has given up"));
}
