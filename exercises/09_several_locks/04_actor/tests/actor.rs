use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use actor::{Gone, Report, plan};
use interleave::CountingWaker;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::yield_now;

/// What each file includes. A file that is not listed includes none.
type Includes = HashMap<u32, Vec<u32>>;

fn includes<const N: usize>(includes: [(u32, &[u32]); N]) -> Arc<Includes> {
    Arc::new(includes.map(|(file, included)| (file, included.to_vec())).into())
}

/// The other actor: takes files until there are no more, and reports what it finds. Returns what it has compiled.
async fn compile(includes: Arc<Includes>, mut files: Receiver<u32>, reports: Sender<Report>) -> Vec<u32> {
    let mut compiled = Vec::new();
    while let Some(file) = files.recv().await {
        for &included in includes.get(&file).into_iter().flatten() {
            if reports.send(Report::Includes(included)).await.is_err() {
                return compiled;
            }
        }
        compiled.push(file);
        if reports.send(Report::Done).await.is_err() {
            return compiled;
        }
    }
    compiled
}

/// A planner and a compiler, a task each, with channels of this capacity: the planner's result, and what was compiled.
async fn build(includes: &Arc<Includes>, capacity: usize) -> (Result<Vec<u32>, Gone>, Vec<u32>) {
    let (files, taken) = channel(capacity);
    let (report, reports) = channel(capacity);
    let compiler = tokio::spawn(compile(Arc::clone(includes), taken, report));
    let planned = plan(0, files, reports).await;
    (planned, compiler.await.unwrap())
}

/// The first file includes four others, and the compiler is stopped after it. Each channel has room for one message, and
/// both tasks run on one thread.
#[interleave::test(flavor = "current_thread")]
async fn a_planner_and_a_compiler_never_deadlock() {
    let (files, mut taken) = channel(1);
    let (report, reports) = channel(1);
    let compiler = tokio::spawn(async move {
        let first = taken.recv().await;
        for file in 1..=4 {
            report.send(Report::Includes(file)).await.expect("the planner takes reports until the compiler is gone");
        }
        first
    });
    assert_eq!(plan(0, files, reports).await, Err(Gone), "the compiler was stopped; left: what `plan` returned");
    assert_eq!(compiler.await.unwrap(), Some(0), "left: the file that the planner handed out first");
}

#[interleave::test(real_only)]
async fn a_large_program_is_built() {
    let wide: Vec<u32> = (1..=100).collect();
    let deep: Vec<u32> = (101..=200).collect();
    for capacity in [1, 10] {
        let (planned, compiled) = build(&includes([(0, &wide), (7, &deep), (100, &wide)]), capacity).await;
        let all: Vec<u32> = (0..=200).collect();
        assert!(
            compiled == all,
            "a file includes 100 others, and one of these 100 more; not each of them was compiled once"
        );
        assert!(planned == Ok(all), "201 files were compiled; `plan` returned others");
    }
}

/// A planner that is polled by hand. Its compiler is the test: nothing else runs, so there is one interleaving.
struct Bench {
    planner: Pin<Box<dyn Future<Output = Result<Vec<u32>, Gone>> + Send>>,
    task: CountingWaker,
    files: Option<Receiver<u32>>,
    report: Option<Sender<Report>>,
}

impl Bench {
    /// A planner that has handed out file 0. Its channels have this capacity.
    async fn new(capacity: usize) -> Self {
        let (files, taken) = channel(capacity);
        let (report, reports) = channel(capacity);
        let planner = Box::pin(plan(0, files, reports));
        let mut bench = Self { planner, task: CountingWaker::new(), files: Some(taken), report: Some(report) };
        assert_eq!(bench.run().await, Poll::Pending, "no file is compiled yet; `plan` returned");
        assert_eq!(bench.take(), Some(0), "there is room, so the first file is handed out at once");
        bench
    }

