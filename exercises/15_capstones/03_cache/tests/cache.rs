use std::collections::BTreeSet;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::task::Poll;
use std::time::Duration;

use cache::{Answer, Issuers, Key, Keys, Unreachable};
use interleave::{CountingWaker, HighWater};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

const KEEP: Duration = Duration::from_secs(60);
const TAKES: Duration = Duration::from_secs(1);

/// How long an issuer takes.
enum Takes {
    /// Two polls.
    ATurn,
    Time(Duration),
    /// Until the test lets it answer, each question on its own.
    Permission,
}

/// Issuers that number the questions, and answer each with its number: the first answer is `Key(1)`.
struct Net {
    takes: Takes,
    asked: Mutex<Vec<String>>,
    permissions: [Semaphore; 4],
    under_way: HighWater,
    /// Decides by its number whether a question fails. It may panic.
    outcome: fn(u32) -> Result<(), Unreachable>,
}

impl Net {
    fn new(takes: Takes) -> Self {
        Self {
            takes,
            asked: Mutex::default(),
            permissions: [const { Semaphore::const_new(0) }; 4],
            under_way: HighWater::new(),
            outcome: |_| Ok(()),
        }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Issuers for Net {
    async fn fetch(&self, issuer: &str) -> Answer {
        let _under_way = self.under_way.enter();
        let number = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(issuer.to_owned());
            asked.len()
        };
        match self.takes {
            Takes::ATurn => interleave::yield_now().await,
            Takes::Time(duration) => sleep(duration).await,
            Takes::Permission => self.permissions[number - 1].acquire().await.unwrap().forget(),
        }
        let number = u32::try_from(number).unwrap();
        (self.outcome)(number)?;
        Ok(Arc::new(Key(number)))
    }
}

/// Issuers that number the questions as well, and answer in the second poll. They remember no more than needed, because
/// each lock adds interleavings.
struct Counting {
    questions: HighWater,
    under_way: HighWater,
    outcome: fn(u32),
}

impl Counting {
    fn cache(outcome: fn(u32)) -> Arc<Keys<Self>> {
        let issuers = Self { questions: HighWater::new(), under_way: HighWater::new(), outcome };
        Arc::new(Keys::new(issuers, KEEP))
    }

    /// How many questions were asked.
    fn asked(&self) -> u32 {
        u32::try_from(self.questions.inside()).unwrap()
    }
}

impl Issuers for Counting {
    async fn fetch(&self, _issuer: &str) -> Answer {
        let _under_way = self.under_way.enter();
        mem::forget(self.questions.enter());
        let number = self.asked();
        interleave::yield_now().await;
        (self.outcome)(number);
        Ok(Arc::new(Key(number)))
    }
}

/// A cache of keys that take `takes`.
fn cache(takes: Takes) -> Arc<Keys<Net>> {
    Arc::new(Keys::new(Net::new(takes), KEEP))
}

/// The answer of question `number`, or an error.
fn key(number: u32) -> Answer {
    Ok(Arc::new(Key(number)))
}

/// A task that gets a key.
fn task<I: Issuers>(keys: &Arc<Keys<I>>, issuer: &'static str) -> tokio::task::JoinHandle<Answer> {
    let keys = Arc::clone(keys);
    tokio::spawn(async move { keys.get(issuer).await })
}

/// Polls a few times, and gives other tasks their turns in between, as the real runtime does. The tests that need this
/// have no other interleavings.
async fn result<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    for _ in 0..20 {
        if let Poll::Ready(output) = CountingWaker::new().poll(future.as_mut()) {
            return Some(output);
        }
        interleave::yield_now().await;
    }
    None
}

// Keys that are there

