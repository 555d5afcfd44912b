use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use interleave::CountingWaker;
use shutdown_holds::{Flash, INTERVAL, Server, Telephone};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

const SECOND: Duration = Duration::from_secs(1);
/// The flash memory takes this long to save.
const SAVING: Duration = Duration::from_millis(30);
const AGES: Duration = Duration::from_secs(1000);

/// What the flash memory was given: the directory, and the calls.
type Saved = (Vec<String>, Vec<String>);

#[derive(Default)]
struct Seen {
    asked: Mutex<Vec<Duration>>,
    saved: Mutex<Vec<Saved>>,
}

impl Seen {
    /// When the server was asked, counted from the making of the telephone.
    fn asked(&self) -> Vec<Duration> {
        self.asked.lock().unwrap().clone()
    }

    fn saved(&self) -> Vec<Saved> {
        self.saved.lock().unwrap().clone()
    }
}

/// A server that knows one more name each time.
struct Company {
    takes: Duration,
    start: Instant,
    seen: Arc<Seen>,
}

impl Server for Company {
    async fn names(&self, known: usize) -> Vec<String> {
        self.seen.asked.lock().unwrap().push(self.start.elapsed());
        sleep(self.takes).await;
        vec![format!("name {known}")]
    }
}

struct Chip(Arc<Seen>);

impl Flash for Chip {
    async fn save(&self, directory: &[String], calls: &[String]) {
        sleep(SAVING).await;
        self.0.saved.lock().unwrap().push((directory.to_vec(), calls.to_vec()));
    }
}

/// A telephone whose server takes this long for an answer.
fn telephone(takes: Duration) -> (Telephone<Company, Chip>, Arc<Seen>) {
    let seen = Arc::<Seen>::default();
    let company = Company { takes, start: Instant::now(), seen: Arc::clone(&seen) };
    (Telephone::new(company, Chip(Arc::clone(&seen))), seen)
}

fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

#[interleave::test]
async fn it_is_switched_off_while_the_server_answers() {
    let (telephone, seen) = telephone(AGES);
    let (caller, calls) = mpsc::channel(1);
    let start = Instant::now();
    let off = INTERVAL + SECOND / 2; // The server was asked half a second ago.
    let user = async {
        caller.send("anna".to_owned()).await.unwrap();
        sleep(off).await;
        drop(caller);
    };
    tokio::join!(telephone.run(calls), user);
    assert_eq!(seen.asked(), [INTERVAL], "left: when the server was asked");
    assert_eq!(
        seen.saved(),
        [(strings([]), strings(["anna"]))],
        "there was one call, and the server had not answered; left: what was saved",
    );
    assert_eq!(
        start.elapsed(),
        off + SAVING,
        "the telephone was switched off while the server answered; left: when `run` returned"
    );
}

#[interleave::test]
async fn it_is_switched_off_while_the_screen_has_the_directory() {
    let (telephone, seen) = telephone(SECOND);
    let directory = telephone.directory();
    let (caller, calls) = mpsc::channel(1);
    let start = Instant::now();
    let free = INTERVAL + AGES;
    let screen = async {
        sleep(INTERVAL - SECOND).await;
        let mut scrolled = directory.lock().await;
        sleep(free - (INTERVAL - SECOND)).await;
        scrolled.push("by hand".to_owned());
    };
    let user = async {
        caller.send("anna".to_owned()).await.unwrap();
        sleep(INTERVAL + SECOND).await; // The update has been in the queue of the lock for a second.
        drop(caller);
    };
    tokio::join!(telephone.run(calls), screen, user);
    assert_eq!(
        seen.saved(),
        [(strings(["by hand"]), strings(["anna"]))],
        "the screen had the directory for a thousand seconds; left: what was saved",
    );
    assert_eq!(
        start.elapsed(),
        free + SAVING,
        "left: when `run` returned; right: when the screen was done, and saving"
    );
}

#[interleave::test]
async fn everything_until_then_is_saved() {
    let (telephone, seen) = telephone(SECOND);
    let (caller, calls) = mpsc::channel(2);
    let start = Instant::now();
    let off = 3 * INTERVAL;
    let user = async {
        for call in ["anna", "ben"] {
            caller.send(call.to_owned()).await.unwrap();
        }
        sleep(off).await; // The server was asked twice.
        for call in ["carl", "dora"] {
            caller.try_send(call.to_owned()).unwrap();
        }
        drop(caller);
    };
    tokio::join!(telephone.run(calls), user);
    assert_eq!(
        seen.saved(),
        [(strings(["name 0", "name 1"]), strings(["anna", "ben", "carl", "dora"]))],
        "the server had answered twice, and there were four calls; left: what was saved",
    );
    assert_eq!(start.elapsed(), off + SAVING, "nothing was under way; left: when `run` returned");

    let (caller, calls) = mpsc::channel(1);
    drop(caller);
    telephone.run(calls).await;
    assert_eq!(
        seen.saved()[1..],
        [(strings(["name 0", "name 1"]), strings([]))],
        "switched on and off at once; left: what was saved the second time"
    );
}

