use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use interleave::{CountingWaker, histories};
use wake_outside::{Follower, Topic};

/// Polls a follower once, as `task`.
fn poll(follower: &mut Follower, task: &CountingWaker) -> Poll<String> {
    follower.poll_change(&mut Context::from_waker(&task.waker()))
}

/// What a poll returns that finds a new text.
fn new(text: &str) -> Poll<String> {
    Poll::Ready(text.to_owned())
}

#[interleave::test]
fn every_follower_that_waits_is_woken() {
    let topic = Topic::new();
    let (tasks, mut followers) = ([CountingWaker::new(), CountingWaker::new()], [topic.follow(), topic.follow()]);
    for text in ["rust", "rust", ""] {
        let before = tasks.each_ref().map(CountingWaker::wakes);
        for (follower, task) in followers.iter_mut().zip(&tasks) {
            assert_eq!(poll(follower, task), Poll::Pending, "left: a poll before the topic was set to {text:?}");
        }
        assert_eq!(tasks.each_ref().map(CountingWaker::wakes), before, "left: wakes before the topic was set");
        topic.set(text);
        assert_eq!(
            tasks.each_ref().map(CountingWaker::wakes),
            before.map(|wakes| wakes + 1),
            "left: how often two followers were woken when the topic was set to {text:?}, right: once more than before",
        );
        for (follower, task) in followers.iter_mut().zip(&tasks) {
            assert_eq!(poll(follower, task), new(text), "left: a poll after the topic was set to {text:?}");
        }
        assert_eq!(topic.text(), text, "left: the text of the topic, right: what it was set to");
    }
}

#[interleave::test]
fn a_follower_sees_the_latest_text_once() {
    let topic = Topic::new();
    topic.set("go");
    let (task, mut follower) = (CountingWaker::new(), topic.follow());
    assert_eq!(poll(&mut follower, &task), Poll::Pending, "left: the first poll; the topic was set before `follow`");
    topic.set("zig");
    topic.set("rust");
    assert_eq!(task.wakes(), 1, "left: how often a follower was woken that did not poll between two changes");
    assert_eq!(poll(&mut follower, &task), new("rust"), "left: a poll after the topic was set twice");
    assert_eq!(poll(&mut follower, &task), Poll::Pending, "left: the next poll; the change has been seen");
}

/// A follower whose toolkit polls it in `wake`, until it waits again.
struct Window {
    topic: Topic,
    follower: Mutex<Follower>,
    shown: Mutex<Vec<String>>,
}

impl Window {
    fn new(topic: &Topic) -> Arc<Self> {
        let window =
            Arc::new(Window { topic: topic.clone(), follower: Mutex::new(topic.follow()), shown: Mutex::default() });
        window.wake_by_ref();
        window
    }

    fn shown(&self) -> Vec<String> {
        self.shown.lock().unwrap().clone()
    }
}

impl Wake for Window {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let waker = Waker::from(Arc::clone(self));
        let polled = || self.follower.lock().unwrap().poll_change(&mut Context::from_waker(&waker));
        while let Poll::Ready(text) = polled() {
            // It asks the topic as well, which needs its lock.
            let _ = self.topic.text();
            self.shown.lock().unwrap().push(text);
        }
    }
}

#[interleave::test(steps = 1_000)]
fn a_waker_may_poll_its_follower_at_once() {
    let topic = Topic::new();
    let windows = [Window::new(&topic), Window::new(&topic), Window::new(&topic)];
    for text in ["rust", "locks"] {
        topic.set(text);
    }
    for window in &windows {
        assert_eq!(
            window.shown(),
            ["rust", "locks"],
            "left: what a window has shown, right: what the topic was set to"
        );
    }
}

/// A bot that changes the topic when it is woken, the first time.
struct Bot {
    topic: Topic,
    wakes: AtomicUsize,
}

impl Wake for Bot {
    fn wake(self: Arc<Self>) {
        if self.wakes.fetch_add(1, Ordering::SeqCst) == 0 {
            self.topic.set("no swearing");
        }
    }
}

#[interleave::test(steps = 1_000)]
fn a_waker_may_set_the_topic() {
    let topic = Topic::new();
    let bot = Arc::new(Bot { topic: topic.clone(), wakes: AtomicUsize::new(0) });
    let (window, mut follower) = (Window::new(&topic), topic.follow());
    let polled = follower.poll_change(&mut Context::from_waker(&Waker::from(Arc::clone(&bot))));
    assert_eq!(polled, Poll::Pending, "left: the first poll of a bot");
    topic.set("oh no");
    assert_eq!(bot.wakes.load(Ordering::SeqCst), 1, "left: how often a bot was woken that waited once");
    assert_eq!(topic.text(), "no swearing", "left: the text of the topic, right: what the bot set it to");
    let shown = window.shown();
    assert_eq!(
        shown.last().map(String::as_str),
        Some("no swearing"),
        "a window does not show the latest topic: {shown:?}"
    );
}

