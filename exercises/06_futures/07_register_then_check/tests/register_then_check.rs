use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll};
use std::thread;

use interleave::CountingWaker;
use register_then_check::{Port, Registers};

/// What the port has received and the driver has not taken.
#[derive(Clone, Default)]
struct Line(Arc<Mutex<VecDeque<u8>>>);

impl Line {
    /// A byte comes in. Its interrupt follows.
    fn receive(&self, byte: u8) {
        self.0.lock().unwrap().push_back(byte);
    }
}

impl Registers for Line {
    fn take(&self) -> Option<u8> {
        self.0.lock().unwrap().pop_front()
    }
}

/// A port at a line, for several threads.
fn port() -> (Arc<Port<Line>>, Line) {
    let line = Line::default();
    (Arc::new(Port::new(line.clone())), line)
}

/// Polls the port once, as `task`.
fn poll<R: Registers>(port: &Port<R>, task: &CountingWaker) -> Poll<u8> {
    port.poll_read(&mut Context::from_waker(&task.waker()))
}

#[interleave::test]
fn bytes_that_have_arrived_are_read_at_once() {
    let (port, line) = port();
    let task = CountingWaker::new();
    for byte in [7, 0] {
        line.receive(byte);
        port.interrupt();
    }
    assert_eq!(poll(&port, &task), Poll::Ready(7), "left: the first poll, after 7 and 0 were received");
    assert_eq!(poll(&port, &task), Poll::Ready(0), "left: the second poll, after 7 and 0 were received");
    assert_eq!(poll(&port, &task), Poll::Pending, "left: the third poll, after two bytes were received and read");
    // The interrupt of this byte is still to come.
    line.receive(8);
    assert_eq!(poll(&port, &task), Poll::Ready(8), "left: a poll after 8 was received, before its interrupt");
}

#[interleave::test]
fn a_byte_wakes_the_reader() {
    let (port, line) = port();
    let task = CountingWaker::new();
    for byte in [7, 8] {
        let before = task.wakes();
        assert_eq!(poll(&port, &task), Poll::Pending, "left: a poll before byte {byte} was received");
        line.receive(byte);
        port.interrupt();
        assert!(task.wakes() > before, "byte {byte} was received, and its interrupt did not wake the reader");
        assert_eq!(poll(&port, &task), Poll::Ready(byte), "left: a poll after byte {byte} was received");
    }
}

#[interleave::test(runtime = "smol", early_deadlines)]
async fn a_byte_is_never_missed() {
    let (port, line) = port();
    let hardware = thread::spawn({
        let port = Arc::clone(&port);
        move || {
            line.receive(7);
            port.interrupt();
        }
    });
    assert_eq!(poll_fn(|context| port.poll_read(context)).await, 7, "left: what was read; 7 was received");
    hardware.join().unwrap();
}

/// A line that is read a moment too early: whenever nothing has been received, a byte comes directly afterwards, and its
/// interrupt stops the thread that has just looked.
struct JustMissed {
    line: Line,
    still_to_come: Mutex<VecDeque<u8>>,
    port: Weak<Port<JustMissed>>,
}

impl Registers for JustMissed {
    fn take(&self) -> Option<u8> {
        let taken = self.line.take();
        if taken.is_none() {
            let byte = self.still_to_come.lock().unwrap().pop_front();
            if let Some(byte) = byte {
                self.line.receive(byte);
                self.port.upgrade().expect("the test has a driver").interrupt();
            }
        }
        taken
    }
}

#[interleave::test]
fn an_interrupt_may_stop_the_thread_that_polls() {
    let still_to_come = Mutex::new(VecDeque::from([7, 8]));
    let port =
        Arc::new_cyclic(|port| Port::new(JustMissed { line: Line::default(), still_to_come, port: Weak::clone(port) }));
    let (task, mut read) = (CountingWaker::new(), Vec::new());
    while read.len() < 2 {
        let before = task.wakes();
        match poll(&port, &task) {
            Poll::Ready(byte) => {
                read.push(byte);
                assert_eq!(
                    task.kept(),
                    0,
                    "left: how many wakers are kept; a byte came during the poll, and the poll returned it"
                );
            }
            Poll::Pending => assert!(
                task.wakes() > before,
                "a poll found nothing, then a byte and its interrupt came on the same thread, before the poll returned \
                 `Pending`; the reader was not woken. Read so far: {read:?}",
            ),
        }
    }
    assert_eq!(read, [7, 8], "left: what was read, right: what was received");
}

#[interleave::test]
fn no_reader_is_woken_without_an_interrupt() {
    let (port, _line) = port();
    let task = CountingWaker::new();
    for _ in 0..3 {
        assert_eq!(poll(&port, &task), Poll::Pending, "left: a poll of a port that has received nothing");
    }
    assert_eq!(
        (task.wakes(), task.kept()),
        (0, 1),
        "left: how often the reader was woken without an interrupt, and how many of its wakers are kept"
    );
}

