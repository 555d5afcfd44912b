// What a publisher has done is only looked at when all others sleep, so the mark is `core`'s own.
use core::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use downgrade::{Text, on_tokio, threads};
use interleave::CountingWaker;

/// What the publishers saw on the page while their guards lived, in order.
type Seen = Mutex<Vec<String>>;

#[interleave::test]
fn a_publisher_sees_its_own_text_on_threads() {
    let page = Arc::new(threads::Page::new());
    let other = {
        let page = Arc::clone(&page);
        thread::spawn(move || page.publish("hers").text.clone())
    };
    let here = page.publish("his").text.clone();
    let both = [here.as_str(), &other.join().unwrap()];
    assert_eq!(both, ["his", "hers"], "left: what two publishers saw, right: what each of them had published");
}

#[interleave::test]
fn others_read_while_the_guard_lives_on_threads() {
    let page = Arc::new(threads::Page::new());
    let published = page.publish("his");
    let reader = {
        let page = Arc::clone(&page);
        thread::spawn(move || page.current().text)
    };
    let seen = reader.join().unwrap();
    assert_eq!([seen.as_str(), &published.text], ["his", "his"], "left: what a reader and the publisher saw");
}

#[interleave::test]
fn the_text_stays_while_the_guard_lives_on_threads() {
    let (page, seen) = (Arc::new(threads::Page::new()), Arc::new(Seen::default()));
    let publish = |page: &threads::Page, seen: &Seen, text: &str| {
        let published = page.publish(text);
        thread::yield_now();
        seen.lock().unwrap().push(published.text.clone());
    };
    let other = {
        let (page, seen) = (Arc::clone(&page), Arc::clone(&seen));
        thread::spawn(move || publish(&page, &seen, "hers"))
    };
    publish(&page, &seen, "his");
    other.join().unwrap();
    let last = seen.lock().unwrap().last().cloned();
    let current = page.current().text;
    assert_eq!(last, Some(current), "left: what was seen last under a guard, right: what is on the page");
}

#[interleave::test]
fn a_publisher_sleeps_while_the_guard_lives_on_threads() {
    let (page, has_published) = (Arc::new(threads::Page::new()), Arc::new(AtomicBool::new(false)));
    let published = page.publish("his");
    let other = {
        let (page, has_published) = (Arc::clone(&page), Arc::clone(&has_published));
        thread::spawn(move || {
            drop(page.publish("hers"));
            has_published.store(true, SeqCst);
        })
    };
    // A thread that tries again and again never settles.
    interleave::settle();
    assert!(!has_published.load(SeqCst), "another thread has published while the guard of the first text lives");
    assert_eq!(published.text, "his", "left: the text under the guard while another thread waits to publish");
    drop(published);
    other.join().unwrap();
    assert_eq!(page.current().text, "hers", "left: the text after the guard was dropped and another thread published");
}

#[interleave::test]
fn a_reader_sees_the_page_before_or_after_a_text_on_threads() {
    let page = Arc::new(threads::Page::new());
    drop(page.publish("old"));
    let other = {
        let page = Arc::clone(&page);
        thread::spawn(move || drop(page.publish("new")))
    };
    let current = page.current();
    other.join().unwrap();
    let seen = (current.text.as_str(), current.revision);
    assert!([("old", 1), ("new", 2)].contains(&seen), "a second text was published, and a reader saw {seen:?}");
}

#[interleave::test]
fn each_text_is_published_once_on_threads() {
    let page = Arc::new(threads::Page::new());
    let other = {
        let page = Arc::clone(&page);
        thread::spawn(move || drop(page.publish("hers")))
    };
    drop(page.publish("his"));
    other.join().unwrap();
    assert_eq!(page.current().revision, 2, "left: the revision after two texts were published");
}

#[interleave::test]
fn every_text_counts_on_threads() {
    let page = threads::Page::new();
    assert_eq!(page.current(), Text::default(), "left: a new page");
    for (i, text) in ["a", "b", "b", "", "", "a"].into_iter().enumerate() {
        let revision = i as u32 + 1;
        let published = page.publish(text);
        assert_eq!(
            (&*published.text, published.revision),
            (text, revision),
            "left: what the publisher of {text:?} saw"
        );
        drop(published);
        let current = page.current();
        assert_eq!(
            (&*current.text, current.revision),
            (text, revision),
            "left: what a reader saw after {text:?} was published"
        );
    }
}

#[interleave::test]
fn two_pages_do_not_disturb_each_other_on_threads() {
    let (page, other) = (threads::Page::new(), threads::Page::new());
    let published = page.publish("his");
    // The guard keeps publishers from its own page only.
    drop(other.publish("hers"));
    assert_eq!(other.current().text, "hers", "left: what is on the second page");
    assert_eq!(published.text, "his", "left: what is on the first page");
}

#[interleave::test]
async fn a_publisher_sees_its_own_text_on_tokio() {
    let page = Arc::new(on_tokio::Page::new());
    let other = {
        let page = Arc::clone(&page);
        tokio::spawn(async move { page.publish("hers").await.text.clone() })
    };
    let here = page.publish("his").await.text.clone();
    let both = [here.as_str(), &other.await.unwrap()];
    assert_eq!(both, ["his", "hers"], "left: what two publishers saw, right: what each of them had published");
}

