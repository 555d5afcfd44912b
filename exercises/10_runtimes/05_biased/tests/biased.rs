use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;

use biased::{Converter, Inbox, Switch, Video, Worker, worker};
use interleave::CountingWaker;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;

#[derive(Debug, PartialEq, Eq)]
enum Event {
    Begun(Video),
    Done(Video),
}
use Event::{Begun, Done};

const NO_VIDEO: [Video; 0] = [];
const NOTHING: [Event; 0] = [];

/// Converts a video when the test lets it.
struct Studio {
    events: UnboundedSender<Event>,
    may_end: Arc<Semaphore>,
}

impl Converter for Studio {
    async fn convert(&mut self, video: Video) {
        let _ = self.events.send(Begun(video));
        self.may_end.acquire().await.unwrap().forget();
        let _ = self.events.send(Done(video));
    }
}

/// The test's end of a studio.
struct Watch {
    events: UnboundedReceiver<Event>,
    may_end: Arc<Semaphore>,
}

impl Watch {
    /// Lets this many conversions end, now or when they come.
    fn let_end(&self, conversions: usize) {
        self.may_end.add_permits(conversions);
    }

    /// What has happened since it was asked last.
    fn news(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }
}

fn studio() -> (Worker<Studio>, Inbox, Switch, Watch) {
    let (events, seen) = unbounded_channel();
    let may_end = Arc::new(Semaphore::new(0));
    let (worker, inbox, switch) = worker(Studio { events, may_end: Arc::clone(&may_end) });
    (worker, inbox, switch, Watch { events: seen, may_end })
}

fn hand_in(inbox: &Inbox, videos: impl IntoIterator<Item = Video>) {
    for video in videos {
        assert_eq!(inbox.hand_in(video), Ok(()), "the worker has not ended, and refused a video");
    }
}

#[interleave::test]
async fn a_worker_that_is_stopped_begins_no_other_video() {
    let (worker, inbox, switch, mut watch) = studio();
    hand_in(&inbox, 1..=4);
    let running = tokio::spawn(worker.run());
    assert_eq!(watch.events.recv().await, Some(Begun(1)), "four videos wait, and 1 is the first");
    switch.stop();
    watch.let_end(4);
    let rest = running.await.unwrap();
    assert_eq!(watch.news(), [Done(1)], "it was stopped during the first of four videos; left: what it did after that");
    assert_eq!(rest, [2, 3, 4], "it was stopped during the first of four videos; left: what it gave back");
}

#[interleave::test]
async fn the_worker_looks_at_the_switch_after_each_video() {
    for last in 1..=5 {
        let (worker, inbox, switch, mut watch) = studio();
        hand_in(&inbox, 1..=5);
        let waker = CountingWaker::new();
        let mut running = pin!(worker.run());
        for video in 1..=last {
            assert!(waker.poll(running.as_mut()).is_pending(), "video {video} is being converted");
            let mut news = watch.news();
            assert_eq!(news.pop(), Some(Begun(video)), "one at a time, in their order; left: what was begun last");
            assert!(
                news.iter().all(|event| *event == Done(video - 1)),
                "one conversion was allowed to end; what happened: {news:?}"
            );
            if video == last {
                switch.stop();
            }
            watch.let_end(1);
        }
        let rest = match waker.poll(running.as_mut()) {
            Poll::Ready(rest) => rest,
            Poll::Pending => panic!("stopped during video {last}, and did not end after it: {:?}", watch.news()),
        };
        assert_eq!(rest, Vec::from_iter(last + 1..=5), "stopped during video {last} of 5; left: what it gave back");
        assert_eq!(watch.news(), [Done(last)], "stopped during video {last} of 5; left: what it did after that");
    }
}

#[interleave::test]
async fn the_video_that_is_being_converted_is_finished() {
    let (worker, inbox, switch, mut watch) = studio();
    hand_in(&inbox, [1]);
    let waker = CountingWaker::new();
    let mut running = pin!(worker.run());
    assert!(waker.poll(running.as_mut()).is_pending(), "a video is being converted");
    switch.stop();
    assert!(waker.poll(running.as_mut()).is_pending(), "stopped during a video, and did not wait for its end");
    watch.let_end(1);
    assert_eq!(waker.poll(running.as_mut()), Poll::Ready(vec![]), "stopped during the only video, which has ended");
    assert_eq!(watch.news(), [Begun(1), Done(1)], "stopped during a video; left: what became of it");
}

