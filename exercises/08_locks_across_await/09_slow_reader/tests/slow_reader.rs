use std::sync::{Arc, Weak};
use std::time::Duration;

use slow_reader::{Backend, Gateway};
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);

/// Answers with the request and its own number, after so many seconds.
struct Server {
    number: u32,
    seconds: u32,
    in_use: Arc<()>,
}

fn server(number: u32, seconds: u32) -> Server {
    Server { number, seconds, in_use: Arc::new(()) }
}

impl Backend for Server {
    async fn answer(&self, request: u32) -> u32 {
        let _in_use = Arc::clone(&self.in_use);
        if self.seconds > 0 {
            sleep(self.seconds * SECOND).await;
        }
        request * 10 + self.number
    }
}

/// A gateway with a route to each of these servers.
async fn gateway(routes: impl IntoIterator<Item = (&'static str, Server)>) -> Arc<Gateway<Server>> {
    let gateway = Gateway::new();
    for (host, server) in routes {
        gateway.route(host, server).await;
    }
    Arc::new(gateway)
}

/// Sends a request in a task of its own.
fn send(gateway: &Arc<Gateway<Server>>, host: &'static str, request: u32) -> tokio::task::JoinHandle<Option<u32>> {
    let gateway = Arc::clone(gateway);
    tokio::spawn(async move { gateway.forward(host, request).await })
}

#[interleave::test]
async fn a_slow_backend_delays_no_other_request() {
    let gateway = gateway([("slow", server(1, 60)), ("fast", server(2, 1))]).await;
    let start = Instant::now();
    let slow = send(&gateway, "slow", 1);
    sleep(SECOND).await;
    let added = tokio::spawn({
        let gateway = Arc::clone(&gateway);
        async move { gateway.route("new", server(3, 0)).await }
    });
    sleep(SECOND).await;
    assert_eq!(gateway.forward("fast", 2).await, Some(22), "left: the answer of the fast backend");
    assert_eq!(
        start.elapsed(),
        3 * SECOND,
        "after two seconds a request went to a backend that takes one; left: when it was answered. A slow request held \
         the lock, somebody waited for it in order to add a route, and this request waited for both",
    );
    added.await.unwrap();
    assert_eq!(slow.await.unwrap(), Some(11), "left: the answer of the slow backend");
    assert_eq!(start.elapsed(), 60 * SECOND, "left: when the slow backend had answered");
}

#[interleave::test]
async fn a_route_changes_at_once() {
    let gateway = gateway([("shop", server(1, 60)), ("blog", server(2, 60))]).await;
    let start = Instant::now();
    let requests = [send(&gateway, "shop", 5), send(&gateway, "blog", 5)];
    sleep(SECOND).await;
    gateway.route("shop", server(3, 0)).await;
    let answer = gateway.forward("shop", 6).await;
    assert!(gateway.remove("blog").await, "there was a route to `blog`, and `remove` found none");
    assert_eq!(start.elapsed(), SECOND, "two requests were under way, and `route` or `remove` waited for one of them");
    assert_eq!(answer, Some(63), "`shop` has a new backend, number 3; left: the answer to request 6");
    assert_eq!(gateway.forward("blog", 6).await, None, "the route to `blog` is gone; left: the answer to request 6");
    assert!(!gateway.remove("blog").await, "the route to `blog` was removed before, and again");
    for request in requests {
        request.await.unwrap();
    }
}

#[interleave::test]
async fn a_request_under_way_stays_with_its_backend() {
    let gateway = gateway([("shop", server(1, 2)), ("blog", server(2, 2))]).await;
    let requests = [send(&gateway, "shop", 5), send(&gateway, "blog", 5)];
    sleep(SECOND).await;
    gateway.route("shop", server(3, 2)).await;
    gateway.remove("blog").await;
    let [shop, blog] = requests.map(|request| async { request.await.unwrap() });
    let answers = (shop.await, blog.await);
    assert_eq!(
        answers,
        (Some(51), Some(52)),
        "`shop` got another backend, and `blog` lost its own, while requests were under way; left: their answers",
    );
}

#[interleave::test(real_only)]
async fn requests_to_one_backend_run_side_by_side() {
    let gateway = gateway([("shop", server(1, 3))]).await;
    let start = Instant::now();
    let requests: Vec<_> = (0..1_000).map(|request| send(&gateway, "shop", request)).collect();
    for (request, answer) in requests.into_iter().enumerate() {
        assert_eq!(answer.await.unwrap(), Some(request as u32 * 10 + 1), "left: the answer to request {request}");
    }
    assert_eq!(start.elapsed(), 3 * SECOND, "left: how long 1,000 requests took, to a backend that takes 3 s for each");
}

#[interleave::test]
async fn a_request_takes_as_long_as_its_backend() {
    let gateway = gateway([("report", server(1, 3_000))]).await;
    let start = Instant::now();
    assert_eq!(gateway.forward("report", 7).await, Some(71), "the backend takes 50 minutes; left: its answer");
    assert_eq!(start.elapsed(), 3_000 * SECOND, "left: how long the answer took");
    assert_eq!(gateway.forward("nowhere", 7).await, None, "there is no such route; left: the answer");
}

/// Whether a server still exists.
fn exists(server: &Weak<()>) -> bool {
    server.upgrade().is_some()
}

#[interleave::test]
async fn a_replaced_backend_is_dropped_after_its_last_request() {
    let (first, second) = (server(1, 2), server(2, 0));
    let [old, new] = [&first, &second].map(|server| Arc::downgrade(&server.in_use));
    let gateway = gateway([("shop", first)]).await;
    let request = send(&gateway, "shop", 1);
    sleep(SECOND).await;
    gateway.route("shop", second).await;
    assert_eq!(request.await.unwrap(), Some(11), "left: the answer to a request that was under way");
    assert!(!exists(&old), "the first backend was replaced, its last request is answered, and it is still there");
    gateway.remove("shop").await;
    assert!(!exists(&new), "the second backend has no request and no route, and it is still there");
}

#[interleave::test]
async fn a_request_keeps_no_backend_but_its_own() {
    let (shop, blog) = (server(1, 0), server(2, 0));
    let [old, removed] = [&shop, &blog].map(|server| Arc::downgrade(&server.in_use));
    let gateway = gateway([("shop", shop), ("blog", blog), ("slow", server(3, 60))]).await;
    let request = send(&gateway, "slow", 1);
    sleep(SECOND).await;
    gateway.route("shop", server(4, 0)).await;
    assert!(
        !exists(&old),
        "a backend without requests was replaced, and it is still there: a request to `slow` keeps it"
    );
    gateway.remove("blog").await;
    assert!(!exists(&removed), "the route to a backend without requests was removed, and the backend is still there");
    assert_eq!(request.await.unwrap(), Some(13), "left: the answer of the slow backend");
}

#[interleave::test]
async fn a_cancelled_request_is_over() {
    let server = server(1, 3);
    let in_use = Arc::downgrade(&server.in_use);
    let gateway = gateway([("shop", server)]).await;
    let cancelled = timeout(SECOND, gateway.forward("shop", 1)).await;
    assert!(cancelled.is_err(), "the backend takes three seconds, and it was asked for one");
    assert_eq!(in_use.strong_count(), 1, "the request was cancelled; left: who uses the backend, itself included");
    assert_eq!(gateway.forward("shop", 2).await, Some(21), "another request was cancelled before; left: the answer");
    gateway.remove("shop").await;
    assert!(!exists(&in_use), "the backend has no request and no route, and it is still there");
}

#[interleave::test(worker_threads = 2)]
async fn a_route_exists_while_another_one_is_added() {
    let gateway = gateway([("shop", server(1, 0))]).await;
    let other = tokio::spawn({
        let gateway = Arc::clone(&gateway);
        async move { gateway.route("blog", server(2, 0)).await }
    });
    let answer = gateway.forward("shop", 4).await;
    other.await.unwrap();
    assert_eq!(answer, Some(41), "another task added a route to `blog`; left: the answer to a request for `shop`");
}

#[interleave::test(worker_threads = 2)]
async fn a_route_exists_while_it_is_replaced() {
    let gateway = gateway([("shop", server(1, 0))]).await;
    let other = tokio::spawn({
        let gateway = Arc::clone(&gateway);
        async move { gateway.route("shop", server(2, 0)).await }
    });
    let answer = gateway.forward("shop", 4).await;
    other.await.unwrap();
    assert!(
        [Some(41), Some(42)].contains(&answer),
        "the route led to backend 1 and then to backend 2, and a request for it was answered with {answer:?}",
    );
}
