use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use interleave::{CountingWaker, HighWater, yield_now};
use owned_guard::{Worker, on_async_std, on_tokio};
use smol::channel::{Receiver, Sender, bounded, unbounded};
use smol::future::{poll_once, zip};

/// Tells when its job begins, and lets the test decide when it ends.
struct Control {
    begun: Receiver<()>,
    end: Option<Sender<()>>,
}

/// A job with the result `result`.
fn job<T>(result: T) -> (Control, impl Future<Output = T>) {
    let (begin, begun) = unbounded();
    let (end, ended) = bounded::<()>(1);
    let work = async move {
        let _ = begin.send(()).await;
        // The channel is closed when the job may end.
        let _ = ended.recv().await;
        result
    };
    (Control { begun, end: Some(end) }, work)
}

impl Control {
    async fn has_begun(&self) {
        let _ = self.begun.recv().await;
    }

    fn may_end(&mut self) {
        self.end = None;
    }
}

/// Whether `future` is still pending after ten polls, between which other tasks may run.
async fn is_pending<T>(future: impl Future<Output = T>) -> bool {
    let mut future = pin!(future);
    for _ in 0..10 {
        if poll_once(&mut future).await.is_some() {
            return false;
        }
        yield_now().await;
    }
    true
}

async fn begin_returns_while_the_job_is_under_way(machine: impl Worker<u32>) {
    let (mut control, work) = job(1);
    // A `begin` that waits for its job never returns: the job may only end afterwards.
    machine.begin(work).await;
    control.has_begun().await;
    control.may_end();
    assert_eq!(machine.collect().await, [1], "the job has ended, with the result 1");
}

async fn collect_waits_and_takes_all_results(machine: impl Worker<u32>) {
    assert_eq!(machine.collect().await, [0; 0], "no job has been begun");
    let (mut first, work) = job(1);
    machine.begin(work).await;
    first.has_begun().await;
    assert!(is_pending(machine.collect()).await, "the first job is under way, and `collect` did not wait for its end");
    first.may_end();
    let (mut second, work) = job(2);
    machine.begin(work).await;
    second.may_end();
    assert_eq!(machine.collect().await, [1, 2], "two jobs were begun, the one with the result 1 first");
    assert_eq!(machine.collect().await, [0; 0], "all results have been collected before");
}

async fn begin_waits_for_the_job_before(machine: impl Worker<u32>) {
    let (mut first, work) = job(1);
    machine.begin(work).await;
    first.has_begun().await;
    let (mut second, work) = job(2);
    let mut begin = pin!(machine.begin(work));
    assert!(is_pending(&mut begin).await, "the machine has a job, and another `begin` returned before its end");
    assert!(second.begun.is_empty(), "two jobs are under way in a machine that does one at a time");
    first.may_end();
    begin.await;
    second.may_end();
    assert_eq!(machine.collect().await, [1, 2], "two jobs were done, one after the other");
}

async fn a_waiting_begin_sleeps(machine: impl Worker<u32>) {
    let (mut first, work) = job(1);
    machine.begin(work).await;
    first.has_begun().await;
    let (mut second, work) = job(2);
    sleeps_until(machine.begin(work), || first.may_end()).await;
    second.may_end();
    assert_eq!(machine.collect().await, [1, 2], "two jobs were done, one after the other");
}

async fn a_waiting_collect_sleeps(machine: impl Worker<u32>) {
    let (mut first, work) = job(1);
    machine.begin(work).await;
    first.has_begun().await;
    let results = sleeps_until(machine.collect(), || first.may_end()).await;
    assert_eq!(results, [1], "one job was begun, and has ended");
}

/// The output of `call`, which waits for a job until `end` lets it end.
async fn sleeps_until<T>(call: impl Future<Output = T>, end: impl FnOnce()) -> T {
    let task = CountingWaker::new();
    let mut call = pin!(call);
    assert!(task.poll(call.as_mut()).is_pending(), "the machine has a job, and another call returned");
    for _ in 0..100 {
        yield_now().await;
    }
    assert_eq!(task.wakes(), 0, "the job is under way; left: how often the waiting call was woken meanwhile");
    end();
    call.await
}

/// A waker of its own for one of several futures that a task polls.
struct Woken {
    flag: AtomicBool,
    task: Waker,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.flag.store(true, Ordering::SeqCst);
        self.task.wake_by_ref();
    }
}