#[interleave::test]
async fn a_video_that_is_accepted_while_the_worker_stops_is_given_back() {
    let (worker, inbox, switch, mut watch) = studio();
    watch.let_end(1);
    switch.stop();
    let running = tokio::spawn(worker.run());
    let accepted = inbox.hand_in(1);
    let rest = running.await.unwrap();
    assert_eq!(watch.news(), NOTHING, "it was stopped before it ran; left: what it has done");
    match accepted {
        Ok(()) => assert_eq!(rest, [1], "a video was accepted while the worker stopped; left: what it gave back"),
        Err(video) => assert_eq!(
            (video, rest),
            (1, vec![]),
            "a video was refused; left: that video, and what the worker gave back"
        ),
    }
}

#[interleave::test]
async fn a_worker_that_has_ended_refuses_videos() {
    let (worker, inbox, switch, _watch) = studio();
    switch.stop();
    assert_eq!(worker.run().await, NO_VIDEO, "no video was handed in");
    assert_eq!(inbox.hand_in(7), Err(7), "the worker has ended; left: what became of another video");
}

#[interleave::test]
async fn a_worker_that_is_stopped_before_it_runs_begins_nothing() {
    let (worker, inbox, switch, mut watch) = studio();
    hand_in(&inbox, [1]);
    switch.stop();
    hand_in(&inbox, [2]);
    watch.let_end(2);
    assert_eq!(worker.run().await, [1, 2], "it was stopped before it ran; left: what it gave back");
    assert_eq!(watch.news(), NOTHING, "it was stopped before it ran; left: what it has done");
}

#[interleave::test(flavor = "current_thread")]
async fn an_idle_worker_sleeps_until_it_is_stopped() {
    let (worker, _inbox, switch, _watch) = studio();
    let waker = CountingWaker::new();
    let mut running = pin!(worker.run());
    assert!(waker.poll(running.as_mut()).is_pending(), "there is no video, and the worker was not stopped");
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(waker.wakes(), 0, "nothing happened for ten minutes; left: how often the worker was woken");
    switch.stop();
    assert!(waker.wakes() > 0, "an idle worker was stopped, and not woken");
    assert_eq!(waker.poll(running.as_mut()), Poll::Ready(vec![]), "an idle worker was stopped");
}

#[interleave::test]
async fn an_idle_worker_is_woken_by_a_video() {
    let (worker, inbox, _switch, mut watch) = studio();
    let waker = CountingWaker::new();
    let mut running = pin!(worker.run());
    for video in 1..=2 {
        assert!(waker.poll(running.as_mut()).is_pending(), "the worker was not stopped");
        let wakes = waker.wakes();
        hand_in(&inbox, [video]);
        assert!(waker.wakes() > wakes, "a video was handed in, and the idle worker was not woken");
        watch.let_end(1);
        assert!(waker.poll(running.as_mut()).is_pending(), "the worker was not stopped");
        assert_eq!(watch.news(), [Begun(video), Done(video)], "a video was handed in; left: what the worker did");
    }
}

#[interleave::test]
async fn a_stop_goes_before_a_video_that_comes_after_it() {
    let (worker, inbox, switch, mut watch) = studio();
    watch.let_end(1);
    let waker = CountingWaker::new();
    let mut running = pin!(worker.run());
    assert!(waker.poll(running.as_mut()).is_pending(), "there is no video, and the worker was not stopped");
    switch.stop();
    hand_in(&inbox, [1]);
    assert_eq!(
        waker.poll(running.as_mut()),
        Poll::Ready(vec![1]),
        "an idle worker was stopped, and then a video came; left: what it gave back"
    );
    assert_eq!(watch.news(), NOTHING, "an idle worker was stopped, and then a video came; left: what it did");
}

