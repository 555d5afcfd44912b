use std::future::{pending, poll_fn};
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, Waker};

use async_std::task;
use buffered::{AT_ONCE, CALLS, Cloud, Mover, Photo, Token};
use futures::future::{join, select};
use interleave::{CountingWaker, Notes, settle, yield_now};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    LogIn(u32),
    Download(u32),
    Upload(u32),
}
use Call::{Download, LogIn, Upload};

/// Two clouds that note which calls begin and end. A call ends when the test allows it.
#[derive(Default)]
struct TestCloud {
    state: Notes<State>,
}

#[derive(Default)]
struct State {
    /// Calls that may not end yet.
    closed: Vec<Call>,
    begun: Vec<Call>,
    ended: Vec<Call>,
    in_memory: usize,
    most_in_memory: usize,
    most_uploads: usize,
    /// How often each token was used: that of the first log-in, that of the second, …
    uses: Vec<u32>,
    /// Those that wait for a change.
    wakers: Vec<Waker>,
}

impl State {
    fn has_begun(&self, call: Call) -> bool {
        self.begun.contains(&call)
    }

    fn has_ended(&self, call: Call) -> bool {
        self.ended.contains(&call)
    }
}

impl TestCloud {
    fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let (result, wakers) = self.state.with(|state| (change(state), mem::take(&mut state.wakers)));
        wakers.into_iter().for_each(Waker::wake);
        result
    }

    fn look<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        self.state.with(|state| look(state))
    }

    async fn until(&self, holds: impl Fn(&State) -> bool) {
        poll_fn(|context| {
            self.state.with(|state| {
                if holds(state) {
                    return Poll::Ready(());
                }
                state.wakers.push(context.waker().clone());
                Poll::Pending
            })
        })
        .await;
    }

    fn open(&self, call: Call) {
        self.change(|state| state.closed.retain(|other| *other != call));
    }

    /// The time that a call takes, at least one poll. It must be polled twice more after the test has opened it.
    async fn takes(&self, call: Call) {
        self.change(|state| state.begun.push(call));
        yield_now().await;
        self.until(|state| !state.closed.contains(&call)).await;
        yield_now().await;
        self.change(|state| state.ended.push(call));
    }

    fn use_token(&self, token: Token) {
        self.change(|state| state.uses[token.0 as usize - 1] += 1);
    }

    /// The numbers of the photos that were uploaded, first one first.
    fn uploaded(&self) -> Vec<u32> {
        let number = |call: &Call| match call {
            Upload(number) => Some(*number),
            _ => None,
        };
        self.look(|state| state.ended.iter().filter_map(number).collect())
    }
}

impl Cloud for TestCloud {
    async fn log_in(&self) -> Token {
        let number = self.change(|state| {
            state.uses.push(0);
            state.uses.len() as u32
        });
        self.takes(LogIn(number)).await;
        Token(number)
    }

    async fn download(&self, token: Token, number: u32) -> Photo {
        self.use_token(token);
        self.change(|state| {
            state.in_memory += 1;
            state.most_in_memory = state.most_in_memory.max(state.in_memory);
        });
        self.takes(Download(number)).await;
        Photo(number)
    }

    async fn upload(&self, token: Token, photo: Photo) {
        self.use_token(token);
        self.change(|state| {
            let uploads = |calls: &[Call]| calls.iter().filter(|call| matches!(call, Upload(_))).count();
            let uploads = uploads(&state.begun) + 1 - uploads(&state.ended);
            state.most_uploads = state.most_uploads.max(uploads);
        });
        self.takes(Upload(photo.0)).await;
        self.change(|state| state.in_memory -= 1);
    }
}

/// Two clouds that count how often each token was used, which does not depend on the order of the calls. They log in at
/// once. The download of photo 1 never ends, and neither does an upload.
#[derive(Default)]
struct StuckCloud(Notes<Vec<u32>>);

impl Cloud for StuckCloud {
    async fn log_in(&self) -> Token {
        self.0.with(|uses| {
            uses.push(0);
            Token(uses.len() as u32)
        })
    }

    async fn download(&self, token: Token, number: u32) -> Photo {
        self.0.with(|uses| uses[token.0 as usize - 1] += 1);
        if number == 1 {
            pending::<()>().await;
        }
        Photo(number)
    }

    async fn upload(&self, token: Token, _: Photo) {
        self.0.with(|uses| uses[token.0 as usize - 1] += 1);
        pending().await
    }
}