#[interleave::test]
fn the_task_that_polled_last_is_woken() {
    let (port, line) = port();
    let (before, now) = (CountingWaker::new(), CountingWaker::new());
    assert_eq!(poll(&port, &before), Poll::Pending, "left: a poll of a port that has received nothing");
    // Another task reads from now on.
    assert_eq!(poll(&port, &now), Poll::Pending, "left: a poll of a port that has received nothing");
    line.receive(7);
    port.interrupt();
    assert_eq!(
        (before.wakes(), before.kept()),
        (0, 0),
        "left: wakes and kept wakers of a task that had polled before another one did"
    );
    assert_ne!(now.wakes(), 0, "a byte was received, and the task that polled last was not woken");
}

#[interleave::test]
fn an_interrupt_without_a_byte_ends_no_read() {
    let (port, line) = port();
    let task = CountingWaker::new();
    port.interrupt();
    assert_eq!(poll(&port, &task), Poll::Pending, "left: the first poll, after an interrupt of another device");
    for _ in 0..2 {
        port.interrupt();
        assert_eq!(poll(&port, &task), Poll::Pending, "left: a poll after an interrupt of another device");
    }
    let before = task.wakes();
    line.receive(7);
    port.interrupt();
    assert!(task.wakes() > before, "interrupts of another device came first, and that of the byte woke nobody");
    assert_eq!(poll(&port, &task), Poll::Ready(7), "left: a poll after 7 was received");
}

#[interleave::test]
fn no_waker_is_kept_when_the_byte_is_read() {
    let (port, line) = port();
    let task = CountingWaker::new();
    line.receive(7);
    assert_eq!(poll(&port, &task), Poll::Ready(7), "left: the first poll, after 7 was received");
    assert_eq!(task.kept(), 0, "left: how many wakers are kept of a task whose first poll was ready");
    assert_eq!(poll(&port, &task), Poll::Pending, "left: a poll after everything was read");
    line.receive(8);
    assert_eq!(poll(&port, &task), Poll::Ready(8), "left: a poll after 8 was received, before its interrupt");
    assert_eq!(task.kept(), 0, "left: how many wakers are kept of a task that waited, and has read its byte");
    let before = task.wakes();
    port.interrupt();
    assert_eq!(task.wakes(), before, "left: the wakes of a task that does not wait any more, after an interrupt");
}

#[interleave::test(runtime = "smol")]
async fn two_bytes_are_read_once_each_and_in_order() {
    let (port, line) = port();
    line.receive(7);
    let hardware = thread::spawn({
        let port = Arc::clone(&port);
        move || {
            line.receive(8);
            port.interrupt();
        }
    });
    let first = poll_fn(|context| port.poll_read(context)).await;
    let second = poll_fn(|context| port.poll_read(context)).await;
    assert_eq!([first, second], [7, 8], "left: what was read, right: what was received");
    hardware.join().unwrap();
}

#[interleave::test]
fn a_byte_that_comes_as_another_task_polls_is_not_missed() {
    let (port, line) = port();
    let (before, now) = (CountingWaker::new(), CountingWaker::new());
    assert_eq!(poll(&port, &before), Poll::Pending, "left: a poll of a port that has received nothing");
    let hardware = thread::spawn({
        let port = Arc::clone(&port);
        move || {
            line.receive(7);
            port.interrupt();
        }
    });
    let polled = poll(&port, &now);
    hardware.join().unwrap();
    if polled.is_pending() {
        assert_ne!(now.wakes(), 0, "the byte came while another task polled, and that task was not woken");
        assert_eq!(poll(&port, &now), Poll::Ready(7), "left: a poll after 7 was received");
    } else {
        assert_eq!(polled, Poll::Ready(7), "left: a poll while 7 was received");
    }
}

#[interleave::test]
fn two_ports_do_not_disturb_each_other() {
    let ((port, line), (other, _silent)) = (port(), port());
    let (task, waits) = (CountingWaker::new(), CountingWaker::new());
    assert_eq!(poll(&port, &task), Poll::Pending, "left: a poll of a port that has received nothing");
    assert_eq!(poll(&other, &waits), Poll::Pending, "left: a poll of a port that has received nothing");
    line.receive(7);
    port.interrupt();
    assert_ne!(task.wakes(), 0, "the first of two ports received a byte, and its reader was not woken");
    assert_eq!((waits.wakes(), waits.kept()), (0, 1), "left: wakes and wakers of the task that reads the other port");
    assert_eq!(poll(&port, &task), Poll::Ready(7), "left: a poll of the first port, after 7 was received");
    assert_eq!(poll(&other, &waits), Poll::Pending, "left: a poll of the other port, which received nothing");
}
