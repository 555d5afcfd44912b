use std::collections::BTreeSet;
use std::future::{self, poll_fn};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::task::Poll;
use std::time::Duration;

use cache::{Answer, Issuers, Key, Keys, Unreachable};
use interleave::{CountingWaker, HighWater};
use tokio::time::{Instant, sleep, timeout};

const KEEP: Duration = Duration::from_secs(60);
const TAKES: Duration = Duration::from_secs(1);

/// How long an issuer takes.
enum Takes {
    /// Two polls.
    ATurn,
    Time(Duration),
    /// As many seconds, for each question.
    Seconds([u32; 3]),
}

/// Issuers that number the questions, and answer each with its number: the first answer is `Key(1)`.
struct Net {
    takes: Takes,
    asked: Mutex<Vec<String>>,
    under_way: HighWater,
    /// Decides by its number whether a question fails. It may panic.
    outcome: fn(u32) -> Result<(), Unreachable>,
}

impl Net {
    fn new(takes: Takes) -> Self {
        Self { takes, asked: Mutex::default(), under_way: HighWater::new(), outcome: |_| Ok(()) }
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
            Takes::Seconds(seconds) => sleep(Duration::from_secs(1) * seconds[number - 1]).await,
        }
        let number = u32::try_from(number).unwrap();
        (self.outcome)(number)?;
        Ok(Arc::new(Key(number)))
    }
}

/// Issuers that number the questions as well. They remember no more than needed, because each lock adds interleavings.
struct Counting {
    questions: HighWater,
    under_way: HighWater,
    outcome: fn(u32) -> Comes,
}

/// When an answer comes.
enum Comes {
    AtOnce,
    InTheSecondPoll,
    Never,
}