    /// Polls the planner for as long as it is woken.
    async fn run(&mut self) -> Poll<Result<Vec<u32>, Gone>> {
        for _ in 0..100 {
            let wakes = self.task.wakes();
            let polled = self.task.poll(self.planner.as_mut());
            if polled.is_ready() || self.task.wakes() == wakes {
                return polled;
            }
            // tokio makes a task wait that does too much in one go.
            yield_now().await;
        }
        panic!("nothing happens, and the planner woke itself 100 times");
    }

    /// Reports something, and lets the planner run.
    async fn report(&mut self, report: Report) -> Poll<Result<Vec<u32>, Gone>> {
        let sent = self.report.as_ref().expect("the compiler is there").try_send(report);
        assert_eq!(
            sent,
            Ok(()),
            "the compiler takes no further file before it has reported; the planner took no report"
        );
        self.run().await
    }

    /// The next file in the compiler's inbox.
    fn take(&mut self) -> Option<u32> {
        self.files.as_mut().expect("the compiler is there").try_recv().ok()
    }
}

#[interleave::test(real_only)]
async fn a_planner_takes_reports_while_there_is_no_room() {
    let mut bench = Bench::new(1).await;
    for file in 1..=4 {
        assert_eq!(bench.report(Report::Includes(file)).await, Poll::Pending, "no file is compiled yet");
    }
    for file in 1..=4 {
        assert_eq!(
            bench.take(),
            Some(file),
            "four includes were reported, and there is room; left: the file in the inbox"
        );
        assert_eq!(bench.report(Report::Done).await, Poll::Pending, "some files are not compiled yet; `plan` returned");
    }
    let found = Ok(vec![0, 1, 2, 3, 4]);
    assert_eq!(
        bench.report(Report::Done).await,
        Poll::Ready(found),
        "five files are compiled; left: what `plan` returned"
    );
}

#[interleave::test(real_only)]
async fn a_file_is_handed_out_when_it_is_found_if_there_is_room() {
    let mut bench = Bench::new(2).await;
    for file in 1..=4 {
        assert_eq!(bench.report(Report::Includes(file)).await, Poll::Pending, "no file is compiled yet");
    }
    let inbox = [bench.take(), bench.take(), bench.take()];
    assert_eq!(
        inbox,
        [Some(1), Some(2), None],
        "file 0 is being compiled, and it includes four others; the compiler's inbox has room for two of them (left: those in it)"
    );
}

#[interleave::test(real_only)]
async fn files_are_handed_out_in_the_order_in_which_they_were_found() {
    let mut bench = Bench::new(1).await;
    for file in [30, 10, 20] {
        assert_eq!(bench.report(Report::Includes(file)).await, Poll::Pending, "no file is compiled yet");
    }
    let mut taken = Vec::new();
    for _ in 0..3 {
        taken.extend(bench.take());
        assert_eq!(bench.report(Report::Done).await, Poll::Pending, "some files are not compiled yet; `plan` returned");
    }
    assert_eq!(
        taken,
        [30, 10, 20],
        "file 0 includes 30, 10 and 20, in this order; left: the files as they were handed out"
    );
    let planned = bench.report(Report::Done).await;
    assert_eq!(planned, Poll::Ready(Ok(vec![0, 30, 10, 20])), "four files are compiled; left: what `plan` returned");
}

/// Files that include each other, and a file that is included again while it waits for room.
#[interleave::test(real_only)]
async fn each_file_is_handed_out_once() {
    let mut bench = Bench::new(1).await;
    for file in [1, 0, 1, 2, 2, 3, 2] {
        assert_eq!(bench.report(Report::Includes(file)).await, Poll::Pending, "no file is compiled yet");
    }
    for file in [1, 2, 3] {
        assert_eq!(bench.take(), Some(file), "the files 0 to 3 include each other; left: the one in the inbox");
        assert_eq!(bench.report(Report::Done).await, Poll::Pending, "some files are not compiled yet; `plan` returned");
    }
    assert_eq!(bench.take(), None, "the files 0 to 3 were handed out, and now one of them again (left)");
    let planned = bench.report(Report::Done).await;
    assert_eq!(planned, Poll::Ready(Ok(vec![0, 1, 2, 3])), "four files are compiled; left: what `plan` returned");
}

