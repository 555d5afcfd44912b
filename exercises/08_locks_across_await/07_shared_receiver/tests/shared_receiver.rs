use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use async_std::channel::{Receiver, Sender, bounded};
use interleave::CountingWaker;
use shared_receiver::{Job, on_async_std, on_tokio};
use tokio::sync::{Barrier, oneshot};
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

/// Keeps jobs waiting while it is shut.
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
    /// Polls it until it waits, and more. Whether it has ended.
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

/// There are as many jobs as workers, and each waits until all of them are under way. If fewer are, the test deadlocks.
async fn as_many_jobs_as_workers<A: Fn(Job), W, H: Future<Output = ()>>(
    count: usize,
    workers: impl Fn(usize) -> (A, Vec<W>),
    spawn: impl Fn(W) -> H,
) {
    let (add, workers) = workers(count);
    assert_eq!(workers.len(), count, "{count} workers were asked for; left: how many there are");
    let workers: Vec<H> = workers.into_iter().map(spawn).collect();
    let all = Arc::new(Barrier::new(count));
    for _ in 0..count {
        let all = Arc::clone(&all);
        add(Box::pin(async move {
            all.wait().await;
        }));
    }
    drop(add);
    for worker in workers {
        worker.await;
    }
}

/// The first job waits until the second one is under way. If one worker keeps the other from it, the test deadlocks.
async fn two_jobs_at_once<W: Future<Output = ()>, H: Future<Output = ()>>(
    (add, mut workers): (impl Fn(Job), Vec<W>),
    spawn: impl Fn(W) -> H,
) {
    let here = workers.pop().expect("two workers were asked for");
    let there: Vec<H> = workers.into_iter().map(spawn).collect();
    let (begin, is_begun) = oneshot::channel();
    add(Box::pin(async move { is_begun.await.expect("the second job was dropped before it was begun") }));
    add(Box::pin(async move { begin.send(()).expect("the first job was dropped") }));
    drop(add);
    here.await;
    for worker in there {
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
        assert!(!worker.ends(), "a worker ended, and more jobs may be added");
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
    assert_eq!(wakes(&workers) - before, 0, "there is no job; left: how often the workers were woken to look again");
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
    assert!(!log.begun().contains(&2), "the only worker is doing the first job, and the second has been begun as well");
    drop(add);
    drop(workers);
    assert!(
        watched.upgrade().is_none(),
        "the only worker was dropped during the first job, and the second job is still kept by something",
    );
}

fn a_worker_ends_after_its_job<W: Future<Output = ()> + Send + 'static>((add, workers): (impl Fn(Job), Vec<W>)) {
    let (log, gate) = (Log::default(), Gate::shut());
    let mut workers = by_hand(workers);
    add(log.job(1, &gate));
    drop(add);
    assert!(!workers[0].ends(), "the job is under way, and its worker has ended");
}

/// One worker is dropped: before the job is added, or after, and after so many more polls.
async fn a_dropped_worker_loses_no_job<A: Fn(Job), W: Future<Output = ()> + Send + 'static>(
    workers: impl Fn() -> (A, Vec<W>),
) {
    for dropped in 0..3 {
        for polls in [None, Some(0), Some(1), Some(2), Some(3)] {
            let (log, gate) = (Log::default(), Gate::shut());
            let (add, workers) = workers();
            let mut workers = by_hand(workers);
            for worker in &mut workers {
                worker.ends();
            }
            let mut leaves = workers.remove(dropped);
            let kept = Arc::new(());
            let job = Arc::downgrade(&kept);
            let (begins, is_begun) = (log.job(1, &gate), kept);
            let add_job = || {
                add(Box::pin(async move {
                    begins.await;
                    drop(is_begun);
                }));
            };
            match polls {
                None => {
                    drop(leaves);
                    add_job();
                }
                Some(polls) => {
                    add_job();
                    for _ in 0..polls {
                        let _ = leaves.task.poll(leaves.future.as_mut());
                    }
                    drop(leaves);
                }
            }
            drop(add);
            drop(gate);
            all_end(workers).await;
            // A task that a worker spawned for the job may still have to run.
            while log.begun().is_empty() && job.strong_count() > 0 {
                interleave::yield_now().await;
            }
            assert_eq!(
                log.begun(),
                [1],
                "three workers waited, one of them was dropped, and the other two ended; left: the jobs that were begun, \
                 of one that was added"
            );
        }
    }
}