impl Counting {
    fn cache(outcome: fn(u32) -> Comes) -> Arc<Keys<Self>> {
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
        match (self.outcome)(number) {
            Comes::AtOnce => {}
            Comes::InTheSecondPoll => interleave::yield_now().await,
            Comes::Never => future::pending().await,
        }
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

/// A caller that a task can poll or drop.
type Caller = Pin<Box<dyn Future<Output = Answer> + Send>>;

fn caller<I: Issuers>(keys: &Arc<Keys<I>>, issuer: &'static str) -> Caller {
    let keys = Arc::clone(keys);
    Box::pin(async move { keys.get(issuer).await })
}

/// Polls once. A cache whose fetches are tasks may have an answer then.
async fn polled_once(mut caller: Caller) -> Result<Answer, Caller> {
    match CountingWaker::new().poll(caller.as_mut()) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Err(caller),
    }
}

/// The answer of a caller that was polled once.
async fn answer(caller: Result<Answer, Caller>) -> Answer {
    match caller {
        Ok(answer) => answer,
        Err(caller) => caller.await,
    }
}

/// Polls once, while the issuer is asked.
#[track_caller]
fn waits<F: Future<Output = Answer> + ?Sized>(caller: Pin<&mut F>) {
    assert!(CountingWaker::new().poll(caller).is_pending(), "the issuer has not answered yet");
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

#[interleave::test]
async fn a_key_that_is_kept_needs_no_waiting() {
    let keys = cache(Takes::Time(TAKES));
    assert_eq!(keys.get("east").await, key(1), "this was the first question");
    let look = async {
        sleep(TAKES / 2).await;
        CountingWaker::new().poll(pin!(keys.get("east")))
    };
    let (west, east) = tokio::join!(keys.get("west"), look);
    assert_eq!(
        east,
        Poll::Ready(key(1)),
        "the key of east is kept while another one is fetched; `Pending` means that its caller waits"
    );
    assert_eq!(west, key(2), "this was the second question");
}

// One fetch for all

#[interleave::test]
async fn two_tasks_share_one_fetch() {
    let keys = Counting::cache(|_| Comes::InTheSecondPoll);
    let other = tokio::spawn(polled_once(caller(&keys, "east")));
    let mine = polled_once(caller(&keys, "east")).await;
    let other = other.await.unwrap();
    let answers = tokio::join!(answer(mine), answer(other));
    assert_eq!(answers, (key(1), key(1)), "two tasks asked for the same key at the same time");
    assert_eq!(keys.issuers().asked(), 1, "two tasks asked for the same key; left: how many questions were asked");
}

#[interleave::test]
async fn a_caller_that_comes_as_the_key_arrives_gets_it() {
    let keys = Counting::cache(|_| Comes::InTheSecondPoll);
    let first = polled_once(caller(&keys, "east")).await;
    let late = tokio::spawn(polled_once(caller(&keys, "east")));
    assert_eq!(answer(first).await, key(1), "this was the first question");
    assert_eq!(answer(late.await.unwrap()).await, key(1), "a caller came as the key arrived");
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

#[interleave::test]
async fn many_issuers_are_asked_at_the_same_time() {
    let keys = cache(Takes::Time(TAKES));
    let issuers: Vec<_> = (0..20).map(|number| format!("issuer {number}")).collect();
    let mut callers: Vec<_> = issuers.iter().map(|issuer| Box::pin(keys.get(issuer))).collect();
    callers.iter_mut().for_each(|caller| waits(caller.as_mut()));
    sleep(Duration::from_millis(1)).await;
    assert_eq!(keys.issuers().under_way.inside(), 20, "callers asked for 20 keys; left: how many fetches go on");
}

#[interleave::test]
async fn a_key_that_arrives_disturbs_no_other_fetch() {
    let keys = cache(Takes::Seconds([4, 1, 1]));
    let others = async {
        sleep(TAKES).await;
        let east = keys.get("east").await;
        // West still has not answered.
        (east, keys.get("west").await)
    };
    let (west, (east, joins)) = tokio::join!(keys.get("west"), others);
    assert_eq!(keys.issuers().asked(), ["west", "east"], "west was being asked; left: the questions that were asked");
    assert_eq!(east, key(2), "this was the second question");
    assert_eq!((west, joins), (key(1), key(1)), "both callers waited for the first question");
    assert_eq!(keys.get("west").await, key(1), "the key of west has arrived");
}

#[interleave::test]
async fn a_caller_that_waits_sleeps() {
    let keys = cache(Takes::Time(TAKES));
    let second = async {
        let (waker, mut waiting) = (CountingWaker::new(), pin!(keys.get("east")));
        sleep(TAKES / 2).await;
        for _ in 0..2 {
            assert!(waker.poll(waiting.as_mut()).is_pending(), "east has not answered yet");
            sleep(TAKES / 8).await;
        }
        assert_eq!(waker.wakes(), 0, "east has not answered yet; left: how often a caller that waits was woken");
        sleep(TAKES).await;
        assert!(waker.wakes() > 0, "east has answered, and a caller that waits was not woken");
        assert_eq!(waker.poll(waiting.as_mut()), Poll::Ready(key(1)), "east has answered");
    };
    let (first, ()) = tokio::join!(keys.get("east"), second);
    assert_eq!(first, key(1), "this was the first question");
}

#[interleave::test]
async fn a_caller_gets_the_answer_that_it_waited_for() {
    let keys = cache(Takes::Time(TAKES));
    let mut second = pin!(keys.get("east"));
    let comes = async {
        sleep(TAKES / 2).await;
        waits(second.as_mut());
    };
    let (first, ()) = tokio::join!(keys.get("east"), comes);
    assert_eq!(first, key(1), "this was the first question");
    keys.invalidate("east");
    let late = timeout(TAKES / 2, second).await.ok();
    assert_eq!(late, Some(key(1)), "a caller waited for an answer, and was polled after the key was invalidated");
    assert_eq!(keys.issuers().asked().len(), 1, "two callers shared the answer; left: how many questions were asked");
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

#[interleave::test]
async fn an_old_key_is_no_answer_when_the_issuer_fails() {
    let mut net = Net::new(Takes::Time(TAKES));
    net.outcome = |number| if number == 2 { Err(Unreachable) } else { Ok(()) };
    let keys = Keys::new(net, KEEP);
    assert_eq!(keys.get("east").await, key(1), "this was the first question");
    sleep(KEEP).await;
    assert_eq!(keys.get("east").await, Err(Unreachable), "the key has expired, and the second question was in vain");
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
    // The key of east expires while north is being asked.
    sleep(KEEP / 2 - TAKES - TAKES / 2).await;
    assert!(keys.get("north").await.is_ok(), "north answers");
    assert!(old.upgrade().is_none(), "the key of east has expired, another one has arrived, and it is still there");
    assert_eq!(keys.size(), 2, "one of three keys has expired; left: how many issuers the cache knows anything about");
    assert_eq!(keys.get("west").await, key(2), "the key of west has not expired");
}

#[interleave::test]
async fn an_issuer_counts_once() {
    let keys = cache(Takes::Time(TAKES));
    assert_eq!(keys.get("east").await, key(1), "this was the first question");
    sleep(KEEP).await;
    let look = async {
        sleep(TAKES / 2).await;
        keys.size()
    };
    let (again, size) = tokio::join!(keys.get("east"), look);
    assert_eq!(
        size, 1,
        "a key has expired and is fetched again; left: how many issuers the cache knows anything about"
    );
    assert_eq!(again, key(2), "the first key has expired");
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

#[interleave::test]
async fn any_number_of_callers_may_leave() {
    // Whether the others are polled after each that leaves.
    for are_polled in [true, false] {
        let keys = cache(Takes::Time(TAKES));
        let mut callers: Vec<_> = [(); 4].map(|()| Box::pin(keys.get("east"))).into();
        callers.iter_mut().for_each(|caller| waits(caller.as_mut()));
        for _ in 0..3 {
            drop(callers.remove(0));
            if are_polled {
                callers.iter_mut().for_each(|caller| waits(caller.as_mut()));
            }
        }
        let last = timeout(TAKES * 2, callers.remove(0)).await;
        assert!(
            matches!(last, Ok(Ok(_))),
            "three callers have left, one after the other, and the fourth one got {last:?}. \
             It was polled after each of them: {are_polled}"
        );
    }
}

#[interleave::test]
async fn a_first_caller_that_leaves_stops_no_other() {
    let keys = Counting::cache(|_| Comes::InTheSecondPoll);
    let leaves = polled_once(caller(&keys, "east")).await;
    let stays = tokio::spawn(polled_once(caller(&keys, "east")));
    drop(leaves);
    let stays = answer(stays.await.unwrap()).await;
    assert!(stays.is_ok(), "the first of two callers left as the second one came, and that one got no key");
    assert_eq!(keys.get("east").await, stays, "the key has arrived");
}

#[interleave::test]
async fn a_second_caller_that_leaves_stops_no_other() {
    let keys = Counting::cache(|_| Comes::InTheSecondPoll);
    let stays = polled_once(caller(&keys, "east")).await;
    let leaves = polled_once(caller(&keys, "east")).await;
    let leaves = tokio::spawn(async { drop(leaves) });
    assert_eq!(answer(stays).await, key(1), "the second of two callers left as the key arrived");
    leaves.await.unwrap();
    assert_eq!(keys.get("east").await, key(1), "the key has arrived");
}

#[interleave::test]
async fn callers_that_leave_at_once_leave_nothing() {
    let keys = Counting::cache(|_| Comes::Never);
    let [mut one, mut other] = [(); 2].map(|()| caller(&keys, "east"));
    waits(one.as_mut());
    waits(other.as_mut());
    let leaves = tokio::spawn(async { drop(other) });
    drop(one);
    leaves.await.unwrap();
    sleep(Duration::from_millis(1)).await;
    assert_eq!(keys.issuers().under_way.inside(), 0, "both callers have left; left: how many fetches go on");
    assert_eq!(keys.size(), 0, "both callers have left; left: how many issuers the cache knows anything about");
}

#[interleave::test]
async fn a_fetch_that_nobody_waits_for_is_dropped() {
    let keys = cache(Takes::Time(TAKES));
    for callers in [1, 2] {
        let start = Instant::now();
        let mut waiting = [(); 2].map(|()| Some(Box::pin(keys.get("east"))));
        for caller in waiting.iter_mut().take(callers).flatten() {
            waits(caller.as_mut());
        }
        sleep(Duration::from_millis(1)).await;
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

/// The answer, or nothing after a panic.
async fn answer_or_panic(caller: impl Future<Output = Answer>) -> Option<Answer> {
    let mut caller = pin!(caller);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| caller.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

#[interleave::test]
async fn a_fetch_that_panics_stops_no_other() {
    let keys = Counting::cache(|number| {
        assert_ne!(number, 1, "the answer makes no sense");
        Comes::AtOnce
    });
    let other = tokio::spawn(caller(&keys, "east"));
    let mine = answer_or_panic(keys.get("east")).await;
    // The caller whose fetch panicked may panic as well.
    for answer in [mine, other.await.ok()].into_iter().flatten() {
        assert_eq!(answer, key(2), "the first of two fetches panicked; left: what one of two callers got");
    }
    assert_eq!(keys.get("east").await, key(2), "the first of two fetches panicked, and the second one did not");
    assert_eq!(keys.issuers().under_way.highest(), 1, "left: how many fetches for one key there were at once");
}

/// Issuers that panic at the first question, when they are asked or when they answer.
struct Broken {
    panics_when_asked: bool,
    questions: HighWater,
}

impl Issuers for Broken {
    fn fetch(&self, _issuer: &str) -> impl Future<Output = Answer> + Send {
        mem::forget(self.questions.enter());
        let number = u32::try_from(self.questions.inside()).unwrap();
        assert!(number > 1 || !self.panics_when_asked, "the question makes no sense");
        async move {
            assert!(number > 1, "the answer makes no sense");
            Ok(Arc::new(Key(number)))
        }
    }
}

#[interleave::test]
async fn a_fetch_that_panics_leaves_nothing() {
    for panics_when_asked in [true, false] {
        let keys = Arc::new(Keys::new(Broken { panics_when_asked, questions: HighWater::new() }, KEEP));
        // The caller may panic as well, or ask again.
        if tokio::spawn(caller(&keys, "east")).await.is_err() {
            assert_eq!(keys.size(), 0, "the fetch panicked; left: how many issuers the cache knows anything about");
        }
        assert_eq!(keys.get("east").await, key(2), "the first of two fetches panicked");
    }
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

#[interleave::test]
async fn a_key_that_was_invalidated_on_its_way_is_not_kept() {
    let keys = cache(Takes::Time(TAKES));
    let west = async {
        sleep(TAKES / 4).await;
        keys.get("west").await
    };
    let invalidation = async {
        sleep(TAKES / 2).await;
        keys.invalidate("east");
    };
    let (east, west, ()) = tokio::join!(keys.get("east"), west, invalidation);
    assert_eq!((east, west), (key(1), key(2)), "these callers came before a key was invalidated");
    assert_eq!(keys.get("west").await, key(2), "only the key of east was invalidated");
    assert_eq!(keys.get("east").await, key(3), "the first question was asked before the key was invalidated");
}

#[interleave::test]
async fn callers_after_an_invalidation_join_no_older_fetch() {
    for (older, takes, is_left_after) in
        [("is left", 9, 2), ("is answered first", 2, 9), ("fails", 2, 9), ("is answered last", 6, 9)]
    {
        let mut net = Net::new(Takes::Seconds([takes, 3, 3]));
        if older == "fails" {
            net.outcome = |number| if number == 1 { Err(Unreachable) } else { Ok(()) };
        }
        let keys = Keys::new(net, KEEP);
        let early = timeout(Duration::from_secs(is_left_after), keys.get("east"));
        let late = async {
            sleep(Duration::from_secs(1)).await;
            keys.invalidate("east");
            keys.get("east").await
        };
        let later = async {
            sleep(Duration::from_secs(3)).await;
            keys.get("east").await
        };
        let (early, late, later) = tokio::join!(early, late, later);
        let expected = match older {
            "is left" => None,
            "fails" => Some(Err(Unreachable)),
            _ => Some(key(1)),
        };
        assert_eq!(early.ok(), expected, "this caller came before the key was invalidated");
        assert_eq!((late, later), (key(2), key(2)), "these callers came after it, and the older fetch {older}");
        assert_eq!(keys.get("east").await, key(2), "the second key has arrived, and the older fetch {older}");
        let asked = keys.issuers().asked().len();
        assert_eq!(asked, 2, "the key changed once, and the older fetch {older}; left: how many questions were asked");
        let under_way = keys.issuers().under_way.inside();
        assert_eq!(under_way, 0, "nobody waits any more, and the older fetch {older}; left: how many fetches go on");
    }
}

#[interleave::test]
async fn an_invalidation_as_the_key_arrives_is_seen_by_all_later_callers() {
    let keys = Counting::cache(|_| Comes::InTheSecondPoll);
    let early = polled_once(caller(&keys, "east")).await;
    let early = tokio::spawn(answer(early));
    let asked = keys.issuers().asked();
    keys.invalidate("east");
    let late = polled_once(caller(&keys, "east")).await;
    assert!(early.await.unwrap().is_ok(), "this caller came before the key was invalidated");
    let late = answer(late).await;
    let Ok(number) = late.as_ref().map(|key| key.0) else { panic!("the issuer answers each question") };
    assert!(
        number > asked,
        "{asked} questions had been asked when the key was invalidated, and a later caller got answer {number}"
    );
    assert_eq!(keys.get("east").await, late, "the newer key has arrived");
}

// The cache and its surroundings

/// Issuers that use the cache while they are asked, and when a fetch is dropped.
#[derive(Default)]
struct Curious {
    keys: OnceLock<Weak<Keys<Curious>>>,
}

impl Curious {
    fn look(&self) -> usize {
        let Some(keys) = self.keys.get().and_then(Weak::upgrade) else { return 0 };
        keys.invalidate("west");
        keys.size()
    }
}

struct LooksAtItsEnd<'a>(&'a Curious);

impl Drop for LooksAtItsEnd<'_> {
    fn drop(&mut self) {
        self.0.look();
    }
}

impl Issuers for Curious {
    fn fetch(&self, _issuer: &str) -> impl Future<Output = Answer> + Send {
        let before = self.look();
        async move {
            let end = LooksAtItsEnd(self);
            sleep(TAKES).await;
            Ok(Arc::new(Key(u32::try_from(before.max(end.0.look())).unwrap())))
        }
    }
}

#[interleave::test]
async fn a_fetch_may_use_the_cache() {
    let keys = Arc::new(Keys::new(Curious::default(), KEEP));
    keys.issuers().keys.set(Arc::downgrade(&keys)).expect("it is set once");
    waits(pin!(keys.get("east"))); // and never again
    sleep(Duration::from_millis(1)).await;
    assert_eq!(keys.size(), 0, "the only caller has left; left: how many issuers the cache knows anything about");
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