#[interleave::test]
async fn calls_delay_no_update() {
    let (telephone, seen) = telephone(10 * SECOND);
    let (caller, calls) = mpsc::channel(1);
    let user = async {
        for call in 1..=6 {
            sleep(33 * SECOND).await; // The second and the fourth call come while the server answers.
            caller.send(format!("call {call}")).await.unwrap();
        }
        sleep(7 * SECOND).await;
        drop(caller);
    };
    tokio::join!(telephone.run(calls), user);
    let asked = [INTERVAL, 2 * INTERVAL + 10 * SECOND, 3 * INTERVAL + 20 * SECOND];
    assert_eq!(
        seen.asked(),
        asked,
        "there was a call every 33 s; left: when the server was asked; right: a minute after each answer"
    );
    let saved = seen.saved();
    assert_eq!(saved.len(), 1, "left: how often `run` saved");
    assert_eq!(saved[0].0, strings(["name 0", "name 1"]), "the server had answered twice; left: what was saved");
    assert_eq!(saved[0].1.len(), 6, "there were six calls; left: how many were saved");
}

#[interleave::test]
async fn calls_are_taken_while_the_server_answers() {
    let (telephone, seen) = telephone(AGES);
    let (caller, calls) = mpsc::channel(1);
    let user = async {
        sleep(INTERVAL + SECOND).await; // The server was asked a second ago.
        let mut refused = Vec::new();
        for call in ["anna", "ben", "carl"] {
            // The channel has room for one call: there is room again when it has been taken.
            if caller.try_send(call.to_owned()).is_err() {
                refused.push(call);
            }
            sleep(SECOND).await;
        }
        drop(caller);
        refused
    };
    let ((), refused) = tokio::join!(telephone.run(calls), user);
    assert_eq!(
        refused, [""; 0],
        "there was a call every second while the server answered; left: those for which there was no room"
    );
    assert_eq!(seen.saved(), [(strings([]), strings(["anna", "ben", "carl"]))], "left: what was saved");
}

#[interleave::test]
async fn calls_are_taken_while_the_screen_has_the_directory() {
    let (telephone, seen) = telephone(SECOND);
    let directory = telephone.directory();
    let (caller, calls) = mpsc::channel(1);
    let user = async {
        let scrolled = directory.lock().await;
        sleep(INTERVAL + SECOND).await; // The update has been in the queue of the lock for a second.
        let mut refused = Vec::new();
        for call in ["anna", "ben", "carl"] {
            if caller.try_send(call.to_owned()).is_err() {
                refused.push(call);
            }
            sleep(SECOND).await;
        }
        drop(scrolled);
        drop(caller);
        refused
    };
    let ((), refused) = tokio::join!(telephone.run(calls), user);
    assert_eq!(
        refused, [""; 0],
        "there was a call every second while the screen had the directory; left: those for which there was no room"
    );
    assert_eq!(seen.saved(), [(strings([]), strings(["anna", "ben", "carl"]))], "left: what was saved");
}

#[interleave::test]
async fn once_it_is_off_nothing_goes_on() {
    // Switched off between two questions, and while the server answers.
    for (off, asked) in [(INTERVAL / 2, 0), (INTERVAL + SECOND, 1)] {
        let (telephone, seen) = telephone(10 * SECOND);
        let (caller, calls) = mpsc::channel(1);
        let user = async {
            sleep(off).await;
            drop(caller);
        };
        tokio::join!(telephone.run(calls), user);
        sleep(5 * INTERVAL).await;
        assert_eq!(
            (seen.asked().len(), telephone.directory().lock().await.len()),
            (asked, 0),
            "switched off after {off:?}; left: how often the server was asked, and how many names came, until much later",
        );
        assert_eq!(seen.saved().len(), 1, "left: how often `run` saved");
    }
}

#[interleave::test]
async fn a_run_that_is_dropped_leaves_nothing_behind() {
    // Dropped between two questions, and while the server answers.
    for (dropped, asked) in [(INTERVAL / 2, 0), (INTERVAL + SECOND, 1)] {
        let (telephone, seen) = telephone(10 * SECOND);
        let (_caller, calls) = mpsc::channel(1);
        let running = timeout(dropped, telephone.run(calls)).await;
        assert!(running.is_err(), "nobody switched the telephone off, and `run` has returned");
        let directory = telephone.directory();
        let locked = timeout(SECOND, directory.lock()).await;
        assert!(
            locked.is_ok(),
            "`run` was dropped after {dropped:?}, and a second later the directory is still locked"
        );
        drop(locked);
        sleep(5 * INTERVAL).await;
        assert_eq!(
            (seen.asked().len(), directory.lock().await.len()),
            (asked, 0),
            "`run` was dropped after {dropped:?}; left: how often the server was asked, and how many names came",
        );
    }
}

