//! The pictures of two mistakes that only async code has, kept as reviewed text files in `pictures/`.
//!
//! `SNAPSHOTS=overwrite` rewrites them.
#![cfg(feature = "explore")]

use std::sync::Arc;

use interleave::engine::Exploration;
use snapbox::{assert_data_eq, file};
use tokio::__interleave::{Flavor, block_on};
use tokio::sync::{Mutex, Notify, mpsc};
use trace::timeline;

/// The picture of the first failure of `body`, on a screen of 80 columns.
fn picture<F: Future<Output = ()>>(body: impl Fn() -> F + Send + Sync + 'static) -> String {
    let exploration = Exploration::new(env!("CARGO_MANIFEST_DIR"));
    let finding = exploration.run(move || block_on(Flavor::Any, body()));
    let picture = timeline::draw(&finding.failure.expect("it fails in some schedule"), 80);
    assert!(picture.lines().all(|line| line.chars().count() <= 80), "wider than 80 columns\n{picture}");
    picture
}

#[test]
fn lost_notification() {
    let picture = picture(|| async {
        let ready = Arc::new(Mutex::new(false));
        let changed = Arc::new(Notify::new());
        let (ready2, changed2) = (ready.clone(), changed.clone());
        let other = tokio::spawn(async move {
            *ready2.lock().await = true;
            changed2.notify_waiters();
        });
        if !*ready.lock().await {
            changed.notified().await;
        }
        other.await.unwrap();
    });
    assert_data_eq!(picture, file!["pictures/lost_notification.txt"]);
}

#[test]
fn full_channel_under_a_lock() {
    let picture = picture(|| async {
        let total = Arc::new(Mutex::new(0));
        let (jobs, mut queue) = mpsc::channel(1);
        let total2 = total.clone();
        let worker = tokio::spawn(async move {
            while let Some(n) = queue.recv().await {
                *total2.lock().await += n;
            }
        });
        for n in 0..3 {
            let _held = total.lock().await;
            jobs.send(n).await.unwrap();
        }
        drop(jobs);
        worker.await.unwrap();
    });
    assert_data_eq!(picture, file!["pictures/full_channel_under_a_lock.txt"]);
}
