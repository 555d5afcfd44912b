use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_std::channel::{Receiver, Sender, bounded};
use interleave::CountingWaker;
use shared_receiver::{Job, on_async_std, on_tokio};
use tokio::sync::Barrier;
use tokio::time::{Instant, sleep};

/// Which jobs were begun and which were done, in order. The jobs write into it.
#[derive(Clone, Default)]
struct Log {
    begun: Arc<Mutex<Vec<u32>>>,
    done: Arc<Mutex<Vec<u32>>>,
}

impl Log {
    /// A job that takes until `gate` is open.
    fn job(&self, number: u32, gate: &Gate) -> Job {
        let (log, open) = (self.clone(), gate.open.clone());
        Box::pin(async move {
            log.begun.lock().unwrap().push(number);
            let _ = open.recv().await;
            log.done.lock().unwrap().push(number);
        })
    }

    fn begun(&self) -> Vec<u32> {
        self.begun.lock().unwrap().clone()
    }

    fn done(&self) -> Vec<u32> {
        self.done.lock().unwrap().clone()
    }
}

/// Holds up jobs as long as it is shut.
struct Gate {
    /// A channel that nobody sends anything into. It is closed when the gate is open.
    open: Receiver<()>,
    _shut: Option<Sender<()>>,
}

impl Gate {
    fn shut() -> Self {
        let (shut, open) = bounded(1);
        Self { open, _shut: Some(shut) }
    }

    fn open() -> Self {
        Self { _shut: None, ..Self::shut() }
    }
}

/// A worker that the test polls by hand.
struct Worker {
    future: Pin<Box<dyn Future<Output = ()> + Send>>,
    task: CountingWaker,
    ended: bool,
}

impl Worker {
    /// Polls it more often than it needs to get to where it has to wait. Whether it ended.
    fn ends(&mut self) -> bool {
        for _ in 0..100 {
            self.ended = self.ended || self.task.poll(self.future.as_mut()).is_ready();
        }
        self.ended
    }
}

fn by_hand(workers: Vec<impl Future<Output = ()> + Send + 'static>) -> Vec<Worker> {
    let worker = |future| Worker { future: Box::pin(future), task: CountingWaker::new(), ended: false };
    workers.into_iter().map(worker).collect()
}

/// Runs the workers to their ends.
async fn all_end(mut workers: Vec<Worker>) {
    poll_fn(|context| {
        workers.retain_mut(|worker| !worker.ended && worker.future.as_mut().poll(context).is_pending());
        if workers.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

async fn four_workers_do_four_jobs_at_once<W, H: Future<Output = ()>>(
    (add, workers): (impl Fn(Job), Vec<W>),
    spawn: impl Fn(W) -> H,
) {
    let workers: Vec<H> = workers.into_iter().map(spawn).collect();
    let four = Arc::new(Barrier::new(4));
    for _ in 0..4 {
        let four = Arc::clone(&four);
        // Each waits until all four are under way.
        add(Box::pin(async move {
            four.wait().await;
        }));
    }
    drop(add);
    for worker in workers {
        worker.await;
    }
}

async fn workers_without_jobs_sleep<W, H: Future<Output = ()>>(
    (add, workers): (impl Fn(Job), Vec<W>),
    spawn: impl Fn(W) -> H,
) {
    let workers: Vec<H> = workers.into_iter().map(spawn).collect();
    interleave::settle();
    drop(add);
    for worker in workers {
        worker.await;
    }
}

async fn workers_without_jobs_are_not_woken<W: Future<Output = ()> + Send + 'static>(
    (_add, workers): (impl Fn(Job), Vec<W>),
) {
    let mut workers = by_hand(workers);
    for worker in &mut workers {
        assert!(!worker.ends(), "a worker ended, and there may come jobs yet");
    }
    let wakes = |workers: &[Worker]| -> usize { workers.iter().map(|worker| worker.task.wakes()).sum() };
    let before = wakes(&workers);
    for worker in &mut workers {
        worker.ends();
    }
    // tokio wakes those that have yielded when the runtime has nothing else to do, or now and then.
    for _ in 0..200 {
        interleave::yield_now().await;
    }
    assert_eq!(wakes(&workers) - before, 0, "there was no job, and the workers were woken to look again");
}

fn a_worker_does_one_job_at_a_time<W: Future<Output = ()> + Send + 'static>((add, workers): (impl Fn(Job), Vec<W>)) {
    let (log, gate) = (Log::default(), Gate::shut());
    let mut workers = by_hand(workers);
    assert_eq!(workers.len(), 1, "one worker was asked for");
    add(log.job(1, &gate));
    workers[0].ends();
    let second = Arc::new(());
    let watched = Arc::downgrade(&second);
    let job = log.job(2, &gate);
    add(Box::pin(async move {
        job.await;
        drop(second);
    }));
    workers[0].ends();
    assert!(
        !log.begun().contains(&2),
        "the only worker has the first job to do, and the second was begun all the same"
    );
    drop(add);
    drop(workers);
    assert!(
        watched.upgrade().is_none(),
        "the only worker was given up during the first job. The second had been taken out before its time",
    );
}

fn a_worker_ends_after_its_job<W: Future<Output = ()> + Send + 'static>((add, workers): (impl Fn(Job), Vec<W>)) {
    let (log, gate) = (Log::default(), Gate::shut());
    let mut workers = by_hand(workers);
    add(log.job(1, &gate));
    drop(add);
    assert!(!workers[0].ends(), "the job is under way, and the worker that has it to do ended");
}

