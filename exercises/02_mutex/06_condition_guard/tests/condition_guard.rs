use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use condition_guard::Compactions;
use interleave::HighWater;

fn compactions() -> Arc<Compactions> {
    Arc::new(Compactions::new())
}

/// Asks for a compaction on another thread.
fn run<R: Send + 'static>(
    compactions: &Arc<Compactions>,
    compact: impl FnOnce() -> R + Send + 'static,
) -> JoinHandle<Option<R>> {
    let compactions = Arc::clone(compactions);
    thread::spawn(move || compactions.run(compact))
}

#[interleave::test]
fn a_second_compaction_is_skipped() {
    let compactions = compactions();
    for round in 1..=2 {
        let mut compacted = false;
        let result = compactions.run(|| {
            let second = compactions.run(|| compacted = true);
            let third = run(&compactions, || "rewritten twice").join().unwrap();
            (second, third)
        });
        assert_eq!(
            result,
            Some((None, None)),
            "while a compaction was running, its own thread asked for another one, and so did a second thread; both should \
             be skipped (time {round})"
        );
        assert!(!compacted, "`run` skipped a compaction and called its closure all the same (time {round})");
    }
}

#[interleave::test]
fn two_compactions_never_overlap() {
    let compactions = compactions();
    let running = Arc::new(HighWater::new());
    let compact = || {
        let running = Arc::clone(&running);
        move || {
            let _inside = running.enter();
            thread::yield_now();
        }
    };
    let other = run(&compactions, compact());
    let results = [compactions.run(compact()), other.join().unwrap()];
    assert_eq!(
        running.highest(),
        1,
        "two threads asked for a compaction at once, and (left) compactions ran at the same time"
    );
    assert_ne!(
        results,
        [None, None],
        "two threads asked for a compaction, no other was running, and both were skipped"
    );
}

#[interleave::test]
fn the_second_of_two_does_not_wait() {
    let compactions = compactions();
    let start = Instant::now();
    let compact = move || {
        // Explored, the clock is virtual: it stands still until both threads wait for it.
        let begun = start.elapsed();
        thread::sleep(Duration::from_millis(100));
        begun
    };
    let other = {
        let compactions = Arc::clone(&compactions);
        thread::spawn(move || compactions.run(compact))
    };
    let results = [compactions.run(compact), other.join().unwrap()];
    assert_ne!(
        results,
        [None, None],
        "two threads asked for a compaction, no other was running, and both were skipped"
    );
    if cfg!(feature = "explore") {
        let ran = results.iter().flatten().count();
        assert_eq!(
            ran, 1,
            "two threads asked for a compaction at once, and each compaction takes 100 ms; the second one was not skipped, \
             but ran later (left: how many ran; when: {results:?})"
        );
        assert_eq!(
            start.elapsed(),
            Duration::from_millis(100),
            "the thread that was skipped kept waiting (left: when both calls had returned)"
        );
    }
}

#[interleave::test]
fn a_call_is_skipped_only_while_another_one_runs() {
    let compactions = compactions();
    let other = run(&compactions, || ());
    let own = [compactions.run(|| ()), compactions.run(|| ())];
    let other = other.join().unwrap();
    assert!(
        other.is_some() || own == [Some(()), Some(())],
        "a thread asked for two compactions, one after the other, and another thread for one. That one was skipped, so no \
         compaction was running beside the other two, and of these, one was skipped as well: {own:?}"
    );
}

#[interleave::test]
fn a_compaction_that_panics_has_ended() {
    let compactions = compactions();
    for round in 1..=2 {
        let panicked = run(&compactions, || panic!("the disk is full")).join();
        assert!(panicked.is_err(), "a compaction panicked, and `run` returned (time {round})");
        let next = compactions.run(|| compactions.run(|| "rewritten twice"));
        assert_eq!(
            next,
            Some(None),
            "a compaction has panicked (time {round}); the next one (left) should run, and while it runs, a third one should \
             be skipped"
        );
    }
}

#[interleave::test]
fn each_store_has_its_own_compactions() {
    let (here, there) = (compactions(), compactions());
    let both = here.run(|| there.run(|| "rewritten"));
    assert_eq!(both, Some(Some("rewritten")), "while one store was compacted, a compaction of another one was due");
    let other = run(&there, || panic!("the disk is full"));
    assert_eq!(here.run(|| 7), Some(7), "a compaction of another store was running, and panicked");
    assert!(other.join().is_err(), "a compaction panicked, and `run` returned");
}