#[interleave::test]
async fn a_run_that_is_dropped_while_it_saves_saves_nothing_later() {
    let (telephone, seen) = telephone(SECOND);
    let directory = telephone.directory();
    for screen in [true, false] {
        let (caller, calls) = mpsc::channel::<String>(1);
        drop(caller);
        let scrolled = if screen { Some(directory.lock().await) } else { None };
        let running = timeout(SAVING / 2, telephone.run(calls)).await;
        assert!(running.is_err(), "it takes longer to save, and `run` has returned");
        drop(scrolled);
        sleep(AGES).await;
        let when = if screen { "waiting for the screen" } else { "saving" };
        assert_eq!(seen.saved().len(), 0, "`run` was dropped while it was {when}; left: how often it saved later");
    }
}

#[interleave::test]
async fn the_directory_is_locked_until_the_server_has_answered() {
    let (telephone, _) = telephone(10 * SECOND);
    let directory = telephone.directory();
    let (caller, calls) = mpsc::channel(1);
    let start = Instant::now();
    let user = async {
        sleep(INTERVAL / 2).await;
        directory.lock().await.push("by hand".to_owned());
        sleep(INTERVAL / 2 + SECOND).await;
        assert!(directory.try_lock().is_err(), "the server is answering, and the directory can be changed meanwhile");
        let names = directory.lock().await.clone();
        assert_eq!(
            names,
            strings(["by hand", "name 1"]),
            "one name was there when the server was asked for more; left: the directory after the answer"
        );
        assert_eq!(
            start.elapsed(),
            INTERVAL + 10 * SECOND,
            "right: when the server answered; left: when it was unlocked"
        );
        drop(caller);
    };
    tokio::join!(telephone.run(calls), user);
}

#[interleave::test]
async fn a_telephone_that_waits_sleeps() {
    let (telephone, seen) = telephone(AGES);
    let (caller, calls) = mpsc::channel(1);
    let waker = CountingWaker::new();
    let mut running = pin!(telephone.run(calls));
    assert!(waker.poll(running.as_mut()).is_pending(), "nobody switched the telephone off, and `run` has returned");
    sleep(INTERVAL / 2).await;
    assert_eq!(waker.wakes(), 0, "nothing happened for half a minute; left: how often `run` was woken");
    drop(caller);
    running.await;
    assert_eq!(seen.saved().len(), 1, "left: how often `run` saved");
}

#[interleave::test]
async fn a_telephone_that_waits_for_the_screen_sleeps() {
    let (telephone, seen) = telephone(SECOND);
    let directory = telephone.directory();
    let (caller, calls) = mpsc::channel::<String>(1);
    drop(caller);
    let scrolled = directory.lock().await;
    let waker = CountingWaker::new();
    let mut running = pin!(telephone.run(calls));
    assert!(waker.poll(running.as_mut()).is_pending(), "the screen has the directory, and `run` has returned");
    sleep(SECOND).await;
    // Something else may have ended by now.
    assert!(waker.poll(running.as_mut()).is_pending(), "the screen has the directory, and `run` has returned");
    let wakes = waker.wakes();
    sleep(AGES).await;
    assert_eq!(waker.wakes() - wakes, 0, "the screen had the directory for ages; left: how often `run` was woken");
    drop(scrolled);
    assert!(waker.wakes() > wakes, "the screen has unlocked the directory, and `run` was not woken");
    running.await;
    assert_eq!(seen.saved().len(), 1, "left: how often `run` saved");
}

#[interleave::test]
async fn two_telephones_are_independent() {
    let ((slow, slow_seen), (quick, quick_seen)) = (telephone(AGES), telephone(SECOND));
    let ((slow_caller, slow_calls), (quick_caller, quick_calls)) = (mpsc::channel::<String>(1), mpsc::channel(1));
    let start = Instant::now();
    // `run` may be awaited in any task.
    let slow = tokio::spawn(async move { slow.run(slow_calls).await });
    sleep(SECOND).await;
    let quick = tokio::spawn(async move { quick.run(quick_calls).await });
    let off = INTERVAL + 4 * SECOND;
    sleep(off - SECOND).await;
    quick_caller.send("anna".to_owned()).await.unwrap();
    drop(quick_caller);
    quick.await.unwrap();
    assert_eq!(start.elapsed(), off + SAVING, "one telephone was switched off; left: when its `run` returned");
    assert_eq!(quick_seen.saved(), [(strings(["name 0"]), strings(["anna"]))], "left: what one telephone saved");
    drop(slow_caller);
    slow.await.unwrap();
    assert_eq!(slow_seen.saved(), [(strings([]), strings([]))], "left: what the other telephone saved");
}
