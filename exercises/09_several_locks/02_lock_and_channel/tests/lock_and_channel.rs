use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use lock_and_channel::News;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A follower: reads an announcement, looks at the entries, and so on, until it is told to stop and nothing is
/// left to read.
struct Follower {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Vec<(usize, Vec<String>)>>,
}

fn follow(news: &Arc<News>, mut announcements: Receiver<usize>) -> Follower {
    let news = Arc::clone(news);
    let (stop, mut stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let mut seen = Vec::new();
        loop {
            tokio::select! {
                biased;
                Some(announced) = announcements.recv() => seen.push((announced, news.entries().await)),
                _ = &mut stopped => return seen,
            }
        }
    });
    Follower { stop, task }
}

impl Follower {
    /// What it was told, and what it found each time.
    async fn stop(self) -> Vec<(usize, Vec<String>)> {
        self.stop.send(()).unwrap();
        self.task.await.unwrap()
    }
}

#[interleave::test]
async fn who_adds_and_who_follows_never_deadlock() {
    let (announce, announcements) = channel(1);
    let news = Arc::new(News::new(announce));
    let follower = follow(&news, announcements);
    for entry in ["one", "two", "three"] {
        news.add(entry).await;
    }
    follower.stop().await;
    assert_eq!(
        news.entries().await,
        ["one", "two", "three"],
        "the entries stand in the order in which they were added"
    );
}

#[interleave::test]
async fn what_is_announced_is_there() {
    let (announce, announcements) = channel(1);
    let news = Arc::new(News::new(announce));
    let follower = follow(&news, announcements);
    news.add("one").await;
    news.add("two").await;
    for (announced, entries) in follower.stop().await {
        assert!(
            entries.len() >= announced,
            "entry no. {announced} was announced, and whoever looked then found {entries:?}",
        );
    }
}

#[interleave::test]
async fn entries_are_announced_in_their_order() {
    let (announce, announcements) = channel(1);
    let news = Arc::new(News::new(announce));
    let follower = follow(&news, announcements);
    let other = tokio::spawn({
        let news = Arc::clone(&news);
        async move { news.add("other").await }
    });
    news.add("one").await;
    other.await.unwrap();
    let announced: Vec<usize> = follower.stop().await.into_iter().map(|(announced, _)| announced).collect();
    assert!(
        announced.is_sorted(),
        "two tasks added an entry each, and on the way to the channel one overtook the other: {announced:?}",
    );
}

#[interleave::test]
async fn each_entry_is_announced_by_its_own_number() {
    // Room for both, so that nobody has to wait for the channel.
    let (announce, mut announcements) = channel(2);
    let news = Arc::new(News::new(announce));
    let other = tokio::spawn({
        let news = Arc::clone(&news);
        async move { news.add("other").await }
    });
    news.add("one").await;
    other.await.unwrap();
    let announced = [announcements.recv().await, announcements.recv().await];
    assert_eq!(announced, [Some(1), Some(2)], "two tasks added an entry each, and each is announced with its number");
}

#[interleave::test]
async fn every_entry_is_announced() {
    let (announce, mut announcements) = channel(1);
    let news = News::new(announce);
    // The task owns the list, so the channel is closed when it has ended.
    let adding = tokio::spawn(async move {
        for entry in ["one", "two", "three"] {
            news.add(entry).await;
        }
    });
    let mut announced = Vec::new();
    while let Some(count) = announcements.recv().await {
        announced.push(count);
    }
    adding.await.unwrap();
    assert_eq!(announced, [1, 2, 3], "three entries were added, and somebody read announcements all the time");
}

#[interleave::test]
async fn a_full_channel_holds_up_whoever_adds() {
    let (announce, mut announcements) = channel(1);
    let news = News::new(announce);
    news.add("one").await;
    {
        let mut adding = pin!(news.add("two"));
        for _ in 0..10 {
            let waits = std::future::poll_fn(|context| Poll::Ready(adding.as_mut().poll(context).is_pending())).await;
            assert!(waits, "one announcement is unread and there is room for one: whoever adds more has to wait");
            tokio::task::yield_now().await;
        }
        assert_eq!(announcements.recv().await, Some(1), "the first entry was announced");
        adding.await;
    }
    assert_eq!(announcements.recv().await, Some(2), "there was room again, so the second entry was announced");
}
