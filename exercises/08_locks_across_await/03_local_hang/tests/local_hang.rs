use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::rc::Rc;

use interleave::CountingWaker;
use local_hang::{Console, Line};
use smol::LocalExecutor;
use smol::channel::{Receiver, Sender, unbounded};
use smol::future::{block_on, poll_once};
use tokio::task::LocalSet;

/// What arrived at the terminal. `Rc`, so its owners stay on their thread.
type Terminal = Rc<RefCell<String>>;

/// A line on which every text takes three polls: two to wait for the terminal, one to arrive.
struct LazyLine(Terminal);

impl Line for LazyLine {
    async fn write(&mut self, text: &str) {
        interleave::yield_now().await;
        interleave::yield_now().await;
        self.0.borrow_mut().push_str(text);
    }
}

/// A line on which each text waits until the test lets it through.
struct GatedLine {
    gate: Receiver<()>,
    terminal: Terminal,
}

impl Line for GatedLine {
    async fn write(&mut self, text: &str) {
        let _ = self.gate.recv().await;
        self.terminal.borrow_mut().push_str(text);
    }
}

fn gated_console() -> (Rc<Console<GatedLine>>, Sender<()>, Terminal) {
    let (open, gate) = unbounded();
    let terminal = Terminal::default();
    (Rc::new(Console::new(GatedLine { gate, terminal: Rc::clone(&terminal) })), open, terminal)
}

/// What task number `n` prints, as two texts.
fn texts(n: u32) -> [String; 2] {
    [format!("{n} begins, "), format!("{n} ends.\n")]
}

/// Whether two hundred tasks have printed their two texts each.
fn assert_texts_stay_together(text: &str) {
    let mut printed: Vec<&str> = text.lines().collect();
    printed.sort_unstable();
    let mut expected: Vec<String> = (0..200).map(|n| texts(n).concat().trim_end().to_owned()).collect();
    expected.sort_unstable();
    assert_eq!(
        printed, expected,
        "200 tasks printed two texts each; left: the lines on the terminal, sorted; the texts of one `print` \
         should be on one line",
    );
}

/// Polls tasks until all of them wait. Returns `false` if there is no end to it.
fn run_until_all_wait(executor: &LocalExecutor<'_>) -> bool {
    (0..1_000).any(|_| !executor.try_tick())
}

#[interleave::test(real_only)] // too many tasks to explore
async fn on_tokio_the_texts_of_one_print_stay_together() {
    let terminal = Terminal::default();
    let console = Rc::new(Console::new(LazyLine(Rc::clone(&terminal))));
    let local = LocalSet::new();
    let print = |n: u32| {
        let console = Rc::clone(&console);
        local.spawn_local(async move { console.print(&texts(n).each_ref().map(String::as_str)).await })
    };
    let tasks: Vec<_> = (0..200).map(print).collect();
    local.await;
    for task in tasks {
        task.await.unwrap();
    }
    assert_texts_stay_together(&terminal.take());
}

#[interleave::test(real_only)] // too many tasks to explore
fn on_smol_the_texts_of_one_print_stay_together() {
    let terminal = Terminal::default();
    let console = &Console::new(LazyLine(Rc::clone(&terminal)));
    let executor = LocalExecutor::new();
    let print = async |n: u32| console.print(&texts(n).each_ref().map(String::as_str)).await;
    let tasks: Vec<_> = (0..200).map(|n| executor.spawn(print(n))).collect();
    block_on(executor.run(async {
        for task in tasks {
            task.await;
        }
    }));
    assert_texts_stay_together(&terminal.take());
}

#[interleave::test]
async fn on_tokio_another_task_runs_while_two_wait() {
    let (console, open, terminal) = gated_console();
    let local = LocalSet::new();
    let tasks = ["a", "b", "c"].map(|text| {
        let console = Rc::clone(&console);
        local.spawn_local(async move { console.print(&[text]).await })
    });
    // Spawned last, so all three have begun when this one is polled.
    local.spawn_local(async move {
        for _ in 0..3 {
            open.send(()).await.unwrap();
        }
    });
    local.await;
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(
        terminal.take().len(),
        3,
        "another task let three texts through, so all of them should be on the terminal"
    );
}

#[interleave::test]
fn on_smol_a_waiting_task_is_not_polled() {
    let (console, open, terminal) = gated_console();
    let done = Cell::new(0);
    let executor = LocalExecutor::new();
    let tasks = ["a", "b"].map(|text| {
        let (console, done) = (&console, &done);
        executor.spawn(async move {
            console.print(&[text]).await;
            done.set(done.get() + 1);
        })
    });
    assert!(
        run_until_all_wait(&executor),
        "one task waits for the terminal and one for the line, and the executor was still polling after 1,000 polls: \
         a waiting task wakes itself again and again",
    );
    assert_eq!(done.get(), 0, "a task has printed, and nothing has been let through to the terminal");
    open.try_send(()).unwrap();
    open.try_send(()).unwrap();
    assert!(run_until_all_wait(&executor), "two tasks print one text each, and there was no end to it in 1,000 polls");
    assert_eq!(done.get(), 2, "two texts have been let through, so both tasks should be done");
    assert_eq!(terminal.take().len(), 2, "two tasks have printed one letter each");
    drop(tasks);
}

