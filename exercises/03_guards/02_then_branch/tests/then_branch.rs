use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use interleave::{histories, like_the_model};
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

/// This many jobs, each of which runs until all others run, too.
fn jobs_that_wait_for_each_other(number: usize) -> Arc<Jobs> {
    let jobs = Arc::new(Jobs::new());
    let all_run = Arc::new(Barrier::new(number));
    for _ in 0..number {
        let all_run = Arc::clone(&all_run);
        jobs.add(move |_| {
            all_run.wait();
        });
    }
    jobs
}

#[interleave::test]
fn a_job_may_add_jobs() {
    let (jobs, log) = (Jobs::new(), Log::default());
    let (first, second, third) = (log.clone(), log.clone(), log.clone());
    jobs.add(move |jobs| {
        first.note("print the invoice");
        jobs.add(move |jobs| {
            second.note("send the invoice");
            jobs.add(move |_| third.note("file the invoice"));
        });
    });
    jobs.run_all();
    assert_eq!(
        log.read(),
        ["print the invoice", "send the invoice", "file the invoice"],
        "the first job added the second and that one the third, and `run_all` runs jobs until none is left (left: the \
         jobs that ran)",
    );
}

#[interleave::test]
fn a_job_may_run_other_jobs() {
    for all in [false, true] {
        let (jobs, log) = (Jobs::new(), Log::default());
        let (outer, own, inner, later) = (log.clone(), log.clone(), log.clone(), log.clone());
        jobs.add(move |jobs| {
            outer.note("begins");
            assert!(jobs.run_next(), "another job was waiting, and `run_next` found none");
            jobs.run_all();
            own.note("ends");
        });
        jobs.add(move |_| inner.note("inner"));
        jobs.add(move |_| later.note("inner, too"));
        if all {
            jobs.run_all();
        } else {
            assert!(jobs.run_next(), "three jobs were added, so there is a next one");
        }
        assert_eq!(
            log.read(),
            ["begins", "inner", "inner, too", "ends"],
            "the first job ran the two others, with `run_next` and `run_all` (left: what ran, in order)"
        );
    }
}

#[interleave::test]
fn a_job_may_look_at_the_queue() {
    let (jobs, log) = (Jobs::new(), Log::default());
    let seen = log.clone();
    jobs.add(move |jobs| seen.note(if jobs.waiting() == 1 { "one waits" } else { "not one waits" }));
    jobs.add(|_| {});
    assert!(jobs.run_next(), "two jobs were added, so there is a next one");
    assert_eq!(
        log.read(),
        ["one waits"],
        "two jobs were added; the first one ran and called `waiting`, which does not count the job that runs"
    );
}

#[interleave::test]
fn other_threads_add_jobs_while_one_runs() {
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
    assert_eq!(jobs.waiting(), 0, "`run_all` returned, and a job that was added before still waits");
}

#[interleave::test]
fn two_workers_run_two_jobs_at_the_same_time() {
    let jobs = jobs_that_wait_for_each_other(2);
    let other = {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || jobs.run_all())
    };
    jobs.run_all();
    other.join().unwrap();
    assert_eq!(jobs.waiting(), 0, "both workers are done, so no job waits");
}

#[interleave::test]
fn three_workers_run_three_jobs_at_the_same_time() {
    let jobs = jobs_that_wait_for_each_other(3);
    let others = [(); 2].map(|()| {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || jobs.run_next())
    });
    let own = jobs.run_next();
    let theirs = others.map(|other| other.join().unwrap());
    assert!(own && theirs == [true, true], "three jobs waited for three workers, and one of them found none");
}

#[interleave::test(real_only)]
fn forty_workers_run_forty_jobs_at_the_same_time() {
    let jobs = jobs_that_wait_for_each_other(40);
    let workers: Vec<_> = (0..40)
        .map(|_| {
            let jobs = Arc::clone(&jobs);
            thread::spawn(move || jobs.run_next())
        })
        .collect();
    let ran = workers.into_iter().map(|worker| worker.join().unwrap()).filter(|&ran| ran).count();
    assert_eq!(ran, 40, "forty jobs waited for forty workers, and so many workers found one (left)");
}

