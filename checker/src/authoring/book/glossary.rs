//! The glossary: a page with an anchor for each word, and a link wherever a lesson first uses one.

use std::ops::Range;

use crate::authoring::markdown::{anchor, prose};

/// The page of the glossary.
pub const PAGE: &str = "glossary.md";
/// The heading under which the front page of the course explains its words.
const HEADING: &str = "## Words";

/// The words of the course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glossary {
    /// Each word with its anchor. Words that one entry explains share an anchor.
    words: Vec<(String, String)>,
    /// The entries, with their anchors.
    text: String,
}

impl Glossary {
    /// Splits `front`, the front page of the course, into what comes before the words and the words.
    pub fn split(front: &str) -> (String, Option<Glossary>) {
        let Some((before, after)) = front.split_once(&format!("\n{HEADING}\n")) else {
            return (front.to_owned(), None);
        };
        let mut glossary = Glossary::default();
        let mut current = String::new();
        for line in after.lines() {
            let is_entry = line.starts_with("- **");
            for (index, word) in line.split("**").skip(1).step_by(2).enumerate() {
                if is_entry && index == 0 {
                    current = anchor(word);
                }
                if !current.is_empty() {
                    glossary.words.push((word.to_owned(), current.clone()));
                }
            }
            let marked = format!("- <a id=\"{current}\"></a>**");
            glossary.text.push_str(&if is_entry { line.replacen("- **", &marked, 1) } else { line.to_owned() });
            glossary.text.push('\n');
        }
        // `async` would otherwise be found in `async code`.
        glossary.words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        (before.to_owned() + "\n", Some(glossary))
    }

    pub fn page(&self) -> String {
        format!("# Glossary\n{}", self.text)
    }

    /// `lesson` with a link to the glossary at the first use of each word. `up` leads to the folder of the glossary.
    pub fn linked(&self, lesson: &str, up: &str) -> String {
        let prose = prose(lesson);
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        for (word, anchor) in &self.words {
            // Two words of one entry lead to the same place, so one link is enough.
            let is_known = found.iter().any(|(_, other)| other == anchor);
            let is_free =
                |at: &Range<usize>| found.iter().all(|(taken, _)| at.end <= taken.start || taken.end <= at.start);
            let mut uses = prose.iter().flat_map(|range| uses(lesson, range.clone(), word));
            if let Some(at) = uses.find(is_free).filter(|_| !is_known) {
                found.push((at, anchor));
            }
        }
        found.sort_by_key(|(at, _)| at.start);
        let mut linked = String::with_capacity(lesson.len());
        let mut copied = 0;
        for (at, anchor) in found {
            linked.push_str(&lesson[copied..at.start]);
            linked.push_str(&format!("[{}]({up}{PAGE}#{anchor})", &lesson[at.clone()]));
            copied = at.end;
        }
        linked + &lesson[copied..]
    }
}

/// Where `word`, or its plural, stands in this part of `text`.
fn uses(text: &str, range: Range<usize>, word: &str) -> Vec<Range<usize>> {
    // Of the same length, unlike `to_lowercase`.
    let (part, word) = (text[range.clone()].to_ascii_lowercase(), word.to_ascii_lowercase());
    let is_part_of_a_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let place = |(at, _): (usize, &str)| {
        let mut end = at + word.len();
        if part[end..].starts_with('s') {
            end += 1;
        }
        let is_whole = !part[..at].ends_with(is_part_of_a_word) && !part[end..].starts_with(is_part_of_a_word);
        is_whole.then_some(range.start + at..range.start + end)
    };
    part.match_indices(&word).filter_map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: &str = "# Course\n\nHello.\n\n## Words\n\nThe words.\n\n- **data race**: Two **threads**.\n\n\
                         - **lock**: A primitive.\n\n- **waker**: A value. This **wake-up** helps.\n";

    #[test]
    fn the_words_get_a_page_with_an_anchor_for_each() {
        let (before, glossary) = Glossary::split(FRONT);
        assert_eq!(before, "# Course\n\nHello.\n\n");
        let page = glossary.unwrap().page();
        assert!(page.starts_with("# Glossary\n\nThe words.\n\n- <a id=\"data-race\"></a>**data race**: Two"), "{page}");
        assert!(page.contains("- <a id=\"waker\"></a>**waker**: A value. This **wake-up** helps."), "{page}");
        assert_eq!(Glossary::split("# No words\n"), ("# No words\n".to_owned(), None));
    }

    #[test]
    fn only_the_first_use_in_prose_is_linked() {
        let glossary = Glossary::split(FRONT).1.unwrap();
        let lesson = "# A lock\n`lock` unlocks a deadlock and a lock-free [lock](x). Locks, then a lock.\nA wake-up by a \
                      waker, and **data races**.\n";
        assert_eq!(
            glossary.linked(lesson, "../"),
            "# A lock\n`lock` unlocks a deadlock and a lock-free [lock](x). [Locks](../glossary.md#lock), then a lock.\n\
             A [wake-up](../glossary.md#waker) by a waker, and **[data races](../glossary.md#data-race)**.\n"
        );
        assert_eq!(glossary.linked("nothing\n", ""), "nothing\n");
    }
}
