//! Pages as a terminal shows them.

use super::*;
use crate::ui::text::style::Colour;
use crate::ui::view::rows;

fn look(colour: Colour, links: Links) -> Look<'static> {
    Look { colour, links, root: "/course", folder: "exercises/02_mutex" }
}

fn shown(page: &str, width: usize) -> String {
    rows::printed(&markdown(page, &look(Colour::Off, Links::Spelled)), Colour::Off, width)
}

fn coloured(page: &str, links: Links) -> String {
    rows::printed(&markdown(page, &look(Colour::On, links)), Colour::On, 80)
}

#[test]
fn headings_code_and_emphasis_are_styles_instead_of_marks() {
    let page = "# Title\n\nThe `std` *mutex* is **held**.\n## Below\n";
    let expected = "\x1b[1;4mTitle\x1b[0m\n\nThe \x1b[38;5;30mstd\x1b[0m \x1b[3mmutex\x1b[0m is \
                    \x1b[1mheld\x1b[0m.\n\n\x1b[1mBelow\x1b[0m\n";
    assert_eq!(coloured(page, Links::Opened), expected);
    assert_eq!(
        shown(page, 80),
        "Title\n═════\n\nThe `std` *mutex* is **held**.\n\nBelow\n─────\n",
        "the only sign without colour"
    );
}

#[test]
fn prose_is_joined_and_broken_again_at_ninety_cells_at_most() {
    let page = "One line\nand another.\n\n".to_owned() + &"word ".repeat(60);
    let text = shown(&page, 200);
    assert!(text.starts_with("One line and another.\n\nword word"), "{text}");
    assert_eq!(text.lines().map(str::len).max(), Some(89), "{text}");
    assert_eq!(shown(&page, 40).lines().map(str::len).max(), Some(39));
}

#[test]
fn items_hang_and_only_loose_lists_have_blank_lines() {
    let page = "Text:\n- an item\n  goes on and on\n  - inner\n- another\n\n1. one\n\n   more\n\n2. two\n";
    let expected = "Text:\n\n• an item goes\n  on and on\n  • inner\n• another\n\n1. one\n\n   more\n\n2. two\n";
    assert_eq!(shown(page, 14), expected);
}

/// Would catch: a diagram whose lines are joined, or code whose indentation is lost.
#[test]
fn code_stays_as_it_is() {
    let page = "Text\n```rust\nfn a() {\n    b(); // as long as the line is, it stays one line\n}\n\nc();\n```\nmore\n";
    let expected =
        "Text\n\n  fn a() {\n      b(); // as long as the line is, it stays one line\n  }\n\n  c();\n\nmore\n";
    assert_eq!(shown(page, 20), expected);
    let drawing = markdown("```\n┌────────────┐\n```\n", &look(Colour::Off, Links::Spelled));
    let on_a_screen = rows::rows(&drawing, Colour::Off, 10);
    assert_eq!(on_a_screen.iter().map(rows::Row::plain).collect::<Vec<_>>(), ["  ┌──────…"]);
}

#[test]
fn a_table_is_aligned_and_no_wider_than_the_screen() {
    let page = "| lock | fair |\n|---|---|\n| `std` | no, whoever comes first gets it |\n| 並行 | yes |\n";
    let wide =
        "lock   fair\n─────────────────────────────────────────\n`std`  no, whoever comes first gets it\n並行   yes\n";
    let narrow =
        "lock   fair\n────────────────────\n`std`  no, whoever\n       comes first\n       gets it\n並行   yes\n";
    let rule = |length: usize| "─".repeat(length);
    assert_eq!(shown(page, 80), wide.replace(&rule(41), &rule(38)));
    assert_eq!(shown(page, 20), narrow);
}

#[test]
fn links_are_opened_by_the_terminal_or_spelled_out() {
    let page = "See [the docs](https://docs.rs/x), [words](../README.md#words), [here](#here) and <https://a.b>.\n";
    let expected = "See the docs (https://docs.rs/x), words (exercises/README.md), here and https://a.b.\n";
    assert_eq!(shown(page, 100), expected);
    let text = coloured(page, Links::Opened);
    for link in [
        "\x1b]8;;https://docs.rs/x\x1b\\\x1b[4mthe docs\x1b[0m\x1b]8;;\x1b\\",
        "\x1b]8;;file:///course/exercises/README.md\x1b\\\x1b[4mwords\x1b[0m\x1b]8;;\x1b\\",
    ] {
        assert!(text.contains(link), "{text:?}");
    }
}

#[test]
fn lines_that_are_stressed_as_a_whole_have_rows_of_their_own() {
    assert_eq!(shown("*Habit: one\norder.*\n*More: the\nbook.*\n", 80), "*Habit: one order.*\n*More: the book.*\n");
}

#[test]
fn a_page_cannot_act_on_the_terminal() {
    let text = coloured("[a](http://x\u{1b}]0;t\u{7}) \u{1b}[2Jb\u{9b}\n", Links::Opened);
    assert!(!text.contains("\x1b[2J") && !text.contains("\x1b]0") && !text.contains('\u{9b}'), "{text:?}");
}
