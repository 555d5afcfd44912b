//! Joins prose that was wrapped for an editor, so that each screen can wrap it to its own width.

use super::style::{Line, Style, Text};

/// Joins the lines of each paragraph and list item. Code, tables and headings stay unchanged.
pub fn reflow(text: &Text) -> Text {
    let mut out = Text::new();
    let mut paragraph = String::new();
    let mut in_code = false;
    for line in text.lines() {
        let words = line.as_plain().filter(|_| !in_code);
        let begins = |words: &str| {
            let words = words.trim_start();
            let number = words.trim_start_matches(|c: char| c.is_ascii_digit());
            words.starts_with("- ") || words.starts_with("* ") || number.len() < words.len() && number.starts_with(". ")
        };
        let is_prose = words.is_some_and(|words| {
            let first = words.trim_start();
            let is_indented = words.starts_with([' ', '\t']);
            !first.is_empty()
                && !first.starts_with(['|', '#', '>'])
                && !first.starts_with("```")
                && (!is_indented || !paragraph.is_empty() || begins(words))
        });
        let goes_on = is_prose && !paragraph.is_empty() && !words.is_some_and(begins);
        if !goes_on && !paragraph.is_empty() {
            out.push(Line::plain(std::mem::take(&mut paragraph)));
        }
        match words {
            Some(words) if goes_on => {
                paragraph.push(' ');
                paragraph.push_str(words.trim());
            }
            Some(words) if is_prose => paragraph.push_str(words.trim_end()),
            _ => out.push(line.clone()),
        }
        if line.as_plain().is_some_and(|words| words.trim_start().starts_with("```")) {
            in_code = !in_code;
        }
    }
    if !paragraph.is_empty() {
        out.push(Line::styled(Style::Plain, paragraph));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::document::markdown;
    use crate::ui::text::style::Colour;

    fn reflowed(source: &str) -> String {
        reflow(&markdown(source)).print(Colour::Off)
    }

    #[test]
    fn paragraphs_and_items_become_one_line_each() {
        let source = "# Title\nOne line\nand another.\n\n- an item\n  goes on\n- another\n1. a\n   b\n2. c\n\n*End.*\n";
        let expected = "# Title\nOne line and another.\n\n- an item goes on\n- another\n1. a b\n2. c\n\n*End.*\n";
        assert_eq!(reflowed(source), expected);
    }

    #[test]
    fn code_tables_and_diffs_stay_unchanged() {
        let source = "Text\n```rust\nlet a = 1;\n    let b = 2;\n```\n| a | b |\n|---|---|\n    indented\n    code\n";
        assert_eq!(reflowed(source), source);
        let mut text = Text::new();
        text.push(Line::styled(Style::Aside, "@@ -1,2 +1,2 @@"));
        text.push(Line::plain(" fn main() {"));
        text.push(Line::plain("     lock();"));
        text.push(Line::styled(Style::Bad, "-one"));
        text.push(Line::plain(" }"));
        assert_eq!(reflow(&text), text);
    }
}