#[interleave::test]
async fn a_key_is_fetched_once() {
    let keys = cache(Takes::ATurn);
    for _ in 0..3 {
        assert_eq!(keys.get("east").await, key(1), "the first question was about the key of east");
        assert_eq!(keys.get("west").await, key(2), "the second question was about the key of west");
    }
    assert_eq!(keys.issuers().asked(), ["east", "west"], "left: the questions that were asked");
    assert_eq!(keys.size(), 2, "two keys are kept; left: how many issuers the cache knows anything about");
}

#[interleave::test(real_only)]
async fn a_key_that_is_kept_needs_no_waiting() {
    let keys = cache(Takes::Permission);
    keys.issuers().permissions[0].add_permits(1);
    assert_eq!(keys.get("east").await, key(1), "this was the first question");
    let mut fetching = pin!(keys.get("west"));
    assert_eq!(result(fetching.as_mut()).await, None, "west has not answered yet");
    let waker = CountingWaker::new();
    assert_eq!(
        waker.poll(pin!(keys.get("east"))),
        Poll::Ready(key(1)),
        "the key of east is kept while another one is fetched; `Pending` means that its caller waits"
    );
}

// One fetch for all

#[interleave::test]
async fn two_tasks_share_one_fetch() {
    let keys = Counting::cache(|_| ());
    let other = task(&keys, "east");
    assert_eq!(keys.get("east").await, key(1), "two tasks asked for the same key");
    assert_eq!(other.await.unwrap(), key(1), "two tasks asked for the same key");
    assert_eq!(keys.issuers().asked(), 1, "two tasks asked for the same key; left: how many questions were asked");
}

#[interleave::test]
async fn keys_of_different_issuers_are_fetched_at_the_same_time() {
    let keys = cache(Takes::Time(TAKES));
    let start = Instant::now();
    let all = tokio::join!(keys.get("east"), keys.get("west"), keys.get("north"), keys.get("east"));
    let all: BTreeSet<u32> = [all.0, all.1, all.2, all.3].into_iter().map(|key| key.unwrap().0).collect();
    assert_eq!(all, BTreeSet::from([1, 2, 3]), "four callers asked for three keys; left: the keys that they got");
    assert_eq!(start.elapsed(), TAKES, "three issuers were asked at the same time; left: how long that took");
    assert_eq!(keys.issuers().under_way.highest(), 3, "left: how many fetches there were at once");
}

#[interleave::test(real_only)]
async fn a_key_that_arrives_disturbs_no_other_fetch() {
    let keys = cache(Takes::Permission);
    let mut west = pin!(keys.get("west"));
    assert_eq!(result(west.as_mut()).await, None, "west has not answered yet");
    keys.issuers().permissions[1].add_permits(1);
    assert_eq!(keys.get("east").await, key(2), "this was the second question");
    let mut joins = pin!(keys.get("west"));
    assert_eq!(result(joins.as_mut()).await, None, "west has not answered yet");
    assert_eq!(keys.issuers().asked(), ["west", "east"], "west was being asked; left: the questions that were asked");
    keys.issuers().permissions[0].add_permits(1);
    assert_eq!(tokio::join!(west, joins), (key(1), key(1)), "both callers waited for the first question");
    assert_eq!(keys.get("west").await, key(1), "the key of west has arrived");
}

#[interleave::test(real_only)]
async fn a_caller_that_waits_sleeps() {
    let keys = cache(Takes::Permission);
    let mut first = pin!(keys.get("east"));
    assert_eq!(result(first.as_mut()).await, None, "east has not answered yet");
    let (waker, mut waiting) = (CountingWaker::new(), pin!(keys.get("east")));
    for _ in 0..3 {
        assert!(waker.poll(waiting.as_mut()).is_pending(), "east has not answered yet");
    }
    assert_eq!(waker.wakes(), 0, "east has not answered yet; left: how often a caller that waits was woken");
    keys.issuers().permissions[0].add_permits(1);
    assert_eq!(result(first.as_mut()).await, Some(key(1)), "east has answered");
    assert!(waker.wakes() > 0, "east has answered, and a caller that waits was not woken");
    assert_eq!(waker.poll(waiting.as_mut()), Poll::Ready(key(1)), "east has answered");
}

