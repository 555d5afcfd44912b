// Counting is not what is explored here, so the counter is `core`'s own.
use core::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;
#[cfg(feature = "explore")]
use std::time::Instant;

use match_clone::{Delivery, Reply, Webhooks};

/// How long a slow server takes.
const SLOW: Duration = Duration::from_secs(60);

/// What was posted: URLs and events.
type Posted = Arc<Mutex<Vec<(String, String)>>>;

/// Webhooks whose `post` notes what it gets, runs `reply`, and returns `Gone` for URLs with `old` in them.
fn webhooks(reply: impl Fn(&str) + Send + Sync + 'static) -> (Arc<Webhooks>, Posted) {
    let posted = Posted::default();
    let notes = Arc::clone(&posted);
    let webhooks = Webhooks::new(move |url, event| {
        notes.lock().unwrap().push((url.to_owned(), event.to_owned()));
        reply(url);
        if url.contains("old") { Reply::Gone } else { Reply::Ok }
    });
    (Arc::new(webhooks), posted)
}

fn read(posted: &Posted) -> Vec<(String, String)> {
    posted.lock().unwrap().clone()
}

/// Runs `other` on another thread and `own` on this one.
fn both<A: Send + 'static, B>(
    webhooks: &Arc<Webhooks>,
    other: impl FnOnce(&Webhooks) -> A + Send + 'static,
    own: impl FnOnce(&Webhooks) -> B,
) -> (A, B) {
    let theirs = Arc::clone(webhooks);
    let other = thread::spawn(move || other(&theirs));
    let own = own(webhooks);
    (other.join().unwrap(), own)
}

#[interleave::test]
fn a_url_that_is_gone_is_forgotten() {
    let (webhooks, posted) = webhooks(|_| {});
    webhooks.register(1, "old.example/pay");
    assert_eq!(
        webhooks.deliver(1, "paid"),
        Delivery::Gone,
        "the server replied `Gone` (left: what became of the event)"
    );
    assert_eq!(webhooks.url(1), None, "the URL of merchant 1 is gone, and merchant 1 still has it");
    assert_eq!(webhooks.deliver(1, "refunded"), Delivery::NoUrl, "the URL of merchant 1 is gone");
    assert_eq!(read(&posted).len(), 1, "the second event has no URL to be posted to (left: how many were posted)");
}

#[interleave::test]
fn only_the_merchant_of_the_event_loses_a_url_until_it_is_registered_again() {
    let (webhooks, posted) = webhooks(|_| {});
    webhooks.register(1, "old.example/pay");
    webhooks.register(2, "old.example/pay");
    assert_eq!(webhooks.deliver(1, "paid"), Delivery::Gone, "the server replied `Gone`");
    assert_eq!(
        webhooks.url(2).as_deref(),
        Some("old.example/pay"),
        "two merchants had the same URL; it was gone for merchant 1, and nothing was posted for merchant 2"
    );
    webhooks.register(1, "old.example/pay");
    assert_eq!(
        webhooks.deliver(1, "settled"),
        Delivery::Gone,
        "merchant 1 has registered its old URL again, so the event is posted, and the server replied `Gone` again"
    );
    assert_eq!(read(&posted).len(), 2, "two events were delivered, to a URL each (left: how many were posted)");
}

#[interleave::test]
fn an_event_is_posted_once_to_the_merchants_own_url() {
    let (webhooks, posted) = webhooks(|_| {});
    assert_eq!(webhooks.deliver(1, "early"), Delivery::NoUrl, "merchant 1 has no URL yet");
    webhooks.register(1, "first.example/pay");
    webhooks.register(2, "second.example/pay");
    assert_eq!(webhooks.deliver(1, "paid"), Delivery::Accepted, "the server replied `Ok`");
    assert_eq!(webhooks.deliver(2, "refunded"), Delivery::Accepted, "the server replied `Ok`");
    webhooks.register(1, "third.example/pay");
    assert_eq!(webhooks.deliver(1, "paid"), Delivery::Accepted, "the server replied `Ok`");
    let expected = [("first.example/pay", "paid"), ("second.example/pay", "refunded"), ("third.example/pay", "paid")];
    let expected: Vec<_> = expected.map(|(url, event)| (url.to_owned(), event.to_owned())).into();
    assert_eq!(read(&posted), expected, "three events were delivered, each once (left: what was posted)");
    assert_eq!(webhooks.url(1).as_deref(), Some("third.example/pay"), "merchant 1 has registered a third URL");
    assert_eq!(webhooks.url(2).as_deref(), Some("second.example/pay"), "the server of merchant 2 has replied `Ok`");
}

#[interleave::test]
fn a_slow_server_delays_no_other_delivery() {
    let (webhooks, _) = webhooks(|_| {
        // A minute of explore mode's clock takes no time.
        if cfg!(feature = "explore") {
            thread::sleep(SLOW);
        }
    });
    webhooks.register(1, "first.example/pay");
    webhooks.register(2, "second.example/pay");
    #[cfg(feature = "explore")]
    let start = Instant::now();
    let both = both(&webhooks, |webhooks| webhooks.deliver(1, "paid"), |webhooks| webhooks.deliver(2, "paid"));
    assert_eq!(both, (Delivery::Accepted, Delivery::Accepted), "two servers replied `Ok`");
    #[cfg(feature = "explore")]
    assert_eq!(start.elapsed(), SLOW, "two servers take a minute each, at the same time (left: how long both took)");
}

