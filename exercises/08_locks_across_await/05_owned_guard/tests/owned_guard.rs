use std::pin::pin;
use std::sync::Arc;

use owned_guard::{Worker, on_async_std, on_tokio};
use smol::channel::{Receiver, Sender, bounded, unbounded};
use smol::future::poll_once;

/// A job that says when it begins and waits until the test lets it end.
struct Job {
    begun: Receiver<()>,
    end: Option<Sender<()>>,
}

fn job<T>(result: T) -> (Job, impl Future<Output = T>) {
    let (begin, begun) = unbounded();
    let (end, ended) = bounded::<()>(1);
    let work = async move {
        let _ = begin.send(()).await;
        // The channel is closed when the job may end.
        let _ = ended.recv().await;
        result
    };
    (Job { begun, end: Some(end) }, work)
}

impl Job {
    async fn has_begun(&self) {
        let _ = self.begun.recv().await;
    }

    fn may_end(&mut self) {
        self.end = None;
    }
}

/// Whether `future` waits, however often it is polled.
async fn waits<T>(future: impl Future<Output = T>) -> bool {
    let mut future = pin!(future);
    for _ in 0..100 {
        if poll_once(&mut future).await.is_some() {
            return false;
        }
    }
    true
}

async fn begin_returns_while_the_job_is_under_way(machine: impl Worker<u32>) {
    let (mut drill, work) = job(1);
    // A `begin` that waits for its job never comes back: the job may only end afterwards.
    machine.begin(work).await;
    drill.has_begun().await;
    assert!(waits(machine.collect()).await, "the job is under way, so there is nothing to collect yet");
    drill.may_end();
    assert_eq!(machine.collect().await, [1], "the job has ended, with the result 1");
}

async fn begin_waits_for_the_job_before(machine: impl Worker<u32>) {
    let (mut first, work) = job(1);
    machine.begin(work).await;
    let (_second, work) = job(2);
    assert!(
        waits(machine.begin(work)).await,
        "the machine does one job at a time and has one; another `begin` returned all the same",
    );
    first.may_end();
    // Here the second `begin` has been given up, and its job with it.
    assert_eq!(machine.collect().await, [1], "one job was begun, the other one was given up before it was");
}

async fn one_job_at_a_time(machine: impl Worker<u32>) {
    let (mut first, work) = job(1);
    machine.begin(work).await;
    first.has_begun().await;
    let (mut second, work) = job(2);
    let mut begin = pin!(machine.begin(work));
    let returned = !waits(&mut begin).await;
    assert!(!returned && second.begun.is_empty(), "two jobs are under way in a machine for one");
    first.may_end();
    begin.await;
    second.may_end();
    assert_eq!(machine.collect().await, [1, 2], "two jobs were done, one after the other");
}

async fn a_job_outlives_its_machine(machine: impl Worker<u32>) {
    let (mut drill, work) = job(1);
    let (tell, told) = bounded(1);
    machine.begin(async move { tell.send(work.await).await.map_or(0, |()| 1) }).await;
    drop(machine);
    drill.may_end();
    assert_eq!(told.recv().await, Ok(1), "the machine was dropped, and the job that it had begun with it");
}

async fn a_job_that_panics_sets_the_machine_free(machine: impl Worker<u32>) {
    let (end, ended) = bounded::<()>(1);
    machine
        .begin(async move {
            let _ = ended.recv().await;
            panic!("on purpose: the drill breaks");
        })
        .await;
    drop(end);
    let (mut next, work) = job(2);
    machine.begin(work).await;
    next.may_end();
    assert_eq!(machine.collect().await, [2], "a job panicked, and the one after it ended with 2");
}

#[interleave::test]
async fn tokio_begin_returns_while_the_job_is_under_way() {
    begin_returns_while_the_job_is_under_way(on_tokio::Machine::idle()).await;
}

#[interleave::test]
async fn tokio_begin_waits_for_the_job_before() {
    begin_waits_for_the_job_before(on_tokio::Machine::idle()).await;
}

#[interleave::test]
async fn tokio_one_job_at_a_time() {
    one_job_at_a_time(on_tokio::Machine::idle()).await;
}

#[interleave::test]
async fn tokio_a_job_outlives_its_machine() {
    a_job_outlives_its_machine(on_tokio::Machine::idle()).await;
}

#[interleave::test]
async fn tokio_a_job_that_panics_sets_the_machine_free() {
    a_job_that_panics_sets_the_machine_free(on_tokio::Machine::idle()).await;
}

#[interleave::test]
async fn tokio_a_machine_leaves_nothing_behind() {
    let machine = on_tokio::Machine::idle();
    let result = Arc::new(());
    let watched = Arc::downgrade(&result);
    let (mut drill, work) = job(result);
    machine.begin(work).await;
    drop(machine);
    drill.may_end();
    // One thread, so the job gets on whenever this task lets it.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(
        watched.upgrade().is_none(),
        "machine and job are gone, and nobody collected the result: it is still kept in memory, by what?",
    );
}

#[interleave::test(runtime = "async-std")]
async fn async_std_begin_returns_while_the_job_is_under_way() {
    begin_returns_while_the_job_is_under_way(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_begin_waits_for_the_job_before() {
    begin_waits_for_the_job_before(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_one_job_at_a_time() {
    one_job_at_a_time(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_a_job_outlives_its_machine() {
    a_job_outlives_its_machine(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_a_job_that_panics_sets_the_machine_free() {
    a_job_that_panics_sets_the_machine_free(on_async_std::Machine::idle()).await;
}