#[interleave::test(real_only)]
async fn every_file_is_compiled_when_the_planner_ends() {
    let mut bench = Bench::new(4).await;
    for report in [Report::Includes(1), Report::Done, Report::Includes(2), Report::Done] {
        let planned = bench.report(report).await;
        assert_eq!(planned, Poll::Pending, "a file was handed out and is not compiled yet; `plan` returned");
    }
    let planned = bench.report(Report::Done).await;
    assert_eq!(
        planned,
        Poll::Ready(Ok(vec![0, 1, 2])),
        "three of three files are compiled; left: what `plan` returned"
    );
    assert_eq!([bench.take(), bench.take(), bench.take()], [Some(1), Some(2), None], "each file is handed out once");
}

/// A planner that waits, for a report and perhaps for room as well, does not poll.
#[interleave::test(real_only)]
async fn a_waiting_planner_sleeps() {
    for included in [0, 2] {
        let mut bench = Bench::new(1).await;
        for file in 1..=included {
            assert_eq!(bench.report(Report::Includes(file)).await, Poll::Pending, "no file is compiled yet");
        }
        let wakes = bench.task.wakes();
        for _ in 0..10 {
            assert!(bench.task.poll(bench.planner.as_mut()).is_pending(), "no file is compiled yet");
            yield_now().await;
        }
        // The clock is paused, so this takes no time. It wakes a planner that has set itself a timer.
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(
            bench.task.wakes() - wakes,
            0,
            "{included} includes were reported, and the compiler is at work; left: how often the planner was woken meanwhile"
        );
    }
}

#[interleave::test(real_only)]
async fn the_planner_notices_that_the_compiler_is_gone() {
    let mut bench = Bench::new(1).await;
    bench.report = None;
    assert_eq!(bench.run().await, Poll::Ready(Err(Gone)), "file 0 is not compiled, and no report can come");

    let mut bench = Bench::new(1).await;
    bench.files = None;
    assert_eq!(bench.report(Report::Includes(1)).await, Poll::Ready(Err(Gone)), "nobody will ever take file 1");

    let mut bench = Bench::new(1).await;
    for file in [1, 2] {
        assert_eq!(bench.report(Report::Includes(file)).await, Poll::Pending, "no file is compiled yet");
    }
    bench.report = None;
    assert_eq!(
        bench.run().await,
        Poll::Ready(Err(Gone)),
        "no report can come, so no file is ever compiled; file 2 still waits for room"
    );
}

/// A compiler that takes no more files may still report.
#[interleave::test(real_only)]
async fn the_last_reports_count() {
    let mut bench = Bench::new(1).await;
    bench.files = None;
    assert_eq!(
        bench.run().await,
        Poll::Pending,
        "the compiler takes no more files; it has taken all that were found, and can still report"
    );
    assert_eq!(
        bench.report(Report::Done).await,
        Poll::Ready(Ok(vec![0])),
        "the compiler takes no more files, and has compiled all that were found"
    );
}

#[interleave::test(real_only)]
async fn a_dropped_planner_hands_out_nothing_more() {
    let mut bench = Bench::new(1).await;
    for file in 1..=3 {
        assert_eq!(bench.report(Report::Includes(file)).await, Poll::Pending, "no file is compiled yet");
    }
    let Bench { planner, files, .. } = bench;
    drop(planner);
    let mut files = files.expect("the compiler is there");
    assert_eq!(files.recv().await, Some(1), "file 1 was handed out before the planner was dropped");
    assert_eq!(files.recv().await, None, "the planner was dropped while two files waited for room; left: one of them");
}
