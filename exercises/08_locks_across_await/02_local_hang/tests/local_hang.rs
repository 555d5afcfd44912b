use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;

use local_hang::{Console, Line};
use smol::LocalExecutor;
use smol::channel::{Receiver, Sender, unbounded};
use smol::future::{block_on, poll_once};
use tokio::task::LocalSet;

/// What arrived at the terminal. `Rc`, so whatever owns it stays on its thread.
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

/// Polls what is ready until everything waits; whether it came to that.
fn run_until_all_wait(executor: &LocalExecutor<'_>) -> bool {
    (0..1_000).any(|_| !executor.try_tick())
}

#[interleave::test]
async fn on_tokio_two_tasks_share_the_line() {
    let terminal = Terminal::default();
    let console = Rc::new(Console::new(LazyLine(Rc::clone(&terminal))));
    let local = LocalSet::new();
    let tasks = [["one ", "two "], ["three ", "four "]].map(|texts| {
        let console = Rc::clone(&console);
        local.spawn_local(async move { console.print(&texts).await })
    });
    local.await;
    for task in tasks {
        task.await.unwrap();
    }
    let text = terminal.take();
    assert!(
        ["one two three four ", "three four one two "].contains(&text.as_str()),
        "two tasks printed `one two` and `three four`; on the terminal stands `{text}`",
    );
}

#[interleave::test]
fn on_smol_two_tasks_share_the_line() {
    let terminal = Terminal::default();
    let console = Console::new(LazyLine(Rc::clone(&terminal)));
    let executor = LocalExecutor::new();
    let tasks = [["one ", "two "], ["three ", "four "]].map(|texts| {
        let console = &console;
        executor.spawn(async move { console.print(&texts).await })
    });
    block_on(executor.run(async {
        for task in tasks {
            task.await;
        }
    }));
    let text = terminal.take();
    assert!(
        ["one two three four ", "three four one two "].contains(&text.as_str()),
        "two tasks printed `one two` and `three four`; on the terminal stands `{text}`",
    );
}

#[interleave::test]
async fn on_tokio_another_task_goes_on_while_two_wait() {
    let (console, open, terminal) = gated_console();
    let local = LocalSet::new();
    let tasks = ["a", "b"].map(|text| {
        let console = Rc::clone(&console);
        local.spawn_local(async move { console.print(&[text]).await })
    });
    // Spawned last, so both have begun when this one is polled.
    local.spawn_local(async move {
        open.send(()).await.unwrap();
        open.send(()).await.unwrap();
    });
    local.await;
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(terminal.take().len(), 2, "a third task let both texts through, so both are there");
}

#[interleave::test]
fn on_smol_a_task_that_waits_is_not_polled() {
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
        "one task waits for the terminal and one for the line, and still the executor polls: \
         a task that waits asks again and again",
    );
    assert_eq!(done.get(), 0, "nothing has been let through to the terminal, so nobody has printed");
    open.try_send(()).unwrap();
    open.try_send(()).unwrap();
    assert!(run_until_all_wait(&executor), "two tasks print one text each, and nobody gets to an end");
    assert_eq!(done.get(), 2, "both texts have been let through, so both tasks are done");
    assert_eq!(terminal.take().len(), 2, "two tasks have printed one letter each");
    drop(tasks);
}

#[interleave::test]
fn on_smol_a_print_that_is_given_up_leaves_the_line_free() {
    let (console, open, terminal) = gated_console();
    block_on(async {
        {
            let mut given_up = pin!(console.print(&["a"]));
            assert_eq!(poll_once(&mut given_up).await, None, "nothing has been let through to the terminal");
            let mut waiting = pin!(console.print(&["b"]));
            assert_eq!(poll_once(&mut waiting).await, None, "somebody else is printing");
            // Here both are dropped, as by a timeout.
        }
        open.try_send(()).unwrap();
        let printed = poll_once(console.print(&["c"])).await;
        assert_eq!(printed, Some(()), "nobody prints, and still the line is not free: a cancelled print has kept it");
    });
    assert_eq!(terminal.take(), "c", "two prints were given up, one was not");
}
