//! The programs that the watch starts: the editor, the stepper, the browser.

use std::fs;

use crate::terminal::Terminal;
use crate::toys::Toys;

const SIZE: (u16, u16) = (80, 24);
/// Records its arguments.
const RECORDS: &str = "#!/bin/sh\necho \"$0 $*\" >> \"$RECORD\"\n";

/// What the programs recorded, without the folder.
fn recorded(toys: &Toys) -> Vec<String> {
    let text = fs::read_to_string(toys.root.join("record")).unwrap_or_default();
    text.lines().map(|line| line.replace(&format!("{}/", toys.root.display()), "")).collect()
}

/// Would catch: `e` that does nothing unless a variable is set, or an editor that opens at the first line.
#[test]
fn the_editor_is_found_as_git_does_and_opens_at_the_line() {
    let toys = Toys::new();
    for name in ["vi", "nano", "hx"] {
        toys.program(name, RECORDS);
    }
    let (record, config) = (toys.root.join("record"), toys.root.join("gitconfig"));
    fs::write(toys.source("alpha"), "// wrong\n\n// TODO: fix it\n").unwrap();
    let expected = [
        "toys/vi +3 exercises/01_toys/alpha/src/lib.rs",
        "toys/nano +1 exercises/01_toys/alpha/src/lib.rs",
        "toys/hx exercises/01_toys/alpha/src/lib.rs:1",
    ];
    for (n, (editor, git)) in
        [("", ""), ("", "[core]\n\teditor = nano\n"), ("hx", "[core]\n\teditor = nano\n")].iter().enumerate()
    {
        fs::write(&config, git).unwrap();
        let variables =
            [("RECORD", record.to_str().unwrap()), ("GIT_CONFIG_GLOBAL", config.to_str().unwrap()), ("EDITOR", editor)];
        let mut terminal = Terminal::open_with(&toys, &["watch"], SIZE, &variables);
        terminal.wait_for(if n == 0 { "FAILING TEST ·" } else { "DOES NOT COMPILE ·" });
        terminal.press("e");
        terminal.wait_until(expected[n], |_| recorded(&toys).len() == n + 1);
        assert_eq!(recorded(&toys)[n], expected[n]);
        terminal.wait_for_screen(2);
        terminal.press("q");
        assert_eq!(terminal.wait_for_end(), 0);
        // The compiler's first error is at line 1.
        toys.save("alpha", "error");
    }
}

/// Would catch: a stepper that shares the keys with the watch, or a terminal that is not given back.
#[test]
fn the_stepper_and_the_page_have_keys() {
    let toys = Toys::new();
    toys.save("gamma", "deadlock");
    toys.progress(r#"{"schema":1,"current":"gamma","exercises":{"gamma":{"attempts":1}}}"#);
    toys.program("xdg-open", RECORDS);
    let record = toys.root.join("record");
    let mut terminal = Terminal::open_with(&toys, &["watch"], SIZE, &[("RECORD", record.to_str().unwrap())]);
    terminal.wait_for("DEADLOCK ·");
    assert!(terminal.screen().contains("interleaving 3"));
    terminal.press("T");
    terminal.wait_for("4 of 4 steps");
    terminal.press("q");
    terminal.wait_for_screen(3);
    terminal.wait_for("DEADLOCK ·");
    terminal.press("o");
    terminal.wait_for("the page .checker/pages/gamma.html is open in the browser");
    assert_eq!(recorded(&toys), ["toys/xdg-open .checker/pages/gamma.html"]);
    assert!(fs::read_to_string(toys.root.join(".checker/pages/gamma.html")).unwrap().contains("<html"));
    toys.program("xdg-open", "#!/bin/sh\nexit 3\n");
    terminal.press("o");
    terminal.wait_for("no browser could be started");
    terminal.press("q");
    assert_eq!(terminal.wait_for_end(), 0);
}
