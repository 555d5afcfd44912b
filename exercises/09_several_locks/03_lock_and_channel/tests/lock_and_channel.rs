use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use interleave::CountingWaker;
use lock_and_channel::News;
use tokio::sync::mpsc::channel;
use tokio::task::JoinHandle;

/// A task that adds one entry.
fn spawn_add(news: &Arc<News>, entry: &'static str) -> JoinHandle<()> {
    let news = Arc::clone(news);
    tokio::spawn(async move { news.add(entry).await })
}

// In all tests the test itself is the follower, if there is one.

/// The follower has read an announcement, so there is room for one, and looks at the entries. A task adds two meanwhile.
#[interleave::test]
async fn one_who_adds_and_one_who_follows_never_deadlock() {
    let (announce, mut announcements) = channel(1);
    let news = Arc::new(News::new(announce));
    news.add("one").await;
    assert_eq!(announcements.recv().await, Some(1), "one entry was added");
    let adding = tokio::spawn({
        let news = Arc::clone(&news);
        async move {
            news.add("two").await;
            news.add("three").await;
        }
    });
    let seen = news.entries().await;
    assert_eq!(seen[0], "one", "the first entry was announced, so it is there");
    assert_eq!(
        [announcements.recv().await, announcements.recv().await],
        [Some(2), Some(3)],
        "one task added two more entries"
    );
    adding.await.unwrap();
    assert_eq!(news.entries().await, ["one", "two", "three"], "three entries were added, in this order");
}

/// The same with two tasks that add one entry each.
#[interleave::test]
async fn two_who_add_and_one_who_follows_never_deadlock() {
    let (announce, mut announcements) = channel(1);
    let news = Arc::new(News::new(announce));
    news.add("one").await;
    assert_eq!(announcements.recv().await, Some(1), "one entry was added");
    let adding = ["two", "three"].map(|entry| spawn_add(&news, entry));
    let seen = news.entries().await;
    assert_eq!(seen[0], "one", "the first entry was announced, so it is there");
    assert_eq!(
        [announcements.recv().await, announcements.recv().await],
        [Some(2), Some(3)],
        "two tasks added an entry each"
    );
    for task in adding {
        task.await.unwrap();
    }
}

#[interleave::test]
async fn an_announced_entry_is_in_the_list() {
    let (announce, mut announcements) = channel(1);
    let news = Arc::new(News::new(announce));
    let adding = tokio::spawn({
        let news = Arc::clone(&news);
        async move {
            news.add("one").await;
            news.add("two").await;
        }
    });
    for _ in 0..2 {
        let announced = announcements.recv().await.expect("two entries are added, and each is announced");
        let entries = news.entries().await;
        assert!(
            entries.len() >= announced,
            "entry no. {announced} was announced, and the follower, who looked then, found {entries:?}",
        );
    }
    adding.await.unwrap();
}

#[interleave::test]
async fn each_entry_is_announced_with_its_number() {
    // Room for both, so no task waits for the channel.
    let (announce, mut announcements) = channel(2);
    let news = Arc::new(News::new(announce));
    let other = spawn_add(&news, "other");
    news.add("one").await;
    other.await.unwrap();
    let announced = [announcements.recv().await, announcements.recv().await];
    assert_eq!(announced, [Some(1), Some(2)], "two tasks added an entry each");
}

#[interleave::test]
async fn announcements_keep_their_order_when_the_channel_is_full() {
    let (announce, mut announcements) = channel(1);
    let news = Arc::new(News::new(announce));
    news.add("one").await;
    let adding = ["two", "three"].map(|entry| spawn_add(&news, entry));
    let mut announced = Vec::new();
    for _ in 0..3 {
        announced.extend(announcements.recv().await);
    }
    assert_eq!(announced, [1, 2, 3], "one unread announcement filled the channel, and two tasks added an entry each");
    for task in adding {
        task.await.unwrap();
    }
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
    assert_eq!(announced, [1, 2, 3], "three entries were added, and all announcements were read");
}