/// Clouds in which these calls do not end until the test opens them.
fn clouds<const N: usize>(closed: [Call; N]) -> (Arc<TestCloud>, Mover<TestCloud>) {
    let cloud = Arc::new(TestCloud::default());
    cloud.change(|state| state.closed.extend(closed));
    (Arc::clone(&cloud), Mover::new(cloud))
}

/// Gives all others time to do what they should not do.
async fn wait_a_while() {
    for _ in 0..20 {
        yield_now().await;
    }
    settle();
}

#[interleave::test(runtime = "async-std")]
async fn an_album_is_copied() {
    let (cloud, mover) = clouds([]);
    let copied = mover.copy(vec![1, 2, 3, 4, 5]).await;
    assert_eq!(copied, 5, "left: how many of five photos were copied");
    let mut uploaded = cloud.uploaded();
    uploaded.sort_unstable();
    assert_eq!(uploaded, [1, 2, 3, 4, 5], "`copy` has returned; left: the numbers of the photos uploaded, sorted");
}

#[interleave::test(runtime = "async-std")]
async fn a_download_goes_on_during_an_upload() {
    let (cloud, mover) = clouds([Download(2), Upload(1)]);
    let script = async {
        cloud.until(|state| state.has_begun(Upload(1)) && state.has_begun(Download(2))).await;
        cloud.open(Download(2));
        // Only if it is polled during the upload.
        cloud.until(|state| state.has_ended(Download(2))).await;
        cloud.open(Upload(1));
    };
    let (copied, ()) = join(mover.copy(vec![1, 2]), script).await;
    assert_eq!(copied, 2, "left: how many of two photos were copied");
}

#[interleave::test(runtime = "async-std")]
async fn a_log_in_goes_on_while_an_upload_waits_for_it() {
    // The first log-in is for three calls: two downloads and an upload. So the third download logs in again.
    let (cloud, mover) = clouds([LogIn(2), Download(2)]);
    let script = async {
        cloud.until(|state| state.has_begun(LogIn(2))).await;
        cloud.open(Download(2));
        // By now, the second photo could be uploaded, but for the token.
        wait_a_while().await;
        cloud.open(LogIn(2));
    };
    let (copied, ()) = join(mover.copy(vec![1, 2, 3]), script).await;
    assert_eq!(copied, 3, "left: how many of three photos were copied");
    assert_eq!(cloud.uploaded(), [1, 2, 3], "left: the numbers of the photos uploaded");
}

#[interleave::test(runtime = "async-std")]
async fn photos_are_uploaded_in_the_order_of_the_album() {
    let (cloud, mover) = clouds([Download(7)]);
    let script = async {
        cloud.until(|state| state.has_ended(Download(3))).await;
        wait_a_while().await;
        cloud.open(Download(7));
    };
    let (copied, ()) = join(mover.copy(vec![7, 3, 5]), script).await;
    assert_eq!(copied, 3, "left: how many of three photos were copied");
    assert_eq!(
        cloud.uploaded(),
        [7, 3, 5],
        "the second photo was downloaded before the first; left: in which order they were uploaded"
    );
}

#[interleave::test(runtime = "async-std")]
async fn one_photo_is_uploaded_at_a_time() {
    let (cloud, mover) = clouds([Upload(1)]);
    let script = async {
        cloud.until(|state| state.has_begun(Upload(1)) && state.has_ended(Download(2))).await;
        wait_a_while().await;
        cloud.open(Upload(1));
    };
    join(mover.copy(vec![1, 2, 3]), script).await;
    assert_eq!(cloud.look(|state| state.most_uploads), 1, "left: how many photos were being uploaded at once");
}

#[interleave::test(runtime = "async-std")]
async fn as_many_downloads_run_as_may_be_in_memory() {
    let (cloud, mover) = clouds([Download(1), Download(2)]);
    let script = async {
        cloud.until(|state| (1..=AT_ONCE as u32).all(|number| state.has_begun(Download(number)))).await;
        cloud.open(Download(1));
        cloud.open(Download(2));
    };
    let (copied, ()) = join(mover.copy(vec![1, 2]), script).await;
    assert_eq!(copied, 2, "left: how many of two photos were copied");
}

