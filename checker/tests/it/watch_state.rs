//! What the watch remembers, and what it costs: no progress is lost, and an idle watch does not wake up.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::terminal::Terminal;
use crate::toys::Toys;

const SIZE: (u16, u16) = (80, 24);

fn progress(toys: &Toys) -> Value {
    let text = fs::read(toys.root.join(".checker/progress.json")).unwrap();
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&text)))
}

/// Would catch: a file that is written in place, or a reader that takes half a file for a whole one.
#[test]
fn a_watch_killed_two_hundred_times_loses_no_progress() {
    let toys = Toys::new();
    let many: Vec<String> = (0..200).map(|n| format!(r#""other_{n}":{{"solved":true,"attempts":{n}}}"#)).collect();
    toys.progress(&format!(r#"{{"schema":1,"current":"alpha","exercises":{{{}}}}}"#, many.join(",")));
    let mut random = 7_u64;
    for n in 0..200 {
        toys.save("alpha", if n % 2 == 0 { "right" } else { "wrong" });
        let mut checker =
            toys.checker(&["watch", "--plain"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        thread::sleep(Duration::from_millis((random >> 33) % 60));
        checker.kill().unwrap();
        checker.wait().unwrap();
        let progress = progress(&toys);
        let exercises = progress["exercises"].as_object().unwrap();
        let kept = exercises.iter().filter(|(name, entry)| name.starts_with("other_") && entry["solved"] == true);
        assert_eq!(kept.count(), 200, "after {n}");
    }
    let aside = fs::read_dir(toys.root.join(".checker")).unwrap().filter_map(Result::ok);
    assert_eq!(aside.filter(|entry| entry.file_name().to_string_lossy().contains("damaged")).count(), 0);
}

#[test]
fn two_concurrent_watches_both_keep_their_progress() {
    let toys = Toys::new();
    let mut first = Terminal::open(&toys, &["watch"], SIZE);
    first.wait_until("it is remembered", |_| progress(&toys)["exercises"]["alpha"]["attempts"] == 2);
    toys.progress(r#"{"schema":1,"current":"beta","exercises":{"beta":{"attempts":1},"kept":{"solved":true}}}"#);
    let mut second = Terminal::open(&toys, &["watch"], SIZE);
    second.wait_for("beta · The toy beta");
    for n in 0..10 {
        let what = if n % 2 == 0 { "right" } else { "wrong" };
        toys.save("alpha", what);
        toys.save("beta", what);
        let word = if n % 2 == 0 { "PASSED ·" } else { "FAILING TEST ·" };
        first.wait_for(word);
        second.wait_for(word);
    }
    for terminal in [&mut first, &mut second] {
        terminal.press("q");
        assert_eq!(terminal.wait_for_end(), 0);
    }
    for name in ["alpha", "beta", "kept"] {
        assert_eq!(progress(&toys)["exercises"][name]["solved"], true, "{name}");
    }
}

/// The voluntary context switches of all threads of a process, and its memory in KiB.
fn counters(pid: i32) -> (u64, u64) {
    let number = |text: &str, field: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap_or("0");
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap()
    };
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap().filter_map(Result::ok);
    let texts = tasks.filter_map(|task| fs::read_to_string(task.path().join("status")).ok());
    let switches = texts.map(|text| number(&text, "voluntary_ctxt_switches:")).sum();
    (switches, number(&fs::read_to_string(format!("/proc/{pid}/status")).unwrap(), "VmRSS:"))
}

/// Would catch: a timer that keeps running, or a thread that polls.
#[test]
fn an_idle_watch_does_not_wake_up() {
    let toys = Toys::new();
    toys.save("alpha", "right");
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("PASSED ·");
    let checker = terminal.checker().as_raw_nonzero().get();
    // Wait for the background build to end.
    while !toys.calls().iter().any(|call| call == "real beta") || !toys.processes().is_empty() {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(Duration::from_secs(1));
    let (before, _) = counters(checker);
    thread::sleep(Duration::from_secs(4));
    let (after, memory) = counters(checker);
    println!("idle: {} wake-ups in 4 s, {} MiB", after - before, memory / 1024);
    assert!(after - before <= 2, "{} wake-ups", after - before);
    assert!(memory < 30 * 1024, "{memory} KiB");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// Would catch: output that is kept in memory, or drawn.
#[test]
fn a_flood_of_output_costs_neither_memory_nor_responsiveness() {
    let toys = Toys::new();
    toys.save("alpha", "flood");
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("testing 0 of 1");
    let checker = terminal.checker().as_raw_nonzero().get();
    let (_, before) = counters(checker);
    let mut slowest = Duration::ZERO;
    for _ in 0..10 {
        for (key, shown) in [("?", "Keys"), ("\x1b", "testing 0 of 1")] {
            let pressed = Instant::now();
            terminal.press(key);
            terminal.wait_until(shown, |screen| screen.contains("Keys\n") == (key == "?"));
            slowest = slowest.max(pressed.elapsed());
            thread::sleep(Duration::from_millis(50));
        }
    }
    let (_, after) = counters(checker);
    println!("under a flood: a key is answered within {slowest:?}, {} KiB more memory", after.saturating_sub(before));
    assert!(after < before + 8 * 1024, "{before} KiB before, {after} KiB after");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// Would catch: a wait for another cargo's lock that is shown as a slow test, or not shown.
#[test]
fn waiting_for_another_cargo_is_shown() {
    let toys = Toys::new();
    let metadata = toys.root.join("toys/metadata.json");
    let text = fs::read_to_string(&metadata).unwrap().replace("600000", "1500");
    fs::write(&metadata, text).unwrap();
    toys.save("alpha", "blocked 3");
    let started = Instant::now();
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("waiting for another cargo, perhaps your editor's");
    println!("the lock is told after {:?}, start of the checker included", started.elapsed());
    terminal.wait_for("PASSED ·");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// Would catch: escape sequences in a log, or a plain watch that waits for keys.
#[test]
fn without_a_screen_the_watch_prints_lines() {
    let toys = Toys::new();
    for (arguments, variables) in [
        (&["watch", "--plain"][..], &[("UNRELATED", "1")][..]),
        (&["watch"], &[("TERM", "dumb")]),
        (&["watch"], &[("CI", "true")]),
    ] {
        let variables: Vec<(&str, &str)> = variables.iter().copied().chain([("NO_COLOR", "1")]).collect();
        toys.save("alpha", "wrong");
        let mut terminal = Terminal::open_with(&toys, arguments, (100, 60), &variables);
        terminal.wait_for("failing test · alpha");
        toys.save("alpha", "right");
        terminal.wait_for("passed · alpha: 1 test");
        terminal.press("l");
        terminal.wait_for("1 of 3 solved");
        terminal.press("b");
        terminal.wait_for("Make it");
        assert!(!terminal.emulator().alternate_screen());
        terminal.press("q");
        assert_eq!(terminal.wait_for_end(), 0);
        assert!(!terminal.raw.contains(&0x1b), "{arguments:?} {variables:?}");
    }
}