/// One job takes long, and there are enough workers for all the others.
async fn a_job_waits_for_nothing_but_a_worker<A: Fn(Job), W: Future<Output = ()> + Send + 'static>(
    workers: impl Fn(usize) -> (A, Vec<W>),
) {
    for count in [2, 3] {
        let (log, gate, open) = (Log::default(), Gate::shut(), Gate::open());
        let (add, workers) = workers(count);
        let mut workers = by_hand(workers);
        add(log.job(1, &gate));
        for number in 2..=9 {
            add(log.job(number, &open));
        }
        // Polled by turns, and given time: a worker may have spawned tasks.
        for _ in 0..1_000 {
            if log.done().len() == 8 {
                break;
            }
            for worker in &mut workers {
                assert!(!worker.ends(), "a worker ended, and more jobs may be added");
            }
            interleave::yield_now().await;
        }
        let mut done = log.done();
        done.sort();
        assert_eq!(
            done,
            [2, 3, 4, 5, 6, 7, 8, 9],
            "{count} workers have nine jobs, and the first one takes long; left: the jobs that the other workers did meanwhile"
        );
        drop(gate);
        drop(add);
        all_end(workers).await;
        assert_eq!(log.done().len(), 9, "all workers have ended; left: how many of nine jobs are done");
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
            assert!(!worker.ends(), "a worker ended, and more jobs may be added");
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
        assert_eq!(
            done,
            [1, 2, 3, 4, 5, 6, 7],
            "{count} workers had seven jobs; left: the jobs done when all workers had ended"
        );
    }
}

fn without_workers_jobs_are_dropped<W>((add, workers): (impl Fn(Job), Vec<W>)) {
    assert!(workers.is_empty(), "no workers were asked for");
    let job = Arc::new(());
    let watched = Arc::downgrade(&job);
    add(Box::pin(async move { drop(job) }));
    assert!(watched.upgrade().is_none(), "there are no workers, and a job that was added is still kept by something");
}

/// If one of the pools waits for something in the other, the test deadlocks.
async fn two_pools_share_nothing<A: Fn(Job), W: Future<Output = ()> + Send + 'static>(
    workers: impl Fn(usize) -> (A, Vec<W>),
) {
    let (log, gate) = (Log::default(), Gate::open());
    let (_add, workers_without_jobs) = workers(1);
    let mut waiting = by_hand(workers_without_jobs);
    assert!(!waiting[0].ends(), "a worker ended, and more jobs may be added");
    let (add, workers) = workers(1);
    add(log.job(1, &gate));
    drop(add);
    all_end(by_hand(workers)).await;
    assert_eq!(log.done(), [1], "the worker has ended, so its job is done");
    assert!(!waiting[0].ends(), "another pool has ended, and with it a worker of this one");
}

fn tokio_task(worker: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> {
    let task = tokio::spawn(worker);
    async { task.await.unwrap() }
}

fn async_std_task(worker: impl Future<Output = ()> + Send + 'static) -> impl Future<Output = ()> {
    async_std::task::spawn(worker)
}

#[interleave::test]
async fn tokio_two_workers_do_two_jobs_at_once() {
    two_jobs_at_once(on_tokio::workers(2), tokio_task).await;
}

#[interleave::test]
async fn tokio_workers_without_jobs_sleep() {
    workers_without_jobs_sleep(on_tokio::workers(2), tokio_task).await;
}

#[interleave::test(real_only)]
async fn tokio_jobs_take_as_long_as_one_if_there_are_workers() {
    const JOB: Duration = Duration::from_millis(10);
    for (workers, jobs, rounds) in [(4, 4, 1), (4, 8, 2), (2, 5, 3), (1, 3, 3), (100, 100, 1)] {
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
            "{workers} workers had {jobs} jobs of {JOB:?}, each worker one at a time",
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
async fn tokio_a_dropped_worker_loses_no_job() {
    a_dropped_worker_loses_no_job(|| on_tokio::workers(3)).await;
}

#[interleave::test(real_only)]
async fn tokio_a_job_waits_for_nothing_but_a_worker() {
    a_job_waits_for_nothing_but_a_worker(on_tokio::workers).await;
}

#[interleave::test(real_only)]
async fn tokio_every_job_is_done_once() {
    every_job_is_done_once(on_tokio::workers).await;
}

#[interleave::test(real_only)]
async fn tokio_a_hundred_workers_do_a_hundred_jobs_at_once() {
    as_many_jobs_as_workers(100, on_tokio::workers, tokio_task).await;
}

#[interleave::test(real_only)]
async fn tokio_without_workers_jobs_are_dropped() {
    without_workers_jobs_are_dropped(on_tokio::workers(0));
}

#[interleave::test(real_only)]
async fn tokio_two_pools_share_nothing() {
    two_pools_share_nothing(on_tokio::workers).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_two_workers_do_two_jobs_at_once() {
    two_jobs_at_once(on_async_std::workers(2), async_std_task).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_workers_without_jobs_sleep() {
    workers_without_jobs_sleep(on_async_std::workers(2), async_std_task).await;
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
async fn async_std_a_dropped_worker_loses_no_job() {
    a_dropped_worker_loses_no_job(|| on_async_std::workers(3)).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_job_waits_for_nothing_but_a_worker() {
    a_job_waits_for_nothing_but_a_worker(on_async_std::workers).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_every_job_is_done_once() {
    every_job_is_done_once(on_async_std::workers).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_hundred_workers_do_a_hundred_jobs_at_once() {
    as_many_jobs_as_workers(100, on_async_std::workers, async_std_task).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_without_workers_jobs_are_dropped() {
    without_workers_jobs_are_dropped(on_async_std::workers(0));
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_two_pools_share_nothing() {
    two_pools_share_nothing(on_async_std::workers).await;
}