#[interleave::test(runtime = "async-std")]
async fn a_photo_is_uploaded_while_the_next_is_downloaded() {
    let (cloud, mover) = clouds([Download(2)]);
    let script = async {
        cloud.until(|state| state.has_ended(Upload(1))).await;
        cloud.open(Download(2));
    };
    let (copied, ()) = join(mover.copy(vec![1, 2]), script).await;
    assert_eq!(copied, 2, "left: how many of two photos were copied");
}

#[interleave::test(runtime = "async-std")]
async fn a_photo_that_is_uploaded_makes_room_for_the_next() {
    let (cloud, mover) = clouds([Download(2)]);
    let script = async {
        // The second still takes its time.
        cloud.until(|state| state.has_begun(Download(3))).await;
        cloud.open(Download(2));
    };
    let (copied, ()) = join(mover.copy(vec![1, 2, 3]), script).await;
    assert_eq!(copied, 3, "left: how many of three photos were copied");
}

#[interleave::test(runtime = "async-std")]
async fn no_more_photos_are_in_memory_than_may_be() {
    let (cloud, mover) = clouds([Upload(1)]);
    let script = async {
        cloud.until(|state| state.has_begun(Upload(1))).await;
        wait_a_while().await;
        cloud.open(Upload(1));
    };
    join(mover.copy(vec![1, 2, 3, 4, 5]), script).await;
    let most = cloud.look(|state| state.most_in_memory);
    assert_eq!(
        most, AT_ONCE,
        "an upload took long; left: how many photos were downloaded, or being downloaded, and not yet uploaded"
    );
}

#[interleave::test(runtime = "async-std")]
async fn each_photo_is_downloaded_once() {
    let (cloud, mover) = clouds([Download(3)]);
    let script = async {
        cloud.until(|state| state.has_begun(Download(3))).await;
        wait_a_while().await;
        cloud.open(Download(3));
    };
    join(mover.copy(vec![1, 2, 3, 4]), script).await;
    let mut downloads = cloud.look(|state| state.begun.clone());
    downloads.retain(|call| matches!(call, Download(_)));
    assert_eq!(downloads.len(), 4, "four photos were copied; left: how many downloads have begun");
}

#[interleave::test(runtime = "async-std")]
async fn a_token_is_used_for_as_many_calls_as_it_is_good_for() {
    let (cloud, mover) = clouds([]);
    join(mover.copy(vec![1, 2]), mover.copy(vec![3, 4])).await;
    let uses = cloud.look(|state| state.uses.clone());
    // Four downloads and four uploads.
    assert_eq!(uses, [CALLS, CALLS, 2], "eight calls were made; left: for how many of them each token was used");
}

#[interleave::test(runtime = "async-std")]
async fn two_tasks_use_each_token_as_often_as_it_is_good_for() {
    let cloud = Arc::new(StuckCloud::default());
    let mover = Mover::new(Arc::clone(&cloud));
    // Two downloads and an upload.
    let other = task::spawn({
        let mover = mover.clone();
        async move { mover.copy(vec![2, 3]).await }
    });
    // One download.
    let mut copy = pin!(mover.copy(vec![1]));
    let this = CountingWaker::new();
    for _ in 0..3 {
        assert_eq!(this.poll(copy.as_mut()), Poll::Pending, "the download of the only photo never ends");
        settle();
    }
    // Only explore mode knows that all calls that can begin have begun by now.
    if cfg!(feature = "explore") {
        let uses = cloud.0.with(|uses| uses.clone());
        assert_eq!(
            uses,
            [CALLS, 1],
            "one copy can download a photo, the other one two, and upload one; left: how often each token was used"
        );
    }
    other.cancel().await;
}

#[interleave::test(runtime = "async-std")]
async fn a_copy_that_is_dropped_goes_on_with_no_photo() {
    let (cloud, mover) = clouds([Download(1), Download(2)]);
    {
        let copy = pin!(mover.copy(vec![1, 2, 3]));
        let begun = pin!(async {
            cloud.until(|state| state.has_begun(Download(1)) && state.has_begun(Download(2))).await;
            wait_a_while().await;
        });
        select(copy, begun).await;
    }
    cloud.open(Download(1));
    cloud.open(Download(2));
    settle();
    // Only explore mode knows that the others are asleep by now.
    if cfg!(feature = "explore") {
        let (begun, ended) = cloud.look(|state| (state.has_begun(Download(3)), state.has_ended(Download(1))));
        assert!(!ended, "`copy` was dropped during a download, and the download went on");
        assert!(!begun, "`copy` was dropped, and then another download has begun");
    }
    assert_eq!(mover.copy(vec![4]).await, 1, "another `copy` was dropped; left: how many photos this one has copied");
}