#[interleave::test]
async fn a_switch_that_is_dropped_stops_nothing() {
    let (worker, inbox, switch, mut watch) = studio();
    drop(switch);
    watch.let_end(3);
    let waker = CountingWaker::new();
    let mut running = pin!(worker.run());
    for video in 1..=3 {
        assert!(waker.poll(running.as_mut()).is_pending(), "the switch was dropped, and that ended the worker");
        hand_in(&inbox, [video]);
        assert!(waker.poll(running.as_mut()).is_pending(), "the switch was dropped, and that ended the worker");
        assert_eq!(watch.news(), [Begun(video), Done(video)], "the switch was dropped; left: what became of a video");
    }
    drop(inbox);
    assert_eq!(waker.poll(running.as_mut()), Poll::Ready(vec![]), "all videos are converted, and no inbox is left");
}

#[interleave::test]
async fn without_an_inbox_the_worker_converts_what_is_left() {
    let (worker, inbox, switch, mut watch) = studio();
    hand_in(&inbox.clone(), [1, 2]);
    drop(inbox);
    watch.let_end(2);
    assert_eq!(
        worker.run().await,
        NO_VIDEO,
        "no inbox is left, and the worker was not stopped; left: what it gave back"
    );
    assert_eq!(watch.news(), [Begun(1), Done(1), Begun(2), Done(2)], "two videos were left; left: what it did");
    drop(switch);
}

#[interleave::test]
async fn a_stop_counts_when_the_switch_is_dropped_after_it() {
    let (worker, inbox, switch, mut watch) = studio();
    hand_in(&inbox, [1, 2]);
    let waker = CountingWaker::new();
    let mut running = pin!(worker.run());
    assert!(waker.poll(running.as_mut()).is_pending(), "a video is being converted");
    switch.stop();
    drop(switch);
    watch.let_end(2);
    assert_eq!(
        waker.poll(running.as_mut()),
        Poll::Ready(vec![2]),
        "stopped during the first of two videos, and then the switch was dropped; left: what it gave back"
    );
    assert_eq!(watch.news(), [Begun(1), Done(1)], "stopped during the first of two videos; left: what it did");
}

#[interleave::test]
async fn a_stop_wakes_a_worker_that_is_about_to_sleep() {
    let (worker, _inbox, switch, _watch) = studio();
    let running = tokio::spawn(worker.run());
    switch.stop();
    assert_eq!(running.await.unwrap(), NO_VIDEO, "stopped without videos; left: what it gave back");
}

#[interleave::test]
async fn a_worker_that_has_ended_can_be_stopped_again() {
    let (worker, inbox, switch, _watch) = studio();
    hand_in(&inbox, [1]);
    switch.stop();
    switch.stop();
    assert_eq!(worker.run().await, [1], "stopped twice before it ran; left: what it gave back");
    switch.stop();
}

#[interleave::test]
async fn however_many_videos_wait_all_are_given_back() {
    let (worker, inbox, switch, _watch) = studio();
    hand_in(&inbox, 1..=300);
    switch.stop();
    let rest = worker.run().await;
    assert_eq!(rest.len(), 300, "300 videos waited when it was stopped; left: how many it gave back");
    assert_eq!(rest, Vec::from_iter(1..=300), "300 videos waited when it was stopped; left: what it gave back");
}

/// Converts each video at once, and stops the worker during one of them.
struct Quick {
    last: Video,
    switch: Arc<OnceLock<Switch>>,
}

impl Converter for Quick {
    async fn convert(&mut self, video: Video) {
        if video == self.last {
            self.switch.get().unwrap().stop();
        }
    }
}

/// After 128 operations without a wait, the next one of a tokio task is pending.
#[interleave::test]
async fn a_stop_counts_when_the_budget_of_the_task_is_used_up() {
    for last in 127..=129 {
        let its_switch = Arc::new(OnceLock::new());
        let (worker, inbox, switch) = worker(Quick { last, switch: Arc::clone(&its_switch) });
        assert!(its_switch.set(switch).is_ok());
        hand_in(&inbox, 1..=130);
        // From here on, this task has its whole budget.
        yield_now().await;
        let rest = worker.run().await;
        assert_eq!(rest, Vec::from_iter(last + 1..=130), "stopped during video {last} of 130; left: what it gave back");
    }
}
