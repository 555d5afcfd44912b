use std::sync::{Arc, Mutex};
use std::thread;

use downgrade::{on_tokio, threads};

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
    assert_eq!([here.as_str(), &other.join().unwrap()], ["his", "hers"], "two threads published a text each");
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
    assert_eq!([seen.as_str(), &published.text], ["his", "his"], "left what a reader saw, right what was published");
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
    assert_eq!(last, Some(page.current().text), "left what was seen last under a guard, right what is on the page");
}

#[interleave::test]
fn each_text_is_put_in_once_on_threads() {
    let page = Arc::new(threads::Page::new());
    let other = {
        let page = Arc::clone(&page);
        thread::spawn(move || drop(page.publish("hers")))
    };
    drop(page.publish("his"));
    other.join().unwrap();
    assert_eq!(page.current().revision, 2, "two texts were published");
}

#[interleave::test]
async fn a_publisher_sees_its_own_text_on_tokio() {
    let page = Arc::new(on_tokio::Page::new());
    let other = {
        let page = Arc::clone(&page);
        tokio::spawn(async move { page.publish("hers").await.text.clone() })
    };
    let here = page.publish("his").await.text.clone();
    assert_eq!([here.as_str(), &other.await.unwrap()], ["his", "hers"], "two tasks published a text each");
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
    assert_eq!([seen.as_str(), &published.text], ["his", "his"], "left what a reader saw, right what was published");
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
    assert_eq!(last, Some(current), "left what was seen last under a guard, right what is on the page");
}

#[interleave::test]
async fn each_text_is_put_in_once_on_tokio() {
    let page = Arc::new(on_tokio::Page::new());
    let other = {
        let page = Arc::clone(&page);
        tokio::spawn(async move { drop(page.publish("hers").await) })
    };
    drop(page.publish("his").await);
    other.await.unwrap();
    assert_eq!(page.current().await.revision, 2, "two texts were published");
}
