use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use then_branch::Jobs;

/// What was done, in order. Jobs write into it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    fn note(&self, what: &'static str) {
        self.0.lock().unwrap().push(what);
    }

    fn read(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }
}

#[interleave::test]
fn a_job_may_add_a_job() {
    let (jobs, log) = (Jobs::new(), Log::default());
    let later = log.clone();
    let first = log.clone();
    jobs.add(move |jobs| {
        first.note("print the invoice");
        jobs.add(move |_| later.note("send the invoice"));
    });
    jobs.run_all();
    assert_eq!(
        log.read(),
        ["print the invoice", "send the invoice"],
        "the first job added the second, and `run_all` runs jobs until none is left",
    );
}

#[interleave::test]
fn the_next_job_may_look_at_the_queue() {
    let (jobs, log) = (Jobs::new(), Log::default());
    let seen = log.clone();
    jobs.add(move |jobs| seen.note(if jobs.waiting() == 1 { "one waits" } else { "not one waits" }));
    jobs.add(|_| {});
    assert!(jobs.run_next(), "two jobs were added, so there is a next one");
    assert_eq!(log.read(), ["one waits"], "of two jobs the first one ran and looked how many were waiting");
}

#[interleave::test]
fn others_add_jobs_while_one_runs() {
    let jobs = Arc::new(Jobs::new());
    let (added, wait) = mpsc::channel();
    // Runs until the other thread has added its job.
    jobs.add(move |_| wait.recv().unwrap());
    let other = {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || {
            jobs.add(|_| {});
            added.send(()).unwrap();
        })
    };
    jobs.run_all();
    other.join().unwrap();
    assert_eq!(jobs.waiting(), 0, "`run_all` came back, and a job that was added by then still waits");
}

#[interleave::test]
fn two_workers_run_two_jobs_at_the_same_time() {
    let jobs = Arc::new(Jobs::new());
    let both_run = Arc::new(Barrier::new(2));
    for _ in 0..2 {
        let both_run = Arc::clone(&both_run);
        // Runs until the other job runs, too.
        jobs.add(move |_| {
            both_run.wait();
        });
    }
    let other = {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || jobs.run_all())
    };
    jobs.run_all();
    other.join().unwrap();
    assert_eq!(jobs.waiting(), 0, "both workers are done, so no job waits");
}

#[interleave::test]
fn every_job_is_run_once() {
    let (jobs, log) = (Arc::new(Jobs::new()), Log::default());
    for name in ["a", "b", "c"] {
        let log = log.clone();
        jobs.add(move |_| log.note(name));
    }
    let other = {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || jobs.run_all())
    };
    while jobs.run_next() {}
    other.join().unwrap();
    let mut done = log.read();
    done.sort();
    assert_eq!(done, ["a", "b", "c"], "two workers shared three jobs");
}

#[interleave::test]
fn jobs_run_in_the_order_in_which_they_were_added() {
    let (jobs, log) = (Jobs::new(), Log::default());
    for name in ["first", "second", "third"] {
        let log = log.clone();
        jobs.add(move |_| log.note(name));
    }
    assert!(jobs.run_next(), "three jobs were added, so there is a next one");
    assert_eq!(log.read(), ["first"], "`run_next` runs one job");
    jobs.run_all();
    assert_eq!(log.read(), ["first", "second", "third"], "the queue is first in, first out");
    assert!(!jobs.run_next(), "all jobs were run, and `run_next` found one more");
}