/// Polls the futures until all of them are ready, and each of them only when it has been woken.
async fn all_when_woken(futures: impl IntoIterator<Item = impl Future<Output = ()>>) {
    let mut waiting = Vec::new();
    for future in futures {
        let task = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
        waiting.push((Box::pin(future), Arc::new(Woken { flag: AtomicBool::new(true), task })));
    }
    poll_fn(|_| {
        waiting.retain_mut(|(future, woken)| {
            let waker = Waker::from(Arc::clone(woken));
            !woken.flag.swap(false, Ordering::SeqCst)
                || future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending()
        });
        if waiting.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Three calls of `begin` wait for the machine. If one of them is never woken, the test deadlocks.
async fn all_who_wait_get_a_turn(machine: impl Worker<u32>) {
    let (first, work) = job(1);
    machine.begin(work).await;
    let begin = async |result| {
        machine.begin(async move { result }).await;
    };
    // Polled last, when the others wait.
    let end = async |mut first: Control| first.may_end();
    zip(all_when_woken([2, 3, 4].map(begin)), end(first)).await;
    let mut results = machine.collect().await;
    results.sort_unstable();
    assert_eq!(results, [1, 2, 3, 4], "one job was under way, and three calls of `begin` waited for the machine");
}

/// Two jobs are begun at the same time, and each yields while it is under way.
async fn one_job_at_a_time(machine: impl Worker<u32>) {
    let inside = Arc::new(HighWater::new());
    let begin = |result| {
        let inside = Arc::clone(&inside);
        machine.begin(async move {
            let _inside = inside.enter();
            yield_now().await;
            result
        })
    };
    zip(begin(1), begin(2)).await;
    let mut results = machine.collect().await;
    results.sort_unstable();
    assert_eq!(results, [1, 2], "two jobs were begun, and both have ended");
    assert_eq!(inside.highest(), 1, "left: how many jobs were under way at once, in a machine that does one at a time");
}

async fn a_cancelled_begin_does_nothing<W: Worker<u32>>(machine: impl Fn() -> W) {
    // The machine may be handed to the waiting `begin` before that is dropped.
    for handed_over in [false, true] {
        let machine = machine();
        let (mut first, work) = job(1);
        machine.begin(work).await;
        first.has_begun().await;
        let ((mut second, two), (mut third, three)) = (job(2), job(3));
        second.may_end();
        third.may_end();
        let mut next = pin!(machine.begin(three));
        {
            let mut cancelled = pin!(machine.begin(two));
            assert!(poll_once(&mut cancelled).await.is_none(), "the machine has a job, and another `begin` returned");
            assert!(poll_once(&mut next).await.is_none(), "the machine has a job, and another `begin` returned");
            if handed_over {
                first.may_end();
                for _ in 0..10 {
                    yield_now().await;
                }
            }
            // Here `begin` is dropped, as a timeout does.
        }
        first.may_end();
        next.await;
        assert_eq!(
            machine.collect().await,
            [1, 3],
            "of three `begin`s the second was dropped while it waited, so its job must not be done, and the third one \
             gets its turn",
        );
    }
}

async fn a_cancelled_collect_takes_nothing<W: Worker<u32>>(machine: impl Fn() -> W) {
    // The machine may be handed to the waiting `collect` before that is dropped.
    for handed_over in [false, true] {
        let machine = machine();
        let ((mut first, one), (mut second, two)) = (job(1), job(2));
        first.may_end();
        machine.begin(one).await;
        machine.begin(two).await;
        second.has_begun().await;
        {
            let mut cancelled = pin!(machine.collect());
            assert!(poll_once(&mut cancelled).await.is_none(), "the machine has a job, and `collect` returned");
            if handed_over {
                second.may_end();
                for _ in 0..10 {
                    yield_now().await;
                }
            }
            // Here `collect` is dropped, as a timeout does.
        }
        second.may_end();
        assert_eq!(machine.collect().await, [1, 2], "two jobs were done; a `collect` was dropped while it waited");
    }
}

async fn a_job_outlives_its_machine(machine: impl Worker<u32>) {
    let (mut control, work) = job(1);
    let (tell, told) = bounded(1);
    machine.begin(async move { tell.send(work.await).await.map_or(0, |()| 1) }).await;
    drop(machine);
    control.may_end();
    assert_eq!(told.recv().await, Ok(1), "the machine was dropped, and with it the job that was under way");
}

async fn a_job_that_panics_sets_the_machine_free(machine: impl Worker<u32>) {
    let (end, ended) = bounded::<()>(1);
    machine
        .begin(async move {
            let _ = ended.recv().await;
            panic!("on purpose: this job breaks");
        })
        .await;
    drop(end);
    let (mut next, work) = job(2);
    machine.begin(work).await;
    next.may_end();
    assert_eq!(machine.collect().await, [2], "a job panicked, and the one after it ended with 2");
}

async fn a_job_that_panics_loses_no_other_result(machine: impl Worker<u32>) {
    machine.begin(async { 1 }).await;
    machine.begin(async { panic!("on purpose: this job breaks") }).await;
    machine.begin(async { 2 }).await;
    assert_eq!(machine.collect().await, [1, 2], "of three jobs the second panicked, and the others ended with 1 and 2");
}

async fn two_machines_share_nothing<W: Worker<u32>>(one: W, other: W) {
    let (mut first, work) = job(1);
    one.begin(work).await;
    first.has_begun().await;
    let (mut second, work) = job(2);
    assert!(!is_pending(other.begin(work)).await, "this machine is free; `begin` waits for a job of another machine");
    second.may_end();
    assert_eq!(other.collect().await, [2], "this machine had one job, with the result 2");
    first.may_end();
    assert_eq!(one.collect().await, [1], "this machine had one job, with the result 1");
}

/// The result owns a sender, so the channel is closed when the result is dropped. If it never is, the test deadlocks.
async fn a_machine_leaves_nothing_behind(machine: impl Worker<Sender<()>>) {
    let (result, dropped) = bounded(1);
    let (mut control, work) = job(result);
    machine.begin(work).await;
    drop(machine);
    control.may_end();
    assert!(dropped.recv().await.is_err(), "nobody sends anything");
}

#[interleave::test]
async fn tokio_begin_returns_while_the_job_is_under_way() {
    begin_returns_while_the_job_is_under_way(on_tokio::Machine::idle()).await;
}

#[interleave::test(real_only)]
async fn tokio_collect_waits_and_takes_all_results() {
    collect_waits_and_takes_all_results(on_tokio::Machine::idle()).await;
}

#[interleave::test(real_only)]
async fn tokio_begin_waits_for_the_job_before() {
    begin_waits_for_the_job_before(on_tokio::Machine::idle()).await;
}

#[interleave::test(real_only)]
async fn tokio_a_waiting_begin_sleeps() {
    a_waiting_begin_sleeps(on_tokio::Machine::idle()).await;
}

#[interleave::test(real_only)]
async fn tokio_a_waiting_collect_sleeps() {
    a_waiting_collect_sleeps(on_tokio::Machine::idle()).await;
}

#[interleave::test(real_only)]
async fn tokio_all_who_wait_get_a_turn() {
    all_who_wait_get_a_turn(on_tokio::Machine::idle()).await;
}

#[interleave::test]
async fn tokio_one_job_at_a_time() {
    one_job_at_a_time(on_tokio::Machine::idle()).await;
}

#[interleave::test(real_only)]
async fn tokio_a_cancelled_begin_does_nothing() {
    a_cancelled_begin_does_nothing(on_tokio::Machine::idle).await;
}

#[interleave::test(real_only)]
async fn tokio_a_cancelled_collect_takes_nothing() {
    a_cancelled_collect_takes_nothing(on_tokio::Machine::idle).await;
}

#[interleave::test]
async fn tokio_a_job_outlives_its_machine() {
    a_job_outlives_its_machine(on_tokio::Machine::idle()).await;
}

#[interleave::test]
async fn tokio_a_job_that_panics_sets_the_machine_free() {
    a_job_that_panics_sets_the_machine_free(on_tokio::Machine::idle()).await;
}

#[interleave::test(real_only)]
async fn tokio_a_job_that_panics_loses_no_other_result() {
    a_job_that_panics_loses_no_other_result(on_tokio::Machine::idle()).await;
}

#[interleave::test(real_only)]
async fn tokio_begin_waits_for_as_long_as_the_job_takes() {
    let machine = on_tokio::Machine::idle();
    let long = async {
        tokio::time::sleep(Duration::from_secs(600)).await;
        1
    };
    machine.begin(long).await;
    machine.begin(async { 2 }).await;
    assert_eq!(
        machine.collect().await,
        [1, 2],
        "the first job takes ten minutes, and the second one was begun after it"
    );
}

#[interleave::test(real_only)]
async fn tokio_two_machines_share_nothing() {
    two_machines_share_nothing(on_tokio::Machine::idle(), on_tokio::Machine::idle()).await;
}

#[interleave::test]
async fn tokio_a_machine_leaves_nothing_behind() {
    a_machine_leaves_nothing_behind(on_tokio::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_begin_returns_while_the_job_is_under_way() {
    begin_returns_while_the_job_is_under_way(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_collect_waits_and_takes_all_results() {
    collect_waits_and_takes_all_results(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_begin_waits_for_the_job_before() {
    begin_waits_for_the_job_before(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_waiting_begin_sleeps() {
    a_waiting_begin_sleeps(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_waiting_collect_sleeps() {
    a_waiting_collect_sleeps(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_all_who_wait_get_a_turn() {
    all_who_wait_get_a_turn(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_one_job_at_a_time() {
    one_job_at_a_time(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_cancelled_begin_does_nothing() {
    a_cancelled_begin_does_nothing(on_async_std::Machine::idle).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_cancelled_collect_takes_nothing() {
    a_cancelled_collect_takes_nothing(on_async_std::Machine::idle).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_a_job_outlives_its_machine() {
    a_job_outlives_its_machine(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_a_job_that_panics_sets_the_machine_free() {
    a_job_that_panics_sets_the_machine_free(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_a_job_that_panics_loses_no_other_result() {
    a_job_that_panics_loses_no_other_result(on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std", real_only)]
async fn async_std_two_machines_share_nothing() {
    two_machines_share_nothing(on_async_std::Machine::idle(), on_async_std::Machine::idle()).await;
}

#[interleave::test(runtime = "async-std")]
async fn async_std_a_machine_leaves_nothing_behind() {
    a_machine_leaves_nothing_behind(on_async_std::Machine::idle()).await;
}