#[interleave::test]
async fn others_read_while_the_guard_lives_on_tokio() {
    let page = Arc::new(on_tokio::Page::new());
    let published = page.publish("his").await;
    let reader = {
        let page = Arc::clone(&page);
        tokio::spawn(async move { page.current().await.text })
    };
    let seen = reader.await.unwrap();
    assert_eq!([seen.as_str(), &published.text], ["his", "his"], "left: what a reader and the publisher saw");
}

#[interleave::test]
async fn the_text_stays_while_the_guard_lives_on_tokio() {
    let (page, seen) = (Arc::new(on_tokio::Page::new()), Arc::new(Seen::default()));
    let publish = async |page: Arc<on_tokio::Page>, seen: Arc<Seen>, text: &'static str| {
        let published = page.publish(text).await;
        tokio::task::yield_now().await;
        seen.lock().unwrap().push(published.text.clone());
    };
    let other = tokio::spawn(publish(Arc::clone(&page), Arc::clone(&seen), "hers"));
    publish(Arc::clone(&page), Arc::clone(&seen), "his").await;
    other.await.unwrap();
    let last = seen.lock().unwrap().last().cloned();
    let current = page.current().await.text;
    assert_eq!(last, Some(current), "left: what was seen last under a guard, right: what is on the page");
}

#[interleave::test]
async fn a_publisher_sleeps_while_the_guard_lives_on_tokio() {
    let (page, other) = (on_tokio::Page::new(), CountingWaker::new());
    let published = page.publish("his").await;
    let mut hers = Box::pin(page.publish("hers"));
    assert!(
        other.poll(hers.as_mut()).is_pending(),
        "another task has published while the guard of the first text lives"
    );
    tokio::time::sleep(Duration::from_secs(50 * 60)).await;
    assert_eq!(other.wakes(), 0, "left: how often the waiting publisher was woken while the guard lives");
    assert_eq!(published.text, "his", "left: the text under the guard while another task waits to publish");
    drop(published);
    assert_eq!(hers.await.text, "hers", "left: the text after the guard was dropped and another task published");
}

#[interleave::test]
async fn a_publisher_that_is_dropped_publishes_nothing_on_tokio() {
    for is_its_turn in [false, true] {
        let (page, other) = (on_tokio::Page::new(), CountingWaker::new());
        let published = page.publish("his").await;
        let mut hers = Box::pin(page.publish("hers"));
        assert!(
            other.poll(hers.as_mut()).is_pending(),
            "another task has published while the guard of the first text lives"
        );
        if is_its_turn {
            drop(published);
            drop(hers);
        } else {
            drop(hers);
            drop(published);
        }
        let current = page.current().await;
        let seen = (current.text.as_str(), current.revision);
        assert_eq!(seen, ("his", 1), "left: the page after a second publisher was dropped while it waited");
        let next = page.publish("next").await;
        let seen = (next.text.as_str(), next.revision);
        assert_eq!(seen, ("next", 2), "left: the page after a dropped publisher and another one that was not");
    }
}

#[interleave::test]
async fn a_reader_sees_the_page_before_or_after_a_text_on_tokio() {
    let page = Arc::new(on_tokio::Page::new());
    drop(page.publish("old").await);
    let other = {
        let page = Arc::clone(&page);
        tokio::spawn(async move { drop(page.publish("new").await) })
    };
    let current = page.current().await;
    other.await.unwrap();
    let seen = (current.text.as_str(), current.revision);
    assert!([("old", 1), ("new", 2)].contains(&seen), "a second text was published, and a reader saw {seen:?}");
}

#[interleave::test]
async fn each_text_is_published_once_on_tokio() {
    let page = Arc::new(on_tokio::Page::new());
    let other = {
        let page = Arc::clone(&page);
        tokio::spawn(async move { drop(page.publish("hers").await) })
    };
    drop(page.publish("his").await);
    other.await.unwrap();
    assert_eq!(page.current().await.revision, 2, "left: the revision after two texts were published");
}

#[interleave::test]
async fn every_text_counts_on_tokio() {
    let page = on_tokio::Page::new();
    assert_eq!(page.current().await, Text::default(), "left: a new page");
    for (i, text) in ["a", "b", "b", "", "", "a"].into_iter().enumerate() {
        let revision = i as u32 + 1;
        let published = page.publish(text).await;
        assert_eq!(
            (&*published.text, published.revision),
            (text, revision),
            "left: what the publisher of {text:?} saw"
        );
        drop(published);
        let current = page.current().await;
        assert_eq!(
            (&*current.text, current.revision),
            (text, revision),
            "left: what a reader saw after {text:?} was published"
        );
    }
}

#[interleave::test]
async fn two_pages_do_not_disturb_each_other_on_tokio() {
    let (page, other) = (on_tokio::Page::new(), on_tokio::Page::new());
    let published = page.publish("his").await;
    // The guard keeps publishers from its own page only.
    drop(other.publish("hers").await);
    assert_eq!(other.current().await.text, "hers", "left: what is on the second page");
    assert_eq!(published.text, "his", "left: what is on the first page");
}
