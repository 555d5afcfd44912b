use std::iter;
use std::panic;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use one_condvar_two_mutexes::Modem;

/// A thread that does `work` with the modem.
fn start<T: Send + 'static>(modem: &Arc<Modem>, work: impl FnOnce(&Modem) -> T + Send + 'static) -> JoinHandle<T> {
    let modem = Arc::clone(modem);
    thread::spawn(move || work(&modem))
}

/// Waits until the thread has ended. Its panic, if there was one, continues here, so that the verdict has its text.
fn end<T>(thread: JoinHandle<T>) -> T {
    thread.join().unwrap_or_else(|reason| panic::resume_unwind(reason))
}

/// A thread of the driver that takes a command, and a program that takes a received line. Both are asleep, when explored.
fn driver_and_program(modem: &Arc<Modem>) -> (JoinHandle<Option<String>>, JoinHandle<Option<String>>) {
    let driver = start(modem, Modem::next_command);
    interleave::settle();
    let program = start(modem, Modem::receive);
    interleave::settle();
    (driver, program)
}

#[interleave::test]
fn the_driver_and_a_program_may_wait_at_the_same_time() {
    let modem = Arc::new(Modem::new());
    let driver = start(&modem, Modem::next_command);
    let program = start(&modem, Modem::receive);
    modem.deliver("RING");
    modem.send("ATA");
    let received = end(program);
    let command = end(driver);
    assert_eq!(received.as_deref(), Some("RING"), "left: what a program received, right: what was delivered");
    assert_eq!(command.as_deref(), Some("ATA"), "left: the driver's next command, right: what a program sent");
}

#[interleave::test(steps = 1_000)]
fn a_command_wakes_the_driver_though_a_program_waits() {
    for program_first in [false, true] {
        let modem = Arc::new(Modem::new());
        let (driver, program) = if program_first {
            let program = start(&modem, Modem::receive);
            interleave::settle();
            let driver = start(&modem, Modem::next_command);
            interleave::settle();
            (driver, program)
        } else {
            driver_and_program(&modem)
        };
        modem.send("ATDT 5551234");
        let command = end(driver);
        assert_eq!(command.as_deref(), Some("ATDT 5551234"), "left: the driver's next command, right: what was sent");
        modem.deliver("CONNECT");
        let received = end(program);
        assert_eq!(received.as_deref(), Some("CONNECT"), "left: what the program received, right: what was delivered");
    }
}

#[interleave::test(steps = 1_000)]
fn a_received_line_wakes_the_program_though_the_driver_waits() {
    let modem = Arc::new(Modem::new());
    let (driver, program) = driver_and_program(&modem);
    modem.deliver("RING");
    let received = end(program);
    assert_eq!(received.as_deref(), Some("RING"), "left: what the program received, right: what was delivered");
    modem.send("ATA");
    let command = end(driver);
    assert_eq!(command.as_deref(), Some("ATA"), "left: the driver's next command, right: what was sent");
}

/// What two threads get that sleep in `take` when two lines are put in.
fn two_asleep(put: fn(&Modem, &str), take: fn(&Modem) -> Option<String>) -> [String; 2] {
    let modem = Arc::new(Modem::new());
    let takers = [(); 2].map(|()| start(&modem, take));
    interleave::settle();
    put(&modem, "first");
    put(&modem, "second");
    let mut taken = takers.map(|taker| end(taker).unwrap_or("nothing".to_owned()));
    taken.sort();
    taken
}

#[interleave::test(steps = 1_000)]
fn two_lines_wake_two_programs() {
    let taken = two_asleep(Modem::deliver, Modem::receive);
    assert_eq!(taken, ["first", "second"], "two lines were delivered while two programs slept (left: what they got)");
}

#[interleave::test(steps = 1_000)]
fn two_commands_wake_two_threads_of_the_driver() {
    let taken = two_asleep(Modem::send, Modem::next_command);
    assert_eq!(taken, ["first", "second"], "two commands were sent while two threads slept (left: what they got)");
}

/// What two threads get that call `take` at any moment, while one line after the other is put in.
fn one_line_each(put: fn(&Modem, &str), take: fn(&Modem) -> Option<String>) -> [String; 2] {
    let modem = Arc::new(Modem::new());
    let takers = [(); 2].map(|()| start(&modem, take));
    put(&modem, "first");
    // When explored, one of them has the first line by now, and the other one sleeps.
    interleave::settle();
    put(&modem, "second");
    let mut taken = takers.map(|taker| end(taker).unwrap_or("nothing".to_owned()));
    taken.sort();
    taken
}

#[interleave::test(steps = 1_000)]
fn of_two_programs_each_gets_a_line_of_its_own() {
    let taken = one_line_each(Modem::deliver, Modem::receive);
    assert_eq!(
        taken,
        ["first", "second"],
        "two lines were delivered, and the line is not hung up (left: what two programs got)"
    );
}

#[interleave::test(steps = 1_000)]
fn of_two_threads_of_the_driver_each_gets_a_command_of_its_own() {
    let taken = one_line_each(Modem::send, Modem::next_command);
    assert_eq!(
        taken,
        ["first", "second"],
        "two commands were sent, and the line is not hung up (left: what two threads got)"
    );
}