#[interleave::test(runtime = "async-std")]
async fn a_copy_that_is_dropped_during_an_upload_ends_it() {
    let (cloud, mover) = clouds([Upload(1)]);
    {
        let copy = pin!(mover.copy(vec![1, 2]));
        let begun = pin!(async {
            cloud.until(|state| state.has_begun(Upload(1)) && state.has_ended(Download(2))).await;
            wait_a_while().await;
        });
        select(copy, begun).await;
    }
    cloud.open(Upload(1));
    settle();
    // Only explore mode knows that the others are asleep by now.
    if cfg!(feature = "explore") {
        let (ended, begun) = cloud.look(|state| (state.has_ended(Upload(1)), state.has_begun(Upload(2))));
        assert!(!ended, "`copy` was dropped during an upload, and the upload went on");
        assert!(!begun, "`copy` was dropped, and then another upload has begun");
    }
}

#[interleave::test(runtime = "async-std")]
async fn a_copy_that_is_dropped_during_a_log_in_leaves_it_to_the_next() {
    let (cloud, mover) = clouds([LogIn(1)]);
    {
        let copy = pin!(mover.copy(vec![1, 2]));
        let begun = pin!(async {
            cloud.until(|state| state.has_begun(LogIn(1))).await;
            wait_a_while().await;
        });
        select(copy, begun).await;
    }
    let copied = mover.copy(vec![3]).await;
    assert_eq!(copied, 1, "another `copy` was dropped while it logged in; left: how many photos this one has copied");
}

#[interleave::test(runtime = "async-std")]
async fn a_copy_that_waits_sleeps() {
    let (cloud, mover) = clouds([LogIn(1), Download(2), Upload(1)]);
    let copy = task::spawn(async move { mover.copy(vec![1, 2, 3]).await });
    cloud.until(|state| state.has_begun(LogIn(1))).await;
    // A task that asks again and again never settles.
    settle();
    cloud.open(LogIn(1));
    cloud.until(|state| state.has_begun(Download(2)) && state.has_begun(Upload(1))).await;
    settle();
    cloud.open(Download(2));
    settle();
    cloud.open(Upload(1));
    assert_eq!(copy.await, 3, "left: how many of three photos were copied");
}

#[interleave::test(runtime = "async-std")]
async fn two_customers_are_independent() {
    let ((cloud, slow), (_, quick)) = (clouds([Download(1), Upload(2), LogIn(2)]), clouds([]));
    let script = async {
        let copied = quick.copy(vec![1, 2, 3]).await;
        for call in [Download(1), Upload(2), LogIn(2)] {
            cloud.open(call);
        }
        copied
    };
    let copied = join(slow.copy(vec![1, 2, 3]), script).await;
    assert_eq!(copied, (3, 3), "two customers moved three photos each; left: how many were copied");
}

#[interleave::test(runtime = "async-std")]
async fn two_albums_of_one_customer_share_only_the_token() {
    let (cloud, mover) = clouds([Upload(1), Download(2)]);
    let script = async {
        // The first album has all the photos in memory that it may have, and uploads one.
        cloud.until(|state| state.has_begun(Upload(1)) && state.has_begun(Download(2))).await;
        let copied = mover.clone().copy(vec![3, 4]).await;
        cloud.open(Upload(1));
        cloud.open(Download(2));
        copied
    };
    let copied = join(mover.copy(vec![1, 2]), script).await;
    assert_eq!(copied, (2, 2), "two albums of two photos each; left: how many were copied");
}

#[interleave::test(runtime = "async-std")]
async fn an_album_may_be_small() {
    let (cloud, mover) = clouds([]);
    assert_eq!(mover.copy(Vec::new()).await, 0, "left: how many photos of an empty album were copied");
    assert_eq!(mover.copy(vec![9]).await, 1, "left: how many photos of an album with one were copied");
    assert_eq!(cloud.uploaded(), [9], "left: the numbers of the photos uploaded");
}

#[interleave::test(runtime = "async-std")]
async fn an_album_may_have_a_photo_twice() {
    let (cloud, mover) = clouds([]);
    assert_eq!(mover.copy(vec![1, 2, 1, 1]).await, 4, "left: how many of four photos were copied");
    assert_eq!(cloud.uploaded(), [1, 2, 1, 1], "left: the numbers of the photos uploaded");
}