/// A host who welcomes a guest when it is woken: a new follower waits, and the host changes the topic.
struct Host {
    topic: Topic,
    guest_wakes: Mutex<Vec<usize>>,
}

impl Wake for Host {
    fn wake(self: Arc<Self>) {
        let (task, mut guest) = (CountingWaker::new(), self.topic.follow());
        let _ = poll(&mut guest, &task);
        self.topic.set("welcome");
        self.guest_wakes.lock().unwrap().push(task.wakes());
    }
}

#[interleave::test(steps = 1_000)]
fn a_change_in_a_waker_wakes_before_it_returns() {
    let topic = Topic::new();
    let host = Arc::new(Host { topic: topic.clone(), guest_wakes: Mutex::default() });
    let mut follower = topic.follow();
    let polled = follower.poll_change(&mut Context::from_waker(&Waker::from(Arc::clone(&host))));
    assert_eq!(polled, Poll::Pending, "left: the first poll of a host");
    topic.set("new guest");
    assert_eq!(
        *host.guest_wakes.lock().unwrap(),
        [1],
        "a host was woken once; its waker let a guest wait and set the topic; left: how often the guest had been woken \
         when `set` returned in that waker",
    );
}

/// A waker of an executor that looks at the topic when the last waker of a task is gone.
struct LooksAtTheEnd {
    topic: Topic,
    looks: Arc<AtomicUsize>,
}

impl Wake for LooksAtTheEnd {
    fn wake(self: Arc<Self>) {}
}

impl Drop for LooksAtTheEnd {
    fn drop(&mut self) {
        let _ = self.topic.text();
        self.looks.fetch_add(1, Ordering::SeqCst);
    }
}

impl LooksAtTheEnd {
    /// Such a waker, and how many of them have been dropped.
    fn waker(topic: &Topic) -> (Waker, Arc<AtomicUsize>) {
        let looks = Arc::default();
        (Waker::from(Arc::new(LooksAtTheEnd { topic: topic.clone(), looks: Arc::clone(&looks) })), looks)
    }
}

#[interleave::test]
fn a_replaced_waker_may_use_the_topic() {
    let topic = Topic::new();
    let mut follower = topic.follow();
    let (waker, looks) = LooksAtTheEnd::waker(&topic);
    assert_eq!(follower.poll_change(&mut Context::from_waker(&waker)), Poll::Pending, "left: the first poll");
    drop(waker);
    assert_eq!(
        looks.load(Ordering::SeqCst),
        0,
        "left: how many wakers were dropped, and the follower waits for a change"
    );
    let task = CountingWaker::new();
    assert_eq!(poll(&mut follower, &task), Poll::Pending, "left: a poll by another task");
    assert_eq!(looks.load(Ordering::SeqCst), 1, "left: how many wakers were dropped after another task had polled");
    topic.set("rust");
    assert_eq!(task.wakes(), 1, "left: how often the task was woken that polled last");
}

#[interleave::test]
fn the_waker_of_a_dropped_follower_may_use_the_topic() {
    let topic = Topic::new();
    let mut follower = topic.follow();
    let (waker, looks) = LooksAtTheEnd::waker(&topic);
    assert_eq!(follower.poll_change(&mut Context::from_waker(&waker)), Poll::Pending, "left: the first poll");
    drop(waker);
    drop(follower);
    assert_eq!(looks.load(Ordering::SeqCst), 1, "left: how many wakers were dropped with their follower");
}

#[interleave::test]
fn each_follower_keeps_one_waker_while_it_waits() {
    let topic = Topic::new();
    let task = CountingWaker::new();
    let mut followers = [topic.follow(), topic.follow()];
    for _ in 0..3 {
        for follower in &mut followers {
            assert_eq!(poll(follower, &task), Poll::Pending, "left: a poll before the topic was set");
        }
    }
    assert_eq!(task.kept(), 2, "left: how many wakers two followers keep that have polled three times each");
    let [first, _second] = followers;
    drop(first);
    assert_eq!(task.kept(), 1, "left: how many wakers are kept after one of two followers was dropped");
    topic.set("rust");
    assert_eq!(task.kept(), 0, "left: how many wakers are kept after the topic was set");
}

#[interleave::test(runtime = "smol")]
async fn a_change_on_another_thread_is_seen() {
    let topic = Topic::new();
    let mut follower = topic.follow();
    let other = thread::spawn({
        let topic = topic.clone();
        move || topic.set("rust")
    });
    let seen = poll_fn(|context| follower.poll_change(context)).await;
    assert_eq!(seen, "rust", "left: what the follower saw, right: what another thread set the topic to");
    other.join().unwrap();
}