#[interleave::test]
async fn callers_share_a_key_that_is_not_kept() {
    let keys = Arc::new(Keys::new(Net::new(Takes::Time(TAKES)), Duration::ZERO));
    let shared = tokio::join!(keys.get("east"), keys.get("east"), keys.get("east"));
    assert_eq!(shared, (key(1), key(1), key(1)), "three callers asked at once, for a key that is kept for no time");
    assert_eq!(keys.get("east").await, key(2), "a key that is kept for no time must be fetched again");
    assert_eq!(keys.issuers().asked().len(), 2, "left: how many questions were asked");
}

#[interleave::test]
async fn a_failure_is_shared_but_not_kept() {
    let mut net = Net::new(Takes::Time(TAKES));
    net.outcome = |number| if number == 1 { Err(Unreachable) } else { Ok(()) };
    let keys = Keys::new(net, KEEP);
    let shared = tokio::join!(keys.get("east"), keys.get("east"), keys.get("east"));
    let failed = Err(Unreachable);
    assert_eq!(shared, (failed.clone(), failed.clone(), failed), "the only question was in vain, for three callers");
    assert_eq!(keys.issuers().asked().len(), 1, "three callers waited for it; left: how many questions were asked");
    assert_eq!(keys.size(), 0, "nothing has arrived; left: how many issuers the cache knows anything about");
    assert_eq!(keys.get("east").await, key(2), "the second question was answered");
}

// Expiry

#[interleave::test]
async fn a_key_is_kept_from_its_arrival_until_it_expires() {
    let keys = cache(Takes::Time(TAKES));
    assert_eq!(keys.get("east").await, key(1), "this was the first question");
    sleep(KEEP - Duration::from_millis(1)).await;
    assert_eq!(keys.get("east").await, key(1), "the key expires in a millisecond");
    sleep(Duration::from_millis(1)).await;
    let again = tokio::join!(keys.get("east"), keys.get("east"));
    assert_eq!(again, (key(2), key(2)), "the key has expired, and two callers asked at once");
    sleep(KEEP - Duration::from_millis(1)).await;
    assert_eq!(keys.get("east").await, key(2), "the second key expires in a millisecond");
}

#[interleave::test]
async fn expired_keys_are_dropped_when_the_next_one_arrives() {
    let keys = cache(Takes::Time(TAKES));
    let old = keys.get("east").await.map(|key| Arc::downgrade(&key)).unwrap();
    sleep(KEEP / 2).await;
    assert!(keys.get("west").await.is_ok(), "west answers");
    sleep(KEEP / 2).await;
    assert!(keys.get("north").await.is_ok(), "north answers");
    assert!(old.upgrade().is_none(), "the key of east has expired, two others have arrived, and it is still there");
    assert_eq!(keys.size(), 2, "one of three keys has expired; left: how many issuers the cache knows anything about");
    assert_eq!(keys.get("west").await, key(2), "the key of west has not expired");
}

// Callers that leave

#[interleave::test]
async fn the_others_get_a_key_when_the_first_caller_leaves() {
    let keys = cache(Takes::Time(TAKES));
    let first = timeout(TAKES / 2, keys.get("east"));
    let others = async {
        sleep(TAKES / 4).await;
        let others = async { tokio::join!(keys.get("east"), keys.get("east")) };
        timeout(TAKES * 2, others).await
    };
    let (first, others) = tokio::join!(first, others);
    assert!(first.is_err(), "the issuer takes longer than the first caller waits");
    let (one, other) = others.expect("the first caller has left, and the others wait forever");
    assert!(one.is_ok(), "the first caller has left, and another one got {one:?}");
    assert_eq!(one, other, "two callers waited for the same key");
    assert_eq!(keys.issuers().under_way.highest(), 1, "left: how many fetches for one key there were at once");
    assert_eq!(keys.get("east").await, one, "the key has arrived");
}

