//! Prints how many schedules per second interleave and shuttle's random scheduler sample: medians of several turns.
//! `checker dev bench` runs it.

use std::__real::Instant;

use interleave::engine::Exploration;

/// How many schedules one turn runs.
const SCHEDULES: u32 = 4_000;
/// How many turns each of the two has, after a warm-up turn.
const TURNS: usize = 7;

/// Two threads that lock ten times each, with the locks and threads of the given crate.
macro_rules! body {
    ($sync:path, $thread:path) => {{
        use $sync::{Arc, Mutex};
        use $thread as thread;
        let count = Arc::new(Mutex::new(0));
        let threads = [0; 2].map(|_| {
            let count = Arc::clone(&count);
            thread::spawn(move || {
                for _ in 0..10 {
                    *count.lock().unwrap() += 1;
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*count.lock().unwrap(), 20);
    }};
}

fn ours() {
    let exploration = Exploration::new(env!("CARGO_MANIFEST_DIR")).schedules(SCHEDULES).sampled_only();
    assert!(exploration.run(|| body!(std::sync, std::thread)).failure.is_none());
}

fn shuttles() {
    let scheduler = shuttle::scheduler::RandomScheduler::new_from_seed(1, SCHEDULES as usize);
    shuttle::Runner::new(scheduler, shuttle::Config::new()).run(|| body!(shuttle::sync, shuttle::thread));
}

fn main() {
    let mut rates = [Vec::new(), Vec::new()];
    for turn in 0..=TURNS {
        for (work, rates) in [ours as fn(), shuttles].into_iter().zip(&mut rates) {
            let started = Instant::now();
            work();
            if turn > 0 {
                rates.push(f64::from(SCHEDULES) / started.elapsed().as_secs_f64());
            }
        }
    }
    for rates in &mut rates {
        rates.sort_by(f64::total_cmp);
        println!("{:.0}", rates[TURNS / 2]);
    }
}