/// What this thread gets with three calls of `take`, while another one puts two lines in and then hangs up.
fn in_order(put: fn(&Modem, &str), take: fn(&Modem) -> Option<String>) -> [Option<String>; 3] {
    let modem = Arc::new(Modem::new());
    let other = start(&modem, move |modem| ["first", "second"].map(|line| put(modem, line)));
    let [first, second] = [(); 2].map(|()| take(&modem));
    end(other);
    modem.hang_up();
    [first, second, take(&modem)]
}

#[interleave::test]
fn received_lines_come_in_their_order_and_once() {
    let taken = in_order(Modem::deliver, Modem::receive);
    let lines = taken.each_ref().map(Option::as_deref);
    assert_eq!(
        lines,
        [Some("first"), Some("second"), None],
        "two lines were delivered, and then hung up (left: what came)"
    );
}

#[interleave::test]
fn commands_come_in_their_order_and_once() {
    let taken = in_order(Modem::send, Modem::next_command);
    let lines = taken.each_ref().map(Option::as_deref);
    assert_eq!(
        lines,
        [Some("first"), Some("second"), None],
        "two commands were sent, and then hung up (left: what came)"
    );
}

// One thread has one interleaving.
#[interleave::test(real_only)]
fn sending_and_delivering_wait_for_nobody() {
    let modem = Modem::new();
    let lines: Vec<String> = (1..=5_000).map(|number| format!("line {number}")).collect();
    for line in &lines {
        modem.send(line);
        modem.deliver(line);
    }
    modem.hang_up();
    let commands: Vec<String> = iter::from_fn(|| modem.next_command()).collect();
    let received: Vec<String> = iter::from_fn(|| modem.receive()).collect();
    assert!(commands == lines, "5,000 commands were sent; {} were taken, or not in their order", commands.len());
    assert!(received == lines, "5,000 lines were delivered; {} were taken, or not in their order", received.len());
}

/// Three threads that wait, two of them with `take`, and what they get when the line is hung up.
fn hung_up_on(take: fn(&Modem) -> Option<String>) -> [Option<String>; 3] {
    let modem = Arc::new(Modem::new());
    let one_more = start(&modem, take);
    let (driver, program) = driver_and_program(&modem);
    modem.hang_up();
    [driver, program, one_more].map(end)
}

#[interleave::test(steps = 1_000)]
fn hanging_up_wakes_all_programs() {
    let seen = hung_up_on(Modem::receive);
    assert_eq!(
        seen,
        [None, None, None],
        "the line was hung up while a driver and two programs waited (left: what they got)"
    );
}

#[interleave::test(steps = 1_000)]
fn hanging_up_wakes_all_threads_of_the_driver() {
    let seen = hung_up_on(Modem::next_command);
    assert_eq!(
        seen,
        [None, None, None],
        "the line was hung up while two drivers and a program waited (left: what they got)"
    );
}

#[interleave::test]
fn hanging_up_is_never_missed() {
    let modem = Arc::new(Modem::new());
    let driver = start(&modem, Modem::next_command);
    let program = start(&modem, Modem::receive);
    modem.hang_up();
    let seen = [driver, program].map(end);
    assert_eq!(seen, [None, None], "the line was hung up while two threads were about to wait (left: what they got)");
}

#[interleave::test]
fn what_was_sent_before_is_still_there_after_hanging_up() {
    let modem = Modem::new();
    modem.send("ATH");
    modem.deliver("NO CARRIER");
    modem.hang_up();
    let commands = [modem.next_command(), modem.next_command()];
    assert_eq!(commands, [Some("ATH".to_owned()), None], "one command was sent before the line was hung up (left)");
    let received = [modem.receive(), modem.receive()];
    assert_eq!(received, [Some("NO CARRIER".to_owned()), None], "one line was received before it was hung up (left)");
}

#[interleave::test(steps = 1_000)]
fn a_thread_sleeps_until_something_is_there_for_it() {
    let modem = Arc::new(Modem::new());
    // When explored, this returns when both are asleep. A thread that polls never is.
    let (driver, program) = driver_and_program(&modem);
    if cfg!(feature = "explore") {
        // A day of the virtual clock, in which nothing happens.
        thread::sleep(Duration::from_secs(24 * 60 * 60));
    }
    modem.send("ATI");
    // The driver's command is none of the program's business.
    interleave::settle();
    modem.deliver("V.92");
    assert_eq!(end(driver).as_deref(), Some("ATI"), "left: the driver's next command");
    assert_eq!(end(program).as_deref(), Some("V.92"), "left: what the program received");
}

#[interleave::test(steps = 1_000)]
fn two_modems_do_not_disturb_each_other() {
    let (modem, other) = (Arc::new(Modem::new()), Arc::new(Modem::new()));
    let here = [start(&modem, Modem::receive), start(&modem, Modem::next_command)];
    interleave::settle();
    let there = [start(&other, Modem::receive), start(&other, Modem::next_command)];
    interleave::settle();
    other.deliver("RING");
    other.hang_up();
    modem.deliver("OK");
    modem.send("ATZ");
    let here = here.map(|thread| end(thread).unwrap_or_default());
    assert_eq!(here, ["OK", "ATZ"], "left: what was received from this modem and sent to it");
    let there = there.map(|thread| end(thread).unwrap_or_default());
    assert_eq!(there, ["RING", ""], "the other modem delivered a line, got no command and was hung up (left)");
}
