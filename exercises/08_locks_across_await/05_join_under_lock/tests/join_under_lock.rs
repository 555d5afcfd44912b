use std::time::Duration;

use join_under_lock::Backup;
use tokio::time::{Instant, sleep};

const MINUTE: Duration = Duration::from_secs(60);

/// A copy that takes so many minutes.
fn minutes(minutes: u32) -> impl Future<Output = ()> + Send {
    sleep(minutes * MINUTE)
}

#[interleave::test]
async fn finish_and_a_copy_never_wait_for_each_other() {
    let mut backup = Backup::new();
    backup.add("mail", async {}).await;
    let copied = backup.finish().await;
    assert_eq!(copied, ["mail"], "one volume was added; left: what `finish` returned");
}

#[interleave::test]
async fn copies_that_end_at_once_are_all_noted() {
    let mut backup = Backup::new();
    backup.add("mail", async {}).await;
    backup.add("web", async {}).await;
    let mut copied = backup.finish().await;
    copied.sort();
    assert_eq!(copied, ["mail", "web"], "two volumes were added; left: what `finish` returned, sorted");
}

#[interleave::test]
async fn finish_waits_for_every_copy() {
    let mut backup = Backup::new();
    let start = Instant::now();
    for (volume, copy) in [("mail", 4), ("web", 1), ("logs", 3)] {
        backup.add(volume, minutes(copy)).await;
    }
    assert_eq!(start.elapsed(), Duration::ZERO, "`add` waited for a copy");
    sleep(MINUTE / 2).await;
    let copied = backup.finish().await;
    assert_eq!(copied, ["web", "logs", "mail"], "left: what `finish` returned; right: in the order they were ready");
    assert_eq!(
        start.elapsed(),
        4 * MINUTE,
        "the longest of three copies takes four minutes; left: when `finish` returned"
    );
}

#[interleave::test]
async fn a_copy_may_take_long() {
    let mut backup = Backup::new();
    backup.add("photos", minutes(50)).await;
    let copied = tokio::spawn(backup.finish()).await.unwrap();
    assert_eq!(copied, ["photos"], "the copy took 50 minutes; left: what `finish` returned");
}

#[interleave::test]
async fn copies_begin_when_they_are_added() {
    let mut backup = Backup::new();
    let status = backup.status();
    backup.add("mail", minutes(1)).await;
    sleep(2 * MINUTE).await;
    assert_eq!(status.copied().await, ["mail"], "a copy of one minute was added two minutes ago; left: what is copied");
    assert_eq!(backup.finish().await, ["mail"], "the only copy was ready before; left: what `finish` returned");
}

#[interleave::test]
async fn the_status_is_there_while_finish_waits() {
    let mut backup = Backup::new();
    let (status, start) = (backup.status(), Instant::now());
    backup.add("web", minutes(1)).await;
    backup.add("mail", minutes(3)).await;
    let finish = tokio::spawn(backup.finish());
    sleep(2 * MINUTE).await;
    let seen = status.clone().copied().await;
    assert_eq!(seen, ["web"], "one of two copies is ready, and `finish` waits for the other; left: what is copied");
    assert_eq!(start.elapsed(), 2 * MINUTE, "`copied` waited for `finish`");
    assert_eq!(finish.await.unwrap(), ["web", "mail"], "left: what `finish` returned");
}

#[interleave::test]
async fn a_copy_is_noted_while_somebody_looks() {
    let mut backup = Backup::new();
    let status = backup.status();
    backup.add("mail", async {}).await;
    let seen = status.copied().await;
    assert!(seen.is_empty() || seen == ["mail"], "one volume was added; so far were copied: {seen:?}");
    assert_eq!(backup.finish().await, ["mail"], "somebody looked while the copy was noted; left: what was copied");
}

#[interleave::test]
async fn a_copy_that_panics_is_left_out() {
    let mut backup = Backup::new();
    backup.add("tape", async { panic!("the tape is torn") }).await;
    backup.add("mail", minutes(2)).await;
    backup.add("web", minutes(1)).await;
    let finish = tokio::spawn(backup.finish()).await;
    let copied = finish.expect("one copy panicked, and so did `finish`");
    assert_eq!(copied, ["web", "mail"], "one of three copies panicked; left: what `finish` returned");
}

#[interleave::test]
async fn two_backups_share_nothing() {
    let (mut backup, other) = (Backup::new(), Backup::new());
    let status = other.status();
    backup.add("mail", async {}).await;
    assert_eq!(other.finish().await, [""; 0], "the volume was added to another backup; left: what was copied");
    assert_eq!(backup.finish().await, ["mail"], "another backup was finished first; left: what was copied");
    assert_eq!(status.copied().await, [""; 0], "left: the status of a backup without volumes");
}