#[interleave::test(steps = 1_000)]
fn two_threads_may_set_the_topic() {
    let topic = Topic::new();
    let window = Window::new(&topic);
    let other = thread::spawn({
        let topic = topic.clone();
        move || topic.set("locks")
    });
    topic.set("rust");
    other.join().unwrap();
    let (shown, text) = (window.shown(), topic.text());
    assert!(shown.contains(&text), "two threads set the topic at once, to {text:?} last; a window has shown {shown:?}");
}

#[interleave::test]
fn two_followers_that_begin_at_once_are_two() {
    let topic = Topic::new();
    let (here, there) = (CountingWaker::new(), CountingWaker::new());
    let elsewhere = thread::spawn({
        let (topic, waker) = (topic.clone(), there.waker());
        move || {
            let mut follower = topic.follow();
            assert_eq!(follower.poll_change(&mut Context::from_waker(&waker)), Poll::Pending, "left: a first poll");
            follower
        }
    });
    let mut follower = topic.follow();
    assert_eq!(poll(&mut follower, &here), Poll::Pending, "left: a first poll");
    let _other = elsewhere.join().unwrap();
    topic.set("rust");
    assert_eq!(
        [here.wakes(), there.wakes()],
        [1, 1],
        "left: how often two followers were woken by one change; they began to follow at once, on two threads",
    );
}

#[interleave::test]
fn two_topics_do_not_disturb_each_other() {
    let (topic, other) = (Topic::new(), Topic::new());
    let (task, waits) = (CountingWaker::new(), CountingWaker::new());
    let (mut follower, mut elsewhere) = (topic.follow(), other.follow());
    assert_eq!(poll(&mut follower, &task), Poll::Pending, "left: a poll before any topic was set");
    assert_eq!(poll(&mut elsewhere, &waits), Poll::Pending, "left: a poll before any topic was set");
    topic.set("rust");
    assert_eq!((waits.wakes(), waits.kept()), (0, 1), "left: wakes and wakers of a task that follows another topic");
    assert_eq!(poll(&mut elsewhere, &waits), Poll::Pending, "left: a poll of a follower of another topic");
    assert_eq!(poll(&mut follower, &task), new("rust"), "left: a poll after the topic was set");
    assert_eq!(other.text(), "", "left: the text of a topic that was never set");
}

/// What may happen to a topic and its followers.
#[derive(Debug)]
enum Step {
    Follow,
    Poll { follower: usize, task: usize },
    Drop { follower: usize },
    Set(usize),
}

/// A follower, whether there is a change that it has not seen, and which task waits for one.
struct Model {
    follower: Follower,
    news: bool,
    waits: Option<usize>,
}

#[derive(Default)]
struct Room {
    topic: Topic,
    text: String,
    tasks: [CountingWaker; 3],
    followers: Vec<Model>,
}

impl Room {
    fn step(&mut self, step: Step) -> Result<(), String> {
        let number = self.followers.len();
        let mut woken = [0; 3];
        let before = self.tasks.each_ref().map(CountingWaker::wakes);
        match step {
            Step::Follow => self.followers.push(Model { follower: self.topic.follow(), news: false, waits: None }),
            Step::Poll { follower, task } if follower < number => {
                let Model { follower, news, waits } = &mut self.followers[follower];
                let polled = poll(follower, &self.tasks[task]);
                let expected = if *news { new(&self.text) } else { Poll::Pending };
                (*waits, *news) = ((!*news).then_some(task), false);
                if polled != expected {
                    return Err(format!("a poll returned {polled:?}; the model says {expected:?}"));
                }
            }
            Step::Drop { follower } if follower < number => drop(self.followers.remove(follower)),
            Step::Set(text) => {
                self.text = format!("text {text}");
                self.topic.set(&self.text);
                for model in &mut self.followers {
                    model.news = true;
                    if let Some(task) = model.waits.take() {
                        woken[task] += 1;
                    }
                }
            }
            Step::Poll { .. } | Step::Drop { .. } => {}
        }
        for (task, counter) in self.tasks.iter().enumerate() {
            let kept = self.followers.iter().filter(|model| model.waits == Some(task)).count();
            let (seen, expected) = ((counter.wakes() - before[task], counter.kept()), (woken[task], kept));
            if seen != expected {
                return Err(format!("wakes and kept wakers of task {task}: {seen:?}; the model says {expected:?}"));
            }
        }
        Ok(())
    }
}

#[interleave::test]
fn any_history_is_like_the_model() {
    histories(
        |draws| match draws.below(8) {
            0 => Step::Follow,
            1..=4 => Step::Poll { follower: draws.below(3), task: draws.below(3) },
            5 => Step::Drop { follower: draws.below(3) },
            _ => Step::Set(draws.below(3)),
        },
        Room::default,
        Room::step,
    );
}