#[interleave::test]
fn a_cancelled_print_leaves_the_line_free() {
    let (console, open, terminal) = gated_console();
    block_on(async {
        {
            let mut cancelled = pin!(console.print(&["a"]));
            assert_eq!(poll_once(&mut cancelled).await, None, "nothing has been let through to the terminal");
            let mut waiting = pin!(console.print(&["b"]));
            assert_eq!(poll_once(&mut waiting).await, None, "another `print` holds the line");
            // Here both are dropped, as a timeout does.
        }
        open.try_send(()).unwrap();
        let printed = poll_once(console.print(&["c"])).await;
        assert_eq!(printed, Some(()), "all earlier prints have been dropped, and the line is not free");
    });
    assert_eq!(terminal.take(), "c", "two prints were dropped before their texts got through, one was not");
}

#[interleave::test]
fn each_text_is_written_by_itself() {
    let (console, open, terminal) = gated_console();
    let mut print = Print::begin_with(&console, &["a", "b", ""]);
    for written in ["a", "ab"] {
        open.try_send(()).unwrap();
        print.poll_if_woken();
        assert_eq!(
            *terminal.borrow(),
            written,
            "three texts are printed, and the terminal let one more of them through"
        );
        assert!(!print.done, "three texts are printed, and not all of them have been let through");
    }
    open.try_send(()).unwrap();
    print.poll_if_woken();
    assert!(print.done, "three texts were printed, and the terminal let all of them through");
    assert!(Print::begin_with(&console, &[]).done, "there is no text to wait for");
}

/// A `print` that is polled only when it has been woken.
struct Print<'a> {
    future: Pin<Box<dyn Future<Output = ()> + 'a>>,
    task: CountingWaker,
    seen: usize,
    done: bool,
}

impl<'a> Print<'a> {
    fn begin(console: &'a Console<GatedLine>) -> Self {
        Self::begin_with(console, &["x"])
    }

    fn begin_with(console: &'a Console<GatedLine>, texts: &'static [&'static str]) -> Self {
        let future = Box::pin(console.print(texts));
        let mut print = Print { future, task: CountingWaker::new(), seen: 0, done: false };
        print.poll();
        print
    }

    fn poll(&mut self) {
        self.seen = self.task.wakes();
        self.done = self.task.poll(self.future.as_mut()).is_ready();
    }

    fn poll_if_woken(&mut self) -> bool {
        let woken = !self.done && self.task.wakes() > self.seen;
        if woken {
            self.poll();
        }
        woken
    }
}

/// Four prints, of which any are dropped: while all of them wait, or when the first one has just ended.
#[interleave::test]
fn the_others_get_their_turns_whichever_are_dropped() {
    for first_ends_before in [false, true] {
        for dropped in 0..16_u32 {
            let (console, open, _terminal) = gated_console();
            let mut prints: Vec<_> = (0..4).map(|_| Print::begin(&console)).collect();
            if first_ends_before {
                open.try_send(()).unwrap();
                prints[0].poll_if_woken();
                assert!(prints[0].done, "the first print got the line, and its text has been let through");
            }
            let mut number = 0;
            prints.retain(|_| {
                number += 1;
                dropped & (1 << (number - 1)) == 0
            });
            for _ in 0..4 {
                open.try_send(()).unwrap();
            }
            for _ in 0..100 {
                prints.iter_mut().for_each(|print| {
                    print.poll_if_woken();
                });
            }
            let asleep = prints.iter().filter(|print| !print.done).count();
            let when = if first_ends_before { "the first one had ended" } else { "all of them waited" };
            assert_eq!(
                asleep,
                0,
                "of four prints, {} were dropped when {when}; left: how many of the others sleep, though the line is \
                 free: nobody will wake them",
                4 - prints.len(),
            );
        }
    }
}

#[interleave::test]
fn the_task_that_polled_last_is_woken() {
    let (console, open, _terminal) = gated_console();
    let mut first = Print::begin(&console);
    let mut second = Print::begin(&console);
    // The future moves to another task, as it does when it is polled in a `select!` and then awaited elsewhere.
    let old = std::mem::take(&mut second.task);
    second.poll();
    open.try_send(()).unwrap();
    first.poll_if_woken();
    assert!(first.done, "the first print got the line, and its text has been let through");
    assert!(
        second.task.wakes() > second.seen,
        "the line is free, and the task that polled the second print last was not woken; the one before it was woken \
         {} times",
        old.wakes(),
    );
}

#[interleave::test]
fn two_consoles_have_nothing_in_common() {
    let (one, _shut, _terminal) = gated_console();
    let (other, open, terminal) = gated_console();
    let print = Print::begin(&one);
    open.try_send(()).unwrap();
    assert!(Print::begin(&other).done, "its line is free and lets texts through; only another console is printing");
    assert_eq!(terminal.take(), "x", "one text was let through to this terminal");
    assert!(!print.done, "nothing was let through to the terminal of the first console");
}
