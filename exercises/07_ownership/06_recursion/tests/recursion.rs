use std::iter::repeat_n;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use recursion::{Check, Links, Site};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep};

const LOAD: Duration = Duration::from_secs(1);

/// A site of these pages, each with its links. Loading takes `LOAD`. The test can see what has been loaded.
#[derive(Clone)]
struct Pages {
    links: &'static [(&'static str, &'static [&'static str])],
    loaded: Arc<Mutex<Vec<String>>>,
}

impl Pages {
    fn new(links: &'static [(&'static str, &'static [&'static str])]) -> Self {
        Self { links, loaded: Arc::default() }
    }

    /// What has been loaded, sorted.
    fn loaded(&self) -> Vec<String> {
        let mut loaded = self.loaded.lock().unwrap().clone();
        loaded.sort();
        loaded
    }
}

impl Site for Pages {
    fn load<'a>(&'a self, page: &'a str) -> Links<'a> {
        Box::pin(async move {
            self.loaded.lock().unwrap().push(page.to_owned());
            sleep(LOAD).await;
            let (_, links) = self.links.iter().find(|(name, _)| *name == page).expect("only linked pages are loaded");
            links.iter().map(|link| (*link).to_owned()).collect()
        })
    }
}

/// A site whose pages are numbers, and each links to the next one.
struct Chain(u32);

impl Site for Chain {
    fn load<'a>(&'a self, page: &'a str) -> Links<'a> {
        Box::pin(async move {
            let next = page.parse::<u32>().expect("pages are numbers") + 1;
            if next < self.0 { vec![next.to_string()] } else { Vec::new() }
        })
    }
}

/// A site whose pages `home` and `shop` link to themselves, some times, and then to 200 others. Loading takes no time.
struct Wide {
    links_to_itself: usize,
    loaded: Arc<Mutex<Vec<String>>>,
}

impl Site for Wide {
    fn load<'a>(&'a self, page: &'a str) -> Links<'a> {
        Box::pin(async move {
            self.loaded.lock().unwrap().push(page.to_owned());
            let others = if page.parse::<u32>().is_ok() { 0 } else { 200 };
            let itself = repeat_n(page.to_owned(), self.links_to_itself);
            itself.chain((0..others).map(|other| other.to_string())).collect()
        })
    }
}

#[interleave::test]
async fn all_pages_that_can_be_reached_are_loaded() {
    let site = Pages::new(&[
        ("home", &["news", "shop"]),
        ("news", &["archive"]),
        ("archive", &[]),
        ("shop", &["cart"]),
        ("cart", &["terms"]),
        ("terms", &[]),
        ("draft", &["home"]),
    ]);
    let check = Check::new(site.clone());
    check.visit("home").await;
    let expected = ["archive", "cart", "home", "news", "shop", "terms"];
    assert_eq!(
        site.loaded(),
        expected,
        "left: the pages that were loaded; right: those that can be reached from `home`"
    );
    assert_eq!(check.seen().await, expected, "left: what `seen` returned; right: the pages that were loaded");
}

#[interleave::test]
async fn each_page_is_loaded_once() {
    let site = Pages::new(&[
        ("home", &["home", "news", "shop"]),
        ("news", &["terms", "home"]),
        ("shop", &["terms", "news", "terms"]),
        ("terms", &["home"]),
    ]);
    let check = Check::new(site.clone());
    check.visit("home").await;
    check.visit("shop").await;
    assert_eq!(
        site.loaded(),
        ["home", "news", "shop", "terms"],
        "left: the pages that were loaded; right: all pages, each once, although several pages link to each of them",
    );
}

#[interleave::test]
async fn two_visits_load_each_page_once() {
    let site = Pages::new(&[("home", &["terms"]), ("shop", &["terms"]), ("terms", &["home"])]);
    let check = Rc::new(Check::new(site.clone()));
    let tasks = LocalSet::new();
    for page in ["home", "shop"] {
        let check = Rc::clone(&check);
        tasks.spawn_local(async move { check.visit(page).await });
    }
    tasks.await;
    assert_eq!(
        site.loaded(),
        ["home", "shop", "terms"],
        "two tasks visited `home` and `shop` at the same time, and both pages link to `terms`; left: what was loaded",
    );
}

#[interleave::test]
async fn two_visits_load_at_the_same_time() {
    let site = Pages::new(&[("news", &["archive"]), ("archive", &[]), ("shop", &["cart"]), ("cart", &[])]);
    let check = Check::new(site);
    let start = Instant::now();
    tokio::join!(check.visit("news"), check.visit("shop"));
    assert_eq!(
        start.elapsed(),
        LOAD * 2,
        "each of two visits at the same time loaded two pages; left: how long both took; right: how long one takes",
    );
}

#[interleave::test]
async fn seen_can_be_read_during_a_visit() {
    let site = Pages::new(&[("news", &["archive", "terms"]), ("archive", &[]), ("terms", &[])]);
    let check = Rc::new(Check::new(site.clone()));
    let tasks = LocalSet::new();
    tasks
        .run_until(async {
            let visitor = Rc::clone(&check);
            let visit = spawn_local(async move { visitor.visit("news").await });
            let start = Instant::now();
            sleep(LOAD / 2).await;
            let first = check.seen().await;
            sleep(LOAD).await;
            let (both, loading) = (check.seen().await, site.loaded());
            assert_eq!(
                start.elapsed(),
                LOAD + LOAD / 2,
                "`seen` was called while a page was being loaded, and had to wait"
            );
            assert_eq!(first, ["news"], "left: what `seen` returned while `news` was being loaded");
            assert_eq!(
                both, loading,
                "`news` has been loaded, and it links to `archive` and `terms`; left: what `seen` returned half a second \
                later; right: the pages that have been loaded or are being loaded"
            );
            visit.await.expect("the visit panicked");
        })
        .await;
}

#[interleave::test(real_only)]
async fn two_visits_of_many_links_load_each_page_once() {
    // Now and then tokio suspends a busy task, even at a lock that is free. One more link moves that to the next lock.
    for links_to_itself in 0..2 {
        let loaded = Arc::default();
        let check = Rc::new(Check::new(Wide { links_to_itself, loaded: Arc::clone(&loaded) }));
        let tasks = LocalSet::new();
        for page in ["home", "shop"] {
            let check = Rc::clone(&check);
            tasks.spawn_local(async move { check.visit(page).await });
        }
        tasks.await;
        let mut pages = loaded.lock().unwrap().clone();
        let loads = pages.len();
        pages.sort();
        pages.dedup();
        assert_eq!(pages.len(), 202, "`home` and `shop` link to 200 pages; left: how many pages were loaded");
        assert_eq!(
            loads, 202,
            "two tasks visited `home` and `shop` at the same time, and both link to the same 200 pages; left: how many \
            loads there were; right: how many pages. A task may be suspended at every `.await`, also if the lock is free"
        );
    }
}

#[interleave::test]
async fn two_checks_share_nothing() {
    let sites = [Pages::new(&[("home", &[])]), Pages::new(&[("home", &[])])];
    for site in &sites {
        Check::new(site.clone()).visit("home").await;
    }
    let loaded = sites.each_ref().map(Pages::loaded);
    assert_eq!(loaded, [["home"], ["home"]], "two sites have a page `home` each, and each site has a check of its own");
}

#[interleave::test(real_only)]
async fn a_long_chain_is_followed_to_its_end() {
    let check = Check::new(Chain(500));
    check.visit("0").await;
    assert_eq!(check.seen().await.len(), 500, "each of 500 pages links to the next one; left: how many were seen");
}