async fn a_worker_that_is_given_up_loses_no_job<A: Fn(Job), W: Future<Output = ()> + Send + 'static>(
    workers: impl Fn() -> (A, Vec<W>),
) {
    for given_up in 0..3 {
        for woken in [false, true] {
            let (log, gate) = (Log::default(), Gate::open());
            let (add, workers) = workers();
            let mut workers = by_hand(workers);
            for worker in &mut workers {
                worker.ends();
            }
            // The job may have woken the worker that is given up then.
            if woken {
                add(log.job(1, &gate));
                drop(workers.remove(given_up));
            } else {
                drop(workers.remove(given_up));
                add(log.job(1, &gate));
            }
            drop(add);
            all_end(workers).await;
            assert_eq!(log.done(), [1], "three workers waited, one was given up, and two were there to do the job");
        }
    }
}

async fn every_job_is_done_once<A: Fn(Job), W: Future<Output = ()> + Send + 'static>(
    workers: impl Fn(usize) -> (A, Vec<W>),
) {
    for count in 1..=3 {
        let (log, gate) = (Log::default(), Gate::open());
        let (add, workers) = workers(count);
        let mut workers = by_hand(workers);
        for number in [1, 2, 3] {
            add(log.job(number, &gate));
        }
        for worker in &mut workers {
            assert!(!worker.ends(), "a worker ended, and there may come jobs yet");
        }
        for number in [4, 5, 6, 7] {
            add(log.job(number, &gate));
        }
        drop(add);
        all_end(workers).await;
        let mut done = log.done();
        if count > 1 {
            done.sort();
        }
        assert_eq!(done, [1, 2, 3, 4, 5, 6, 7], "{count} workers had seven jobs and ended when all were done");
    }
}

fn tokio_task(worker: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> {
    let task = tokio::spawn(worker);
    async { task.await.unwrap() }
}

fn async_std_task(worker: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> {
    async_std::task::spawn(worker)
}

#[interleave::test]
async fn tokio_four_workers_do_four_jobs_at_once() {
    four_workers_do_four_jobs_at_once(on_tokio::workers(4), tokio_task).await;
}

#[interleave::test]
async fn tokio_workers_without_jobs_sleep() {
    workers_without_jobs_sleep(on_tokio::workers(3), tokio_task).await;
}

#[interleave::test(real_only)]
async fn tokio_four_jobs_take_as_long_as_one() {
    const JOB: Duration = Duration::from_millis(10);
    for (workers, jobs, rounds) in [(4, 4, 1), (4, 8, 2), (2, 5, 3), (1, 3, 3)] {
        let (add, hired) = on_tokio::workers(workers);
        let hired: Vec<_> = hired.into_iter().map(tokio_task).collect();
        // They wait for jobs first.
        sleep(JOB).await;
        let start = Instant::now();
        for _ in 0..jobs {
            add(Box::pin(async { sleep(JOB).await }));
        }
        drop(add);
        for worker in hired {
            worker.await;
        }
        assert_eq!(
            start.elapsed(),
            JOB * rounds,
            "{workers} workers had {jobs} jobs of {JOB:?} to do, each worker one at a time",
        );
    }
}

#[interleave::test(real_only)]
async fn tokio_workers_without_jobs_are_not_woken() {
    workers_without_jobs_are_not_woken(on_tokio::workers(3)).await;
}

#[interleave::test(real_only)]
async fn tokio_a_worker_does_one_job_at_a_time() {
    a_worker_does_one_job_at_a_time(on_tokio::workers(1));
}

#[interleave::test(real_only)]
async fn tokio_a_worker_ends_after_its_job() {
    a_worker_ends_after_its_job(on_tokio::workers(1));
}

#[interleave::test(real_only)]
async fn tokio_a_worker_that_is_given_up_loses_no_job() {
    a_worker_that_is_given_up_loses_no_job(|| on_tokio::workers(3)).await;
}

#[interleave::test(real_only)]
async fn tokio_every_job_is_done_once() {
    every_job_is_done_once(on_tokio::workers).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_four_workers_do_four_jobs_at_once() {
    four_workers_do_four_jobs_at_once(on_async_std::workers(4), async_std_task).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_workers_without_jobs_sleep() {
    workers_without_jobs_sleep(on_async_std::workers(3), async_std_task).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_workers_without_jobs_are_not_woken() {
    workers_without_jobs_are_not_woken(on_async_std::workers(3)).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_worker_does_one_job_at_a_time() {
    a_worker_does_one_job_at_a_time(on_async_std::workers(1));
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_worker_ends_after_its_job() {
    a_worker_ends_after_its_job(on_async_std::workers(1));
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_worker_that_is_given_up_loses_no_job() {
    a_worker_that_is_given_up_loses_no_job(|| on_async_std::workers(3)).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_every_job_is_done_once() {
    every_job_is_done_once(on_async_std::workers).await;
}
