//! Differences as text.

use similar::{ChangeTag, TextDiff};

use super::style::{Line, Style, Text};

/// The diff from `old` to `new`, with a few lines of context.
pub fn difference(old: (&str, &str), new: (&str, &str)) -> Text {
    let mut text = Text::new();
    let diff = TextDiff::from_lines(old.1, new.1);
    let groups = diff.grouped_ops(3);
    if groups.is_empty() {
        text.push(Line::plain(format!("{} and {} are the same", old.0, new.0)));
        return text;
    }
    text.push(Line::styled(Style::Bad, format!("--- {}", old.0)));
    text.push(Line::styled(Style::Good, format!("+++ {}", new.0)));
    for group in &groups {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let range = |from: usize, to: usize| format!("{},{}", from + 1, to - from);
        let old = range(first.old_range().start, last.old_range().end);
        let new = range(first.new_range().start, last.new_range().end);
        text.push(Line::styled(Style::Aside, format!("@@ -{old} +{new} @@")));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (style, sign) = match change.tag() {
                ChangeTag::Equal => (Style::Plain, ' '),
                ChangeTag::Delete => (Style::Bad, '-'),
                ChangeTag::Insert => (Style::Good, '+'),
            };
            text.push(Line::styled(style, format!("{sign}{}", change.value().trim_end_matches('\n'))));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::style::Colour;

    #[test]
    fn a_difference_can_be_applied_as_a_patch() {
        let old = "a\nb\nc\nd\ne\nf\ng\n";
        let new = "a\nb\nc\nD\ne\nf\ng\n";
        let expected = "--- yours\n+++ the solution\n@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n g\n";
        assert_eq!(difference(("yours", old), ("the solution", new)).print(Colour::Off), expected);
        let same = difference(("yours", old), ("the solution", old)).print(Colour::Off);
        assert_eq!(same, "yours and the solution are the same\n");
    }
}
