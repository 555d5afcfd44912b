//! The full screen of the watch, key by key, through a real terminal.

use std::fs;

use snapbox::{assert_data_eq, file};

use crate::terminal::Terminal;
use crate::toys::Toys;

const SIZE: (u16, u16) = (80, 24);

/// The screen with the durations removed, which vary.
fn without_times(screen: &str) -> String {
    let mut out = String::new();
    for line in screen.lines() {
        match line.rsplit_once(", ").filter(|(_, end)| end.ends_with('s') && end.starts_with(char::is_numeric)) {
            Some((start, _)) => out.push_str(&format!("{start}, TIME")),
            None => out.push_str(line),
        }
        out.push('\n');
    }
    out
}

#[test]
fn every_kind_of_result_has_its_screen() {
    let toys = Toys::new();
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    let screen = terminal.wait_for("FAILING TEST ·");
    assert!(terminal.emulator().alternate_screen());
    assert_data_eq!(without_times(&screen), file!["screens/failing_test.txt"].raw());
    toys.save("alpha", "error");
    let screen = terminal.wait_for("DOES NOT COMPILE ·");
    assert_data_eq!(screen.clone(), file!["screens/compile_error.txt"].raw());
    let (row, column) = screen.lines().enumerate().find_map(|(n, line)| Some((n, line.find("error[E0001]")?))).unwrap();
    let cell = terminal.emulator().cell(row as u16, column as u16).unwrap();
    assert_eq!((cell.fgcolor(), cell.bold()), (vt100::Color::Idx(9), true), "the colours of rustc");
    terminal.press("2");
    assert_data_eq!(terminal.wait_for("14-30 of"), file!["screens/second_error.txt"].raw());
    toys.save("alpha", "right");
    let screen = terminal.wait_until("success", |screen| screen.contains("PASSED ·") && screen.contains("because"));
    assert_data_eq!(screen, file!["screens/passed.txt"].raw());
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn a_deadlock_is_shown_as_a_timeline_on_every_screen_size() {
    let toys = Toys::new();
    toys.save("gamma", "deadlock");
    toys.progress(r#"{"schema":1,"current":"gamma","exercises":{"gamma":{"attempts":1}}}"#);
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    let screen = terminal.wait_for("DEADLOCK ·");
    assert_data_eq!(without_times(&screen), file!["screens/deadlock.txt"].raw());
    terminal.resize(40, 12);
    let screen = terminal.wait_until("a small screen", |screen| {
        let lines: Vec<&str> = screen.lines().collect();
        lines[0].contains("The toy gamma") && lines[11].contains(" h hint")
    });
    assert_data_eq!(without_times(&screen), file!["screens/deadlock_40x12.txt"].raw());
    terminal.press("t");
    assert_data_eq!(terminal.wait_for("Esc result"), file!["screens/timeline_40x12.txt"].raw());
    terminal.press("y");
    terminal.wait_for("copied: cargo checker replay gamma");
    let copied = b"\x1b]52;c;Y2FyZ28gY2hlY2tlciByZXBsYXkgZ2FtbWE=\x07";
    assert!(terminal.raw.windows(copied.len()).any(|window| window == copied), "OSC 52");
    for (columns, rows) in [(120, 40), (1, 1), (3, 2), (300, 90), (80, 24)] {
        terminal.resize(columns, rows);
    }
    terminal.wait_until("the whole screen", |screen| screen.lines().nth(23).is_some_and(|l| l.contains("Esc result")));
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// Would catch: a key that does nothing, or that waits for the check to end.
#[test]
fn every_key_works_while_a_check_runs() {
    let toys = Toys::new();
    toys.save("alpha", "deadlock");
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("testing 0 of 1");
    for (key, answer) in [
        ("h", "What is right?"),
        ("h", "Not left."),
        ("b", "Make it right."),
        ("t", "there is no timeline"),
        ("n", "not yet: the exercise does not pass"),
        ("?", "bring the starter back; asks"),
        ("y", "copied: /"),
        ("p", "this is the first exercise"),
        ("s", "`alpha` is not solved yet. Show its solution all the same? y/n"),
        ("n", "no, then"),
        ("sy", "It is right because it is not left."),
        ("\x1b", "testing 0 of 1"),
    ] {
        terminal.press(key);
        terminal.wait_for(answer);
    }
    let before = toys.calls().len();
    terminal.press("r");
    terminal.wait_until("another check", |_| toys.calls().len() > before);
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    let entry = fs::read_to_string(toys.root.join(".checker/progress.json")).unwrap();
    assert!(entry.contains("\"peeked\": true") && entry.contains("\"hints_seen\": 2"), "{entry}");
}

#[test]
fn the_help_can_be_scrolled_and_searched() {
    let toys = Toys::new();
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("FAILING TEST ·");
    terminal.press("?");
    assert_data_eq!(terminal.wait_for("Keys"), file!["screens/keys.txt"].raw());
    terminal.press("/");
    terminal.wait_for("search:");
    terminal.press("page");
    terminal.wait_for("search: page");
    assert!(!terminal.emulator().hide_cursor(), "one sees where one types");
    terminal.press("\r");
    terminal.wait_for("`page` 1 of 2");
    let screen = terminal.wait_for("one page up");
    let (row, column) = screen.lines().enumerate().find_map(|(n, line)| Some((n, line.find("page up")?))).unwrap();
    let column = screen.lines().nth(row).unwrap()[..column].chars().count();
    assert!(terminal.emulator().cell(row as u16, column as u16).unwrap().inverse());
    terminal.press("\t");
    terminal.wait_for("`page` 2 of 2");
    for (keys, shown) in
        [("\x1b[H", "1-17 of"), ("\x1b[B", "2-18 of"), ("\x1b[A", "1-17 of"), ("\x1b[F", "of the terminal")]
    {
        terminal.press(keys);
        terminal.wait_until(shown, |screen| screen.contains(shown) || shown == "of the terminal");
    }
    terminal.press("/nowhere\r");
    terminal.wait_for("`nowhere` is not here");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn any_exercise_can_be_chosen_from_the_list() {
    let toys = Toys::new();
    toys.progress(r#"{"schema":1,"current":"alpha","exercises":{"alpha":{"attempts":1},"beta":{"solved":true}}}"#);
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("FAILING TEST ·");
    terminal.press("l");
    assert_data_eq!(terminal.wait_for("filter: all"), file!["screens/list.txt"].raw());
    assert_eq!(terminal.emulator().cursor_position(), (5, 0), "the cursor is where the selection is");
    terminal.press("f");
    terminal.wait_until("pending", |screen| screen.contains("filter: pending") && !screen.contains("beta"));
    terminal.press("f");
    terminal.wait_until("done", |screen| screen.contains("filter: done") && !screen.contains("gamma"));
    terminal.press("f/GAM");
    terminal.wait_until("gamma alone", |screen| screen.contains("> ○ pending") && !screen.contains("beta"));
    terminal.press("\r\r");
    terminal.wait_for("gamma · The toy gamma");
    terminal.wait_for("Make it right.");
    terminal.press("p");
    terminal.wait_for("beta · The toy beta");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(fs::read_to_string(toys.root.join(".checker/progress.json")).unwrap().contains("\"current\": \"beta\""));
}

#[test]
fn after_success_n_moves_on_and_a_reset_keeps_a_backup() {
    let toys = Toys::new();
    toys.save("alpha", "right");
    let mut terminal = Terminal::open(&toys, &["watch"], SIZE);
    terminal.wait_for("n goes on to `beta`");
    terminal.press("n");
    terminal.wait_for("beta · The toy beta");
    terminal.wait_for("FAILING TEST ·");
    toys.save("beta", "right, I think");
    terminal.wait_for("FAILING TEST ·");
    terminal.press("x");
    terminal.wait_for("bring the starter of `beta` back?");
    terminal.press("y");
    terminal.wait_for("the starter again; yours is kept as .checker/backup/beta/");
    assert_eq!(fs::read_to_string(toys.source("beta")).unwrap(), "// wrong\n");
    let backup = fs::read_dir(toys.root.join(".checker/backup/beta")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(fs::read_to_string(backup).unwrap(), "// right, I think\n");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

/// Would catch: keys that reach both the editor and the watch, or a terminal left in the wrong state for either.
#[test]
fn the_editor_has_the_terminal_to_itself_and_gives_it_back() {
    let toys = Toys::new();
    let script = toys.root.join("editor");
    fs::write(&script, "trap : INT; stty -g > edited; read -r word; echo \"// $word\" > \"$1\"; echo saved; read -r word || read -r word\n")
        .unwrap();
    let editor = format!("sh {}", script.display());
    let mut terminal = Terminal::open_with(&toys, &["watch"], SIZE, &[("EDITOR", &editor)]);
    terminal.wait_for("FAILING TEST ·");
    terminal.press("e");
    terminal.wait_until("the shell's screen", |screen| !screen.contains("failing test"));
    terminal.press("right\n");
    terminal.wait_for("saved");
    assert!(!terminal.emulator().alternate_screen());
    // Ctrl-C is meant for the editor, not for the watch.
    terminal.press("\x03");
    terminal.wait_for("^C");
    terminal.press("q\n");
    terminal.wait_for("PASSED ·");
    assert!(terminal.emulator().alternate_screen());
    let read = |name: &str| fs::read_to_string(toys.root.join(name)).unwrap();
    assert_eq!(read("edited"), read("before"));
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn links_appear_where_the_terminal_supports_them_and_colours_where_they_are_enabled() {
    let toys = Toys::new();
    let has = |raw: &[u8], words: &str| raw.windows(words.len()).any(|window| window == words.as_bytes());
    let link = format!("\x1b]8;;file://{}/exercises/01_toys/alpha/src/lib.rs\x1b\\", toys.root.display());
    for (variable, linked, coloured) in
        [(("UNRELATED", "1"), false, true), (("VTE_VERSION", "7600"), true, true), (("NO_COLOR", "1"), false, false)]
    {
        let mut terminal = Terminal::open_with(&toys, &["watch"], SIZE, &[variable]);
        terminal.wait_for("FAILING TEST ·");
        terminal.press("q");
        assert_eq!(terminal.wait_for_end(), 0);
        assert_eq!(has(&terminal.raw, &link), linked, "{variable:?}");
        assert_eq!(has(&terminal.raw, "\x1b[1;38;5;161m✗ FAILING TEST"), coloured, "{variable:?}");
    }
}