#[interleave::test(real_only)]
async fn any_number_of_callers_may_leave() {
    let keys = cache(Takes::Permission);
    let mut leaving: Vec<_> = [(); 3].map(|()| Box::pin(keys.get("east"))).into();
    let mut stays = pin!(keys.get("east"));
    while !leaving.is_empty() {
        for caller in &mut leaving {
            assert_eq!(result(caller.as_mut()).await, None, "east has not answered yet");
        }
        assert_eq!(result(stays.as_mut()).await, None, "east has not answered yet");
        drop(leaving.remove(0));
    }
    for permission in &keys.issuers().permissions {
        permission.add_permits(1);
    }
    assert!(stays.await.is_ok(), "three callers have left, one after the other, and the last one got no key");
}

#[interleave::test]
async fn a_caller_that_leaves_at_any_moment_stops_no_other() {
    let keys = Counting::cache(|_| ());
    let stays = task(&keys, "east");
    {
        let mut leaves = pin!(keys.get("east"));
        let _ = CountingWaker::new().poll(leaves.as_mut()); // and never again
    }
    assert!(stays.await.unwrap().is_ok(), "one of two callers has left, and the other one got no key");
}

#[interleave::test(real_only)]
async fn a_fetch_that_nobody_waits_for_is_dropped() {
    let keys = cache(Takes::Time(TAKES));
    for callers in [1, 2] {
        let start = Instant::now();
        let mut waiting = [(); 2].map(|()| Some(Box::pin(keys.get("east"))));
        for caller in waiting.iter_mut().take(callers).flatten() {
            assert_eq!(result(caller.as_mut()).await, None, "the issuer takes a second");
        }
        // One after the other leaves. The one that came first is the last.
        for caller in waiting.iter_mut().rev() {
            if callers == 2 {
                assert_eq!(keys.issuers().under_way.inside(), 1, "a caller waits; left: how many fetches there are");
            }
            *caller = None;
        }
        sleep(Duration::from_millis(1)).await;
        assert!(start.elapsed() < TAKES, "the issuer has not answered yet");
        assert_eq!(keys.issuers().under_way.inside(), 0, "{callers} callers have left; left: how many fetches go on");
        assert_eq!(keys.size(), 0, "nothing has arrived; left: how many issuers the cache knows anything about");
    }
}

#[interleave::test]
async fn a_fetch_that_panics_stops_no_other() {
    let keys = Counting::cache(|number| assert_ne!(number, 1, "the answer makes no sense"));
    let other = task(&keys, "east");
    let mine = task(&keys, "east");
    for (task, number) in [mine, other].into_iter().zip(1..) {
        // The caller whose fetch panicked may panic as well.
        if let Ok(answer) = task.await {
            assert_eq!(answer, key(2), "the first of two fetches panicked; left: what caller {number} got");
        }
    }
    assert_eq!(keys.get("east").await, key(2), "the first of two fetches panicked, and the second one did not");
    assert_eq!(keys.issuers().under_way.highest(), 1, "left: how many fetches for one key there were at once");
}

// Keys that have changed

#[interleave::test]
async fn a_key_that_was_invalidated_is_fetched_again() {
    let keys = cache(Takes::ATurn);
    assert_eq!((keys.get("east").await, keys.get("west").await), (key(1), key(2)), "these were the first questions");
    keys.invalidate("north");
    keys.invalidate("east");
    assert_eq!(keys.get("west").await, key(2), "another key was invalidated");
    assert_eq!(keys.get("east").await, key(3), "the key was invalidated");
    assert_eq!(keys.get("east").await, key(3), "the new key has arrived");
}

