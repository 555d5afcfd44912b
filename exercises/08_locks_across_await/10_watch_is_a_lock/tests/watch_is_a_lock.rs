use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use watch_is_a_lock::{Progress, Screen};

const SECOND: Duration = Duration::from_secs(1);

/// Notes what it shows, and the second in which it began to. Drawing takes so many seconds.
struct Notes {
    seconds: u32,
    start: Instant,
    shown: Vec<(u64, u64)>,
}

fn screen(seconds: u32) -> Notes {
    Notes { seconds, start: Instant::now(), shown: Vec::new() }
}

impl Screen for Notes {
    async fn show(&mut self, records: u64) {
        self.shown.push((records, self.start.elapsed().as_secs()));
        if self.seconds > 0 {
            sleep(self.seconds * SECOND).await;
        }
    }
}

/// Notes what it shows, at once and without a clock.
#[derive(Default)]
struct Quick(Vec<u64>);

impl Screen for Quick {
    async fn show(&mut self, records: u64) {
        self.0.push(records);
    }
}

#[interleave::test]
async fn a_slow_screen_stops_nobody() {
    let progress = Progress::new();
    let (mut follower, mut screen) = (progress.follower(), screen(3));
    tokio::join!(follower.show_on(&mut screen), async move {
        sleep(SECOND).await; // while the first count is being shown
        progress.add(5);
        assert_eq!(progress.records(), 5, "five records were added; left: the count");
    });
    assert_eq!(screen.shown, [(0, 0), (5, 3)], "left: the counts shown, and the second in which each was begun");
}

#[interleave::test]
async fn a_follower_shows_what_was_added() {
    let progress = Progress::new();
    let (mut follower, mut screen) = (progress.follower(), screen(0));
    tokio::join!(follower.show_on(&mut screen), async move {
        for more in [1, 10, 100] {
            sleep(SECOND + SECOND / 2).await;
            progress.add(more);
        }
    });
    assert_eq!(
        screen.shown,
        [(0, 0), (1, 1), (11, 3), (111, 4)],
        "records were added after 1.5, 3 and 4.5 seconds; left: the counts shown, and the second in which each was",
    );
}

#[interleave::test]
async fn a_slow_screen_skips_counts() {
    let progress = Progress::new();
    let (mut follower, mut screen) = (progress.follower(), screen(10));
    tokio::join!(follower.show_on(&mut screen), async move {
        for _ in 0..5 {
            sleep(SECOND).await;
            progress.add(2);
        }
        sleep(60 * SECOND).await;
    });
    assert_eq!(
        screen.shown,
        [(0, 0), (10, 10)],
        "two records came each second, and showing one count takes ten; left: the counts shown, and when",
    );
}

#[interleave::test]
async fn a_count_is_not_shown_twice() {
    let progress = Progress::new();
    let (mut follower, mut screen) = (progress.follower(), Quick::default());
    progress.add(4);
    tokio::join!(follower.show_on(&mut screen), async move {
        sleep(SECOND).await;
        drop(progress);
    });
    assert_eq!(
        screen.0,
        [4],
        "four records were added before the screen was on, and none afterwards; left: the counts"
    );
}

#[interleave::test]
async fn a_follower_may_come_later() {
    let progress = Progress::new();
    progress.add(3);
    progress.add(4);
    assert_eq!(progress.records(), 7, "nobody followed while three and four were added; left: the count");
    let mut follower = progress.follower();
    drop(progress);
    let mut screen = Quick::default();
    follower.show_on(&mut screen).await;
    assert_eq!(screen.0, [7], "the import had ended before it was followed; left: the counts shown");
}

#[interleave::test]
async fn two_followers_show_the_same() {
    let progress = Progress::new();
    let mut followers = [(); 2].map(|()| (progress.follower(), screen(0)));
    let [(first, one), (second, other)] = &mut followers;
    tokio::join!(first.show_on(one), second.show_on(other), async move {
        sleep(SECOND).await;
        progress.add(6);
        sleep(SECOND).await;
    });
    for (_, screen) in followers {
        assert_eq!(screen.shown, [(0, 0), (6, 1)], "left: what one of two followers showed, and when");
    }
}

#[interleave::test]
fn no_record_is_lost() {
    let progress = Arc::new(Progress::new());
    let other = {
        let progress = Arc::clone(&progress);
        thread::spawn(move || progress.add(3))
    };
    progress.add(5);
    let seen = progress.records();
    other.join().unwrap();
    assert!([5, 8].contains(&seen), "this thread has added 5, and another one may have added 3; the count was {seen}");
    assert_eq!(progress.records(), 8, "one thread added 3 and another one 5; left: the count");
}

#[interleave::test]
async fn the_last_count_is_shown() {
    let progress = Progress::new();
    let (mut follower, mut screen) = (progress.follower(), Quick::default());
    let import = thread::spawn(move || progress.add(5));
    follower.show_on(&mut screen).await;
    import.join().unwrap();
    let shown = screen.0;
    assert_eq!(shown.last(), Some(&5), "another thread added five and ended; the counts shown: {shown:?}");
    assert!(shown.is_sorted_by(|a, b| a < b), "a count was shown twice, or it went back: {shown:?}");
}

#[interleave::test]
async fn the_last_count_of_two_threads_is_shown() {
    let progress = Arc::new(Progress::new());
    let (mut follower, mut screen) = (progress.follower(), Quick::default());
    let imports = [2, 3].map(|more| {
        let progress = Arc::clone(&progress);
        thread::spawn(move || progress.add(more))
    });
    drop(progress);
    // Only afterwards is the screen on. Counts that are shown meanwhile are those of one thread, in the test above.
    for import in imports {
        import.join().unwrap();
    }
    follower.show_on(&mut screen).await;
    assert_eq!(screen.0, [5], "one thread had added two and another one three; left: the counts shown");
}

#[interleave::test]
async fn each_progress_has_its_own_count() {
    let (one, other) = (Progress::new(), Progress::new());
    one.add(1);
    assert_eq!(
        [one.records(), other.records()],
        [1, 0],
        "left: the counts of two imports; one record came to the first"
    );
}