#[interleave::test]
async fn add_waits_asleep_while_the_channel_is_full() {
    let (announce, mut announcements) = channel(1);
    let news = News::new(announce);
    news.add("one").await;
    let task = CountingWaker::new();
    {
        let mut adding = pin!(news.add("two"));
        for _ in 0..10 {
            assert!(
                task.poll(adding.as_mut()).is_pending(),
                "the channel has room for one and is full; `add` returned"
            );
            tokio::task::yield_now().await;
        }
        assert_eq!(task.wakes(), 0, "the channel is full; left: how often the waiting `add` was woken meanwhile");
        assert_eq!(announcements.recv().await, Some(1), "the first entry was announced");
        adding.await;
    }
    assert_eq!(announcements.recv().await, Some(2), "there was room again, so the second entry was announced");
}

#[interleave::test(real_only)]
async fn add_waits_only_while_the_channel_is_full() {
    let (announce, mut announcements) = channel(1_000);
    let news = News::new(announce);
    let task = CountingWaker::new();
    for number in 1..=1_000 {
        let added = task.poll(pin!(news.add("entry"))).is_ready();
        assert!(added, "the channel has room for 1,000, {} announcements are unread, and `add` waits", number - 1);
        // tokio makes a task wait that does too much in one go.
        tokio::task::yield_now().await;
    }
    for number in 1..=1_000 {
        assert_eq!(announcements.try_recv(), Ok(number), "1,000 entries were added");
    }
}

#[interleave::test]
async fn without_a_follower_entries_are_added() {
    let (announce, announcements) = channel(1);
    let news = News::new(announce);
    news.add("one").await;
    let task = CountingWaker::new();
    {
        let mut waiting = pin!(news.add("two"));
        assert!(task.poll(waiting.as_mut()).is_pending(), "the channel is full");
        drop(announcements);
        waiting.await;
    }
    assert!(task.poll(pin!(news.add("three"))).is_ready(), "nobody follows any more, so there is nothing to wait for");
    assert_eq!(
        news.entries().await,
        ["one", "two", "three"],
        "the follower left after the first entry; two more were added, and belong into the list all the same"
    );
}

#[interleave::test]
async fn an_add_that_is_dropped_keeps_nothing() {
    let (announce, mut announcements) = channel(1);
    let news = News::new(announce);
    news.add("one").await;
    let (first, second) = (CountingWaker::new(), CountingWaker::new());
    {
        let mut behind = pin!(news.add("three"));
        {
            let mut dropped = pin!(news.add("two"));
            assert!(first.poll(dropped.as_mut()).is_pending(), "the channel is full");
            assert!(second.poll(behind.as_mut()).is_pending(), "the channel is full");
            // Here the first one is dropped, as a timeout does.
        }
        assert_eq!(announcements.recv().await, Some(1), "the first entry was announced");
        let added = behind.as_mut().poll(&mut std::task::Context::from_waker(&second.waker()));
        assert_eq!(added, Poll::Ready(()), "there is room, an `add` waits for it, and one before it has been dropped");
    }
    let entries = first.poll(pin!(news.entries()));
    let Poll::Ready(entries) = entries else { panic!("no `add` is under way, and the entries are locked") };
    assert_eq!(announcements.recv().await, Some(entries.len()), "an entry was added to those: {entries:?}");
}

#[interleave::test]
async fn two_news_share_nothing() {
    let (announce, _announcements) = channel(1);
    let news = News::new(announce);
    news.add("one").await;
    let task = CountingWaker::new();
    let mut waiting = pin!(news.add("two"));
    assert!(task.poll(waiting.as_mut()).is_pending(), "the channel is full");
    let (announce, mut announcements) = channel(1);
    let other = News::new(announce);
    let added = task.poll(pin!(other.add("other"))).is_ready();
    assert!(added, "the channel of these news is empty; `add` waits for that of others");
    assert_eq!(announcements.recv().await, Some(1), "these news have one entry");
    assert_eq!(other.entries().await, ["other"], "these news have one entry");
}