#[interleave::test]
fn events_for_one_merchant_are_posted_at_the_same_time() {
    // Each post waits until all three have begun.
    let (all, posted) = (Barrier::new(3), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&posted);
    let webhooks = Arc::new(Webhooks::new(move |_, _| {
        count.fetch_add(1, SeqCst);
        all.wait();
        Reply::Ok
    }));
    webhooks.register(1, "first.example/pay");
    let others = ["authorized", "paid"].map(|event| {
        let webhooks = Arc::clone(&webhooks);
        thread::spawn(move || webhooks.deliver(1, event))
    });
    let own = webhooks.deliver(1, "settled");
    let [first, second] = others.map(|other| other.join().unwrap());
    assert_eq!([own, first, second], [Delivery::Accepted; 3], "three events were posted to a server that replied `Ok`");
    assert_eq!(posted.load(SeqCst), 3, "three events, each posted once (left: how many were posted)");
}

#[interleave::test]
fn a_url_registered_during_the_post_is_kept() {
    let steps = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&steps);
    let (webhooks, _) = webhooks(move |url| {
        if url.contains("old") {
            theirs.wait();
            theirs.wait();
        }
    });
    webhooks.register(1, "old.example/pay");
    let (before, own) = both(
        &webhooks,
        move |webhooks| {
            steps.wait();
            let before = webhooks.url(1);
            webhooks.register(1, "new.example/pay");
            steps.wait();
            before
        },
        |webhooks| webhooks.deliver(1, "paid"),
    );
    assert_eq!(before.as_deref(), Some("old.example/pay"), "the old URL is registered until its server has replied");
    assert_eq!(own, Delivery::Gone, "the event was posted to the old URL, which is gone");
    let now = webhooks.url(1);
    assert_eq!(
        now.as_deref(),
        Some("new.example/pay"),
        "the old URL was gone, and meanwhile merchant 1 had registered a new one, which is to stay"
    );
}

#[interleave::test]
fn a_new_url_is_kept_when_it_comes_at_any_moment() {
    let (webhooks, posted) = webhooks(|_| {});
    webhooks.register(1, "old.example/pay");
    let ((), own) =
        both(&webhooks, |webhooks| webhooks.register(1, "new.example/pay"), |webhooks| webhooks.deliver(1, "paid"));
    let posted_to = read(&posted).into_iter().map(|(url, _)| url).collect::<Vec<_>>();
    let expected = if own == Delivery::Gone { "old.example/pay" } else { "new.example/pay" };
    assert_eq!(posted_to, [expected], "the event was posted to one of the two URLs, and `deliver` returned {own:?}");
    assert_eq!(webhooks.url(1).as_deref(), Some("new.example/pay"), "merchant 1 has registered a new URL");
}

#[interleave::test]
fn a_url_is_found_while_others_are_registered() {
    let (webhooks, _) = webhooks(|_| {});
    webhooks.register(1, "first.example/pay");
    let ((), (own, url)) = both(
        &webhooks,
        |webhooks| webhooks.register(2, "second.example/pay"),
        |webhooks| (webhooks.deliver(1, "paid"), webhooks.url(1)),
    );
    assert_eq!(own, Delivery::Accepted, "merchant 1 has a URL, and meanwhile merchant 2 registered one");
    assert_eq!(
        url.as_deref(),
        Some("first.example/pay"),
        "merchant 1 has a URL, and meanwhile merchant 2 registered one"
    );
    assert_eq!(webhooks.url(2).as_deref(), Some("second.example/pay"), "merchant 2 has registered this URL");
}

#[interleave::test]
fn a_url_is_forgotten_while_others_are_registered() {
    let (webhooks, _) = webhooks(|_| {});
    webhooks.register(1, "old.example/pay");
    both(&webhooks, |webhooks| webhooks.register(2, "second.example/pay"), |webhooks| webhooks.deliver(1, "paid"));
    assert_eq!(webhooks.url(1), None, "the URL of merchant 1 is gone, and meanwhile merchant 2 registered one");
}

#[interleave::test]
fn two_events_are_delivered_while_their_url_is_forgotten() {
    let (webhooks, posted) = webhooks(|_| {});
    webhooks.register(1, "old.example/pay");
    let both = both(&webhooks, |webhooks| webhooks.deliver(1, "paid"), |webhooks| webhooks.deliver(1, "settled"));
    let posts = read(&posted).len();
    let expected = match posts {
        2 => both == (Delivery::Gone, Delivery::Gone),
        _ => [(Delivery::Gone, Delivery::NoUrl), (Delivery::NoUrl, Delivery::Gone)].contains(&both),
    };
    assert!(expected, "the URL was gone, {posts} of two events were posted to it, and `deliver` returned {both:?}");
    assert_eq!(webhooks.url(1), None, "the URL of merchant 1 is gone");
}

#[interleave::test(real_only)]
fn any_number_of_merchants_has_a_url() {
    let (webhooks, _) = webhooks(|_| {});
    let url = |merchant: u32| format!("{}.example/pay", merchant.wrapping_mul(7));
    (0..2_000).for_each(|merchant| webhooks.register(merchant << 16, &url(merchant)));
    for merchant in 0..2_000 {
        assert_eq!(webhooks.url(merchant << 16), Some(url(merchant)), "2,000 merchants have a URL each");
    }
}

#[interleave::test]
fn two_services_do_not_wait_for_each_other() {
    let (there, _) = webhooks(|_| {});
    there.register(1, "there.example/pay");
    let theirs = Arc::clone(&there);
    // The server of a merchant here passes the event on with the other service.
    let (here, _) = webhooks(move |_| assert_eq!(theirs.deliver(1, "passed on"), Delivery::Accepted));
    assert_eq!(here.deliver(1, "paid"), Delivery::NoUrl, "merchant 1 of another service has a URL, this one has none");
    here.register(1, "here.example/pay");
    assert_eq!(here.deliver(1, "paid"), Delivery::Accepted, "the server replied `Ok`");
    assert_eq!(there.url(1).as_deref(), Some("there.example/pay"), "a URL was registered with another service");
}
