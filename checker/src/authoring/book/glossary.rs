//! The glossary in the book: a page with an anchor for each word, and a link wherever a lesson first uses one.

use crate::course::glossary::Glossary;
use crate::course::markdown::anchor;

/// The page of the glossary.
pub const PAGE: &str = "glossary.md";

/// The entries, with their anchors.
pub fn page(glossary: &Glossary) -> String {
    let entries = glossary.entries.iter().map(|entry| {
        let marked = format!("- <a id=\"{}\"></a>**", anchor(&entry.word));
        entry.text.replacen("- **", &marked, 1)
    });
    format!("# Glossary\n{}{}", glossary.introduction, entries.collect::<String>())
}

/// `lesson` with a link to the glossary at the first use of each word. `up` leads to the folder of the glossary.
pub fn linked(glossary: &Glossary, lesson: &str, up: &str) -> String {
    let mut linked = String::with_capacity(lesson.len());
    let mut copied = 0;
    for (at, entry) in glossary.first_uses(lesson) {
        linked.push_str(&lesson[copied..at.start]);
        let anchor = anchor(&glossary.entries[entry].word);
        linked.push_str(&format!("[{}]({up}{PAGE}#{anchor})", &lesson[at.clone()]));
        copied = at.end;
    }
    linked + &lesson[copied..]
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRONT: &str = "# Course\n\nHello.\n\n## Words\n\nThe words.\n\n- **data race**: Two **threads**.\n\n\
                         - **lock**: A primitive.\n\n- **waker**: A value. This **wake-up** helps.\n";

    #[test]
    fn the_words_get_a_page_with_an_anchor_for_each() {
        let (_, glossary) = Glossary::split(FRONT);
        let page = page(&glossary.unwrap());
        assert!(page.starts_with("# Glossary\n\nThe words.\n\n- <a id=\"data-race\"></a>**data race**: Two"), "{page}");
        assert!(page.contains("- <a id=\"waker\"></a>**waker**: A value. This **wake-up** helps."), "{page}");
    }

    #[test]
    fn only_the_first_use_in_prose_is_linked() {
        let glossary = Glossary::split(FRONT).1.unwrap();
        let lesson = "# A lock\n`lock` unlocks a deadlock and a lock-free [lock](x). Locks, then a lock.\nA wake-up by a \
                      waker, and **data races**.\n";
        assert_eq!(
            linked(&glossary, lesson, "../"),
            "# A lock\n`lock` unlocks a deadlock and a lock-free [lock](x). [Locks](../glossary.md#lock), then a lock.\n\
             A [wake-up](../glossary.md#waker) by a waker, and **[data races](../glossary.md#data-race)**.\n"
        );
        assert_eq!(linked(&glossary, "nothing\n", ""), "nothing\n");
    }
}