#[interleave::test(real_only)]
fn any_number_of_jobs_may_wait() {
    let (jobs, ran) = (Jobs::new(), Arc::new(AtomicUsize::new(0)));
    for _ in 0..10_000 {
        let ran = Arc::clone(&ran);
        jobs.add(move |_| {
            ran.fetch_add(1, Ordering::SeqCst);
        });
    }
    assert_eq!(jobs.waiting(), 10_000, "10,000 jobs were added, and none was started");
    jobs.run_all();
    assert_eq!(ran.load(Ordering::SeqCst), 10_000, "`run_all` ran so many of 10,000 jobs (left)");
}

#[interleave::test]
fn a_job_that_is_started_does_not_wait() {
    let jobs = Arc::new(Jobs::new());
    let other = {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || jobs.add(|_| {}))
    };
    let ran = jobs.run_next();
    let waiting = jobs.waiting();
    other.join().unwrap();
    assert!(
        waiting <= usize::from(!ran),
        "one job was being added by another thread; `run_next` returned {ran}, and then `waiting` returned {waiting}"
    );
    assert_eq!(jobs.waiting(), usize::from(!ran), "one job was added, and `run_next` returned {ran}");
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
    assert_eq!(done, ["a", "b", "c"], "two workers shared three jobs (left: those that ran)");
}

#[interleave::test]
fn a_queue_in_use_is_not_empty() {
    let jobs = Arc::new(Jobs::new());
    jobs.add(|_| {});
    let other = {
        let jobs = Arc::clone(&jobs);
        thread::spawn(move || jobs.add(|_| {}))
    };
    let waiting = jobs.waiting();
    let ran = jobs.run_next();
    other.join().unwrap();
    assert!(waiting == 1 || waiting == 2, "a job waited while another was added, and `waiting` returned {waiting}");
    assert!(ran, "a job waited while another was added, and `run_next` returned false");
    assert_eq!(jobs.waiting(), 1, "two jobs were added, and one has run");
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn jobs_run_in_the_order_in_which_they_were_added() {
    #[derive(Debug)]
    enum Op {
        /// A job that adds some jobs.
        Add(usize),
        RunNext,
        RunAll,
    }
    /// The jobs of the model: the number of each, and how many it adds.
    #[derive(Default)]
    struct Model {
        waiting: VecDeque<(usize, usize)>,
        added: usize,
        done: Vec<usize>,
    }
    impl Model {
        fn add(&mut self, adds: usize) -> usize {
            self.added += 1;
            self.waiting.push_back((self.added, adds));
            self.added
        }
        fn run_next(&mut self) -> bool {
            let Some((number, adds)) = self.waiting.pop_front() else { return false };
            self.done.push(number);
            for _ in 0..adds {
                self.add(0);
            }
            true
        }
    }
    /// What the jobs have done: the number of each, and how many were added.
    #[derive(Clone, Default)]
    struct Real(Arc<Mutex<(Vec<usize>, usize)>>);
    impl Real {
        fn add(&self, jobs: &Jobs, adds: usize) {
            let real = self.clone();
            let number = {
                let mut real = self.0.lock().unwrap();
                real.1 += 1;
                real.1
            };
            jobs.add(move |jobs| {
                real.0.lock().unwrap().0.push(number);
                (0..adds).for_each(|_| real.add(jobs, 0));
            });
        }
    }
    histories(
        |draws| match draws.below(4) {
            0 | 1 => Op::Add(draws.below(3)),
            2 => Op::RunNext,
            _ => Op::RunAll,
        },
        || (Jobs::new(), Real::default(), Model::default()),
        |(jobs, real, model), op| {
            match op {
                Op::Add(adds) => {
                    real.add(jobs, adds);
                    model.add(adds);
                }
                Op::RunNext => like_the_model(jobs.run_next(), model.run_next())?,
                Op::RunAll => {
                    jobs.run_all();
                    while model.run_next() {}
                }
            }
            like_the_model(jobs.waiting(), model.waiting.len())?;
            like_the_model(&real.0.lock().unwrap().0, &model.done)
        },
    );
}

#[interleave::test]
fn each_queue_has_its_own_jobs() {
    let (here, there) = (Jobs::new(), Arc::new(Jobs::new()));
    let theirs = Arc::clone(&there);
    there.add(|_| {});
    // A job of one queue runs those of another one.
    here.add(move |_| theirs.run_all());
    assert_eq!((here.waiting(), there.waiting()), (1, 1), "each of two queues was given a job");
    assert!(here.run_next(), "a job was added to this queue");
    assert_eq!((here.waiting(), there.waiting()), (0, 0), "the job of one queue ran that of the other one");
}
