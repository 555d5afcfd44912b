//! Every way to save a file: no save is lost, none is invented, and the last verdict is about the file on disk.

use std::fs;
use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use crate::terminal::Terminal;
use crate::toys::Toys;

const SIZE: (u16, u16) = (80, 24);

fn verdict(toys: &Toys) -> &'static str {
    match fs::read_to_string(toys.source("alpha")).unwrap_or_default().trim() {
        "// right" => "PASSED ·",
        "// wrong" => "FAILING TEST ·",
        _ => "missing",
    }
}

/// Waits until the screen shows the verdict on the current file and no check is running.
#[track_caller]
fn settle(terminal: &mut Terminal, toys: &Toys) {
    let wanted = verdict(toys);
    terminal.wait_until(wanted, |screen| screen.lines().nth(2).is_some_and(|line| line.contains(wanted)));
}

/// Saves in one of the ways that editors use, selected by `how`.
fn save(toys: &Toys, how: usize, what: &str) {
    let path = toys.source("alpha");
    let text = format!("// {what}\n");
    let beside = |name: &str| path.with_file_name(name);
    match how % 6 {
        0 => fs::write(&path, text).unwrap(),
        1 => {
            // Truncate, then write a moment later.
            let mut file = fs::File::create(&path).unwrap();
            thread::sleep(Duration::from_millis(3));
            file.write_all(text.as_bytes()).unwrap();
        }
        2 => {
            fs::write(beside("4913"), &text).unwrap();
            fs::rename(beside("4913"), &path).unwrap();
        }
        3 => {
            // vim, with a backup.
            fs::rename(&path, beside("lib.rs~")).unwrap();
            fs::write(&path, text).unwrap();
            fs::remove_file(beside("lib.rs~")).unwrap();
        }
        4 => {
            fs::remove_file(&path).unwrap();
            fs::File::create_new(&path).unwrap().write_all(text.as_bytes()).unwrap();
        }
        _ => {
            // Three saves within 20 ms.
            for other in ["error", if what == "right" { "wrong" } else { "right" }, what] {
                fs::write(&path, format!("// {other}\n")).unwrap();
                thread::sleep(Duration::from_millis(6));
            }
        }
    }
}

#[test]
fn after_each_of_a_hundred_saves_in_six_ways_the_verdict_is_about_the_file_on_disk() {
    let toys = Toys::new();
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    settle(&mut terminal, &toys);
    for n in 0..100 {
        save(&toys, n / 2, if n % 2 == 0 { "right" } else { "wrong" });
        settle(&mut terminal, &toys);
    }
    // As fast as possible, without waiting for verdicts.
    for n in 0..101 {
        save(&toys, n, if n % 2 == 0 { "right" } else { "wrong" });
        thread::sleep(Duration::from_millis(n as u64 % 17));
    }
    settle(&mut terminal, &toys);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert_eq!(toys.processes(), Vec::<String>::new());
}

/// Would catch: a check started by a read, a touch, or a save without a change.
#[test]
fn a_save_without_a_change_starts_no_check() {
    let toys = Toys::new();
    toys.save("alpha", "right");
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    settle(&mut terminal, &toys);
    let checks = || toys.calls().iter().filter(|call| *call == "real alpha").count();
    let before = checks();
    for n in 0..10 {
        save(&toys, n % 5, "right");
        fs::read(toys.source("alpha")).unwrap();
        fs::File::open(toys.source("alpha")).unwrap().set_modified(std::time::SystemTime::now()).unwrap();
        fs::write(toys.source("alpha").with_file_name("notes.txt"), n.to_string()).unwrap();
        thread::sleep(Duration::from_millis(40));
    }
    // A save that truncates first can be observed as an empty file, so only these saves may start a check.
    thread::sleep(Duration::from_millis(100));
    settle(&mut terminal, &toys);
    let quiet = checks();
    for _ in 0..5 {
        save(&toys, 2, "right");
        thread::sleep(Duration::from_millis(40));
    }
    assert_eq!(checks(), quiet);
    println!("10 saves of the same, some of which pass through an empty file: {} checks", quiet - before);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// Would catch: a save that waits for a test that never ends.
#[test]
fn a_save_stops_a_test_that_never_ends() {
    let toys = Toys::new();
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    settle(&mut terminal, &toys);
    let mut slowest = Duration::ZERO;
    for what in ["deadlock", "loop", "flood", "compiling 1000", "blocked 1000"] {
        toys.save("alpha", what);
        terminal.wait_until(what, |_| {
            let processes = toys.processes().join("\n");
            processes.contains("sleep 1000") || processes.contains("yes") || processes.contains("--exact")
        });
        let saved = Instant::now();
        toys.save("alpha", "right");
        settle(&mut terminal, &toys);
        slowest = slowest.max(saved.elapsed());
        terminal.wait_until("nobody", |_| !toys.processes().iter().any(|line| line.contains("alpha-real")));
        toys.save("alpha", "wrong");
        settle(&mut terminal, &toys);
    }
    println!("from the save to the verdict, under every misbehaviour: {slowest:?} at most");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// Would catch: a background build that slows down the learner's check or holds cargo's lock.
#[test]
fn the_next_exercise_is_built_at_low_priority_and_stopped_by_a_save() {
    let toys = Toys::new();
    toys.save("beta", "compiling 1000");
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    settle(&mut terminal, &toys);
    let builds = || toys.processes().iter().filter(|line| line.contains("sleep 1000")).count();
    terminal.wait_until("a build", |_| builds() == 1);
    assert_eq!(toys.niceness_of("sleep 1000"), Some(19));
    for n in 0..5 {
        save(&toys, n, if n % 2 == 0 { "right" } else { "wrong" });
        settle(&mut terminal, &toys);
    }
    terminal.wait_until("one build again", |_| builds() == 1);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert_eq!(toys.processes(), Vec::<String>::new());
}

#[test]
fn without_events_the_watch_polls_and_says_so_on_the_screen() {
    let toys = Toys::new();
    let mut terminal = Terminal::open(&toys, &["watch", "--poll"], (140, 24));
    terminal.wait_for("files are looked at twice a second, as you asked for");
    settle(&mut terminal, &toys);
    for n in 0..6 {
        save(&toys, n, if n % 2 == 0 { "right" } else { "wrong" });
        settle(&mut terminal, &toys);
    }
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// The time from a save to the call of cargo. Measured, not asserted: a busy machine is slow.
#[test]
fn a_check_starts_soon_after_the_save() {
    let toys = Toys::new();
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    settle(&mut terminal, &toys);
    let mut times = Vec::new();
    for n in 0..20 {
        let before = toys.calls().len();
        save(&toys, 2 * (n % 3), if n % 2 == 0 { "right" } else { "wrong" });
        let saved = Instant::now();
        while toys.calls().len() == before {
            assert!(saved.elapsed() < Duration::from_secs(30), "save {n} was not noticed");
            thread::sleep(Duration::from_micros(500));
        }
        times.push(saved.elapsed());
        settle(&mut terminal, &toys);
        while toys.processes().iter().any(|line| line.contains("cargo")) {
            thread::sleep(Duration::from_millis(2));
        }
    }
    times.sort();
    println!("from the save to cargo: median {:?}, slowest {:?}", times[times.len() / 2], times[times.len() - 1]);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}