#[interleave::test(real_only)]
async fn a_key_that_was_invalidated_on_its_way_is_not_kept() {
    let keys = cache(Takes::Permission);
    let mut early = pin!(keys.get("east"));
    assert_eq!(result(early.as_mut()).await, None, "east has not answered yet");
    keys.invalidate("east");
    for permission in &keys.issuers().permissions {
        permission.add_permits(1);
    }
    assert_eq!(early.await, key(1), "this caller came before the key was invalidated");
    assert_eq!(keys.get("east").await, key(2), "the first question was asked before the key was invalidated");
}

#[interleave::test(real_only)]
async fn callers_after_an_invalidation_join_no_older_fetch() {
    // What becomes of the older fetch while the newer one is under way.
    for older_ends in [false, true] {
        let keys = cache(Takes::Permission);
        let mut early = Box::pin(keys.get("east"));
        assert_eq!(result(early.as_mut()).await, None, "east has not answered yet");
        keys.invalidate("east");
        let mut late = pin!(keys.get("east"));
        assert_eq!(result(late.as_mut()).await, None, "east has not answered yet");
        if older_ends {
            keys.issuers().permissions[0].add_permits(1);
            assert_eq!(early.await, key(1), "this caller came before the key was invalidated");
        } else {
            drop(early);
        }
        let mut later = pin!(keys.get("east"));
        assert_eq!(result(later.as_mut()).await, None, "the second question was not answered yet");
        for permission in &keys.issuers().permissions[1..] {
            permission.add_permits(1);
        }
        assert_eq!(tokio::join!(late, later), (key(2), key(2)), "these callers came after the key was invalidated");
        assert_eq!(keys.get("east").await, key(2), "the second key has arrived");
        assert_eq!(keys.issuers().asked().len(), 2, "the key changed once; left: how many questions were asked");
    }
}

#[interleave::test]
async fn an_invalidation_on_another_task_is_seen_by_all_later_callers() {
    let keys = Counting::cache(|_| ());
    let other = task(&keys, "east");
    let asked = keys.issuers().asked();
    keys.invalidate("east");
    let Key(number) = *keys.get("east").await.unwrap();
    assert!(
        number > asked,
        "{asked} questions had been asked when the key was invalidated, and a later caller got answer {number}"
    );
    assert!(other.await.unwrap().is_ok(), "the other task waits for the key, too");
}

// The cache and its surroundings

/// Issuers that use the cache while they are asked.
#[derive(Default)]
struct Curious {
    keys: OnceLock<Weak<Keys<Curious>>>,
}

impl Curious {
    fn look(&self) -> usize {
        let keys = self.keys.get().and_then(Weak::upgrade).expect("it is in use");
        keys.invalidate("west");
        keys.size()
    }
}

impl Issuers for Curious {
    fn fetch(&self, _issuer: &str) -> impl Future<Output = Answer> + Send {
        let before = self.look();
        async move {
            interleave::yield_now().await;
            Ok(Arc::new(Key(u32::try_from(before.max(self.look())).unwrap())))
        }
    }
}

#[interleave::test]
async fn a_fetch_may_use_the_cache() {
    let keys = Arc::new(Keys::new(Curious::default(), KEEP));
    keys.issuers().keys.set(Arc::downgrade(&keys)).expect("it is set once");
    assert_eq!(keys.get("east").await, key(1), "a fetch was under way; left: how many issuers the cache knew then");
}

#[interleave::test]
async fn two_caches_are_independent() {
    let (one, other) = (cache(Takes::ATurn), cache(Takes::ATurn));
    assert_eq!(one.get("east").await, key(1), "this was its first question");
    assert_eq!(one.get("west").await, key(2), "this was its second question");
    assert_eq!(other.get("west").await, key(1), "this was the first question of the other cache");
    other.invalidate("east");
    assert_eq!((one.size(), other.size()), (2, 1), "left: how many issuers two caches know anything about");
    assert_eq!(one.get("east").await, key(1), "the key was invalidated in the other cache");
}
