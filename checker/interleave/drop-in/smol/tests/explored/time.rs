//! `Timer` on the clock of the schedule.

use std::time::Duration;

use interleave::model::time::{Instant, current_time};
use smol::stream::StreamExt;
use smol::{Timer, future};
use trace::FailureKind;

use crate::mistakes::explore;

const MS: Duration = Duration::from_millis(1);

#[test]
fn timers_fire_exactly_on_time() {
    explore(|| async {
        let start = Instant::current();
        assert_eq!(Timer::after(5 * MS).await, start + 5 * MS);
        assert_eq!(current_time(), 5 * MS);
        // In the past: fires at once.
        assert_eq!(Timer::at(start).await, start);
        assert_eq!(current_time(), 5 * MS);
        let order = future::or(
            async {
                Timer::after(3 * MS).await;
                3
            },
            async {
                Timer::after(2 * MS).await;
                2
            },
        );
        assert_eq!(order.await, 2);
        assert_eq!(current_time(), 7 * MS);
    })
    .expect("nothing is wrong");
}

#[test]
fn an_interval_fires_at_multiples_of_its_period() {
    explore(|| async {
        let start = Instant::current();
        let mut interval = Timer::interval(10 * MS);
        for n in 1..=3 {
            assert_eq!(interval.next().await, Some(start + n * 10 * MS));
        }
        // Missed ticks are caught up.
        Timer::after(25 * MS).await;
        assert_eq!(interval.next().await, Some(start + 40 * MS));
        assert_eq!(interval.next().await, Some(start + 50 * MS));
        assert_eq!(current_time(), 55 * MS);
        let mut late = Timer::interval_at(start + 60 * MS, MS);
        assert_eq!(late.next().await, Some(start + 60 * MS));
        assert_eq!(late.next().await, Some(start + 61 * MS));
    })
    .expect("nothing is wrong");
}

#[test]
fn a_timer_knows_whether_it_will_fire() {
    explore(|| async {
        assert!(!Timer::never().will_fire() && !Timer::after(Duration::MAX).will_fire());
        let mut once = Timer::after(MS);
        assert!(once.will_fire());
        (&mut once).await;
        assert!(!once.will_fire(), "it fires once");
        once.set_after(MS);
        assert!(once.will_fire());
        once.clear();
        assert!(!once.will_fire());
        let mut interval = Timer::interval(MS);
        interval.next().await;
        assert!(interval.will_fire());
        interval.set_interval(Duration::MAX);
        assert!(!interval.will_fire());
    })
    .expect("nothing is wrong");
}

#[test]
fn resetting_a_timer_wakes_its_task_at_the_new_time() {
    explore(|| async {
        let mut timer = Timer::after(50 * MS);
        assert!(future::poll_once(&mut timer).await.is_none());
        timer.set_at(Instant::current() + 5 * MS);
        timer.await;
        assert_eq!(current_time(), 5 * MS);

        let mut timer = Timer::never();
        timer.set_interval_at(Instant::current() + MS, 2 * MS);
        timer.next().await;
        timer.next().await;
        assert_eq!(current_time(), 8 * MS);
    })
    .expect("nothing is wrong");
}

/// The end of time is not a deadline: a test that nothing wakes is a deadlock, not a very long wait.
#[test]
fn a_timer_beyond_the_end_of_time_deadlocks() {
    let failure = explore(|| async {
        Timer::after(Duration::MAX).await;
    });
    assert_eq!(failure.expect_err("it never fires").kind, FailureKind::Deadlock);
}
