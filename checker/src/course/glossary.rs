//! The glossary on the front page of the course, and where a text uses its words.

use std::ops::Range;

use super::markdown::prose;

/// The heading under which the front page of the course explains its words.
const HEADING: &str = "## Words";

/// The words of the course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glossary {
    /// Each word, and the index of the entry that explains it. The longest first.
    words: Vec<(String, usize)>,
    /// What stands before the entries.
    pub introduction: String,
    pub entries: Vec<Entry>,
}

/// An entry explains one word or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The word that it begins with.
    pub word: String,
    /// All of it, as Markdown.
    pub text: String,
}

impl Glossary {
    /// Splits `front`, the front page of the course, into what comes before the words and the words.
    pub fn split(front: &str) -> (String, Option<Glossary>) {
        let Some((before, after)) = front.split_once(&format!("\n{HEADING}\n")) else {
            return (front.to_owned(), None);
        };
        let mut glossary = Glossary::default();
        for line in after.lines() {
            let marked: Vec<&str> = line.split("**").skip(1).step_by(2).collect();
            if let Some(word) = marked.first().filter(|_| line.starts_with("- **")) {
                glossary.entries.push(Entry { word: (*word).to_owned(), text: String::new() });
            }
            let text = match glossary.entries.last_mut() {
                Some(entry) => &mut entry.text,
                None => &mut glossary.introduction,
            };
            text.push_str(line);
            text.push('\n');
            if let Some(entry) = glossary.entries.len().checked_sub(1) {
                glossary.words.extend(marked.into_iter().map(|word| (word.to_owned(), entry)));
            }
        }
        // `async` would otherwise be found in `async code`.
        glossary.words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        (before.to_owned() + "\n", Some(glossary))
    }

    /// Where the prose of `text` first uses a word of each entry, and the index of the entry, in the order of the text.
    pub fn first_uses(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let prose = prose(text);
        let mut found: Vec<(Range<usize>, usize)> = Vec::new();
        for (word, entry) in &self.words {
            // Two words of one entry lead to the same place, so one use is enough.
            let is_known = found.iter().any(|(_, other)| other == entry);
            let is_free =
                |at: &Range<usize>| found.iter().all(|(taken, _)| at.end <= taken.start || taken.end <= at.start);
            let mut uses = prose.iter().flat_map(|range| uses(text, range.clone(), word));
            if let Some(at) = uses.find(is_free).filter(|_| !is_known) {
                found.push((at, *entry));
            }
        }
        found.sort_by_key(|(at, _)| at.start);
        found
    }

    /// The entries whose words occur in `texts`, in that order, each once.
    pub fn used_in(&self, texts: &[&str]) -> Vec<&Entry> {
        let mut used: Vec<usize> = Vec::new();
        for (_, entry) in texts.iter().flat_map(|text| self.first_uses(text)) {
            if !used.contains(&entry) {
                used.push(entry);
            }
        }
        used.into_iter().map(|entry| &self.entries[entry]).collect()
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
    fn entries_are_found_by_any_of_their_words_in_the_order_of_the_texts() {
        let (before, glossary) = Glossary::split(FRONT);
        let glossary = glossary.unwrap();
        assert_eq!((before.as_str(), glossary.introduction.as_str()), ("# Course\n\nHello.\n\n", "\nThe words.\n\n"));
        let words = |texts: &[&str]| -> Vec<String> {
            glossary.used_in(texts).into_iter().map(|entry| entry.word.clone()).collect()
        };
        assert_eq!(
            words(&["A wake-up, then `lock`.\n", "Locks and a waker; no data races.\n"]),
            ["waker", "lock", "data race"]
        );
        assert_eq!(words(&["# A lock\n\nunlocked\n"]), Vec::<String>::new());
        assert_eq!(glossary.entries[2].text, "- **waker**: A value. This **wake-up** helps.\n");
        assert_eq!(Glossary::split("# No words\n"), ("# No words\n".to_owned(), None));
    }
}
