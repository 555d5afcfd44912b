//! The pages of the book, as Markdown: the front page, the glossary, the lessons, and the table of contents.

use std::collections::BTreeMap;

use crate::authoring::book::exercise;
use crate::authoring::book::glossary;
use crate::authoring::book::links::Sitemap;
use crate::authoring::book::material::{Chapter, Entry, FRONT, Material};
use crate::authoring::book::paths::{exercise_page, game_page, lesson_page, number, number_of, titled};
use crate::authoring::book::shown::Shown;
use crate::course::glossary::Glossary;
use crate::course::markdown::escaped;

/// The page from which mdBook takes the order of the others.
pub const CONTENTS: &str = "SUMMARY.md";

/// The pages by their path in the book.
pub type Pages = BTreeMap<String, String>;

/// What the pages have in common.
pub struct Book<'a> {
    pub title: &'a str,
    pub material: &'a Material,
    /// What was seen when the answers ran, by exercise.
    pub shown: &'a BTreeMap<String, Shown>,
    /// The exercise whose game begins the first chapter.
    pub first_game: Option<&'a str>,
}

/// All pages. Fails with the first link that leads to no page.
pub fn pages(book: &Book<'_>) -> Result<Pages, String> {
    let (front, glossary) = Glossary::split(&book.material.front);
    let sitemap = sitemap(book.material, glossary.is_some());
    let rewritten = |text: &str, from: &str, page: &str| {
        let lost = |target: String| format!("{from} links to `{target}`, which is not a page of the book");
        sitemap.rewritten(text, from, page).map_err(lost)
    };
    let mut pages = Pages::new();
    pages.insert(CONTENTS.to_owned(), summary(book, glossary.is_some()));
    let front = rewritten(&front, FRONT, "index.md")?;
    pages.insert("index.md".to_owned(), front_page(&front, book, glossary.is_some()));
    if let Some(glossary) = &glossary {
        pages.insert(glossary::PAGE.to_owned(), rewritten(&glossary::page(glossary), FRONT, glossary::PAGE)?);
    }
    for (index, chapter) in book.material.chapters.iter().enumerate() {
        let (from, page) = (format!("exercises/{}/README.md", chapter.folder), lesson_page(chapter));
        let text = rewritten(&chapter.lesson, &from, &page)?;
        let text = glossary.as_ref().map_or_else(|| text.clone(), |glossary| glossary::linked(glossary, &text, "../"));
        let game = book.first_game.filter(|_| index == 0).map(first_game).unwrap_or_default();
        pages.insert(page, lesson(chapter, &text, &game));
        for entry in &chapter.entries {
            let page = exercise_page(entry);
            let exercises = format!("exercises/{}/README.md", entry.exercise.path());
            let solutions = format!("solutions/{}/README.md", entry.exercise.path());
            let entry = Entry {
                brief: rewritten(&entry.brief, &exercises, &page)?,
                hints: rewritten(&entry.hints, &exercises, &page)?,
                explanation: rewritten(&entry.explanation, &solutions, &page)?,
                ..entry.clone()
            };
            let shown = book.shown.get(&entry.exercise.name);
            pages.insert(page, exercise::page(&entry, &number_of(&entry), shown));
        }
    }
    Ok(pages)
}

fn sitemap(material: &Material, has_glossary: bool) -> Sitemap {
    let mut sitemap = Sitemap::default();
    let mut add = |file: String, page: &str| sitemap.0.insert(file, page.to_owned());
    add(FRONT.to_owned(), "index.md");
    if has_glossary {
        add(format!("{FRONT}#words"), glossary::PAGE);
    }
    for chapter in &material.chapters {
        add(format!("exercises/{}/README.md", chapter.folder), &lesson_page(chapter));
        for entry in &chapter.entries {
            add(format!("exercises/{}/README.md", entry.exercise.path()), &exercise_page(entry));
        }
    }
    sitemap
}

fn summary(book: &Book<'_>, has_glossary: bool) -> String {
    let mut summary = format!("# Summary\n\n[{}](index.md)\n", book.title);
    if has_glossary {
        summary += &format!("[Glossary]({})\n", glossary::PAGE);
    }
    summary += "\n";
    for chapter in &book.material.chapters {
        let (title, _) = titled(&chapter.lesson);
        summary += &format!("- [{}. {title}]({})\n", number(&chapter.folder), lesson_page(chapter));
        for entry in &chapter.entries {
            let (title, _) = titled(&entry.brief);
            summary += &format!("  - [{} {title}]({})\n", number_of(entry), exercise_page(entry));
        }
    }
    summary
}

/// The front page: first a link to the game, to play before anything is installed; last a link to the glossary.
fn front_page(text: &str, book: &Book<'_>, has_glossary: bool) -> String {
    let (title, rest) = titled(text);
    let game = book.first_game.map(|exercise| {
        let page = game_page(exercise, "starter");
        format!("\n<p class=\"play\"><a href=\"{page}\">Play the scheduler: can you reach the deadlock?</a></p>\n")
    });
    let words = format!("\nThe [glossary]({}) has the words of the course.\n", glossary::PAGE);
    format!("# {title}\n{}{rest}{}", game.unwrap_or_default(), if has_glossary { &words } else { "" })
}

/// The page of a lesson, with its exercises below it.
fn lesson(chapter: &Chapter, text: &str, game: &str) -> String {
    let (title, rest) = titled(text);
    let mut page = format!("# {}. {title}\n{game}{rest}\n\n## Exercises\n\n", number(&chapter.folder));
    for entry in &chapter.entries {
        let (title, _) = titled(&entry.brief);
        let link = exercise_page(entry);
        let link = link.strip_prefix(&format!("{}/", chapter.folder)).unwrap_or(&link);
        page += &format!("- {} [{title}]({link})\n", number_of(entry));
    }
    page
}

/// A game above the first lesson: to play before anything is installed, and before any word is explained.
fn first_game(exercise: &str) -> String {
    let page = format!("../{}", game_page(exercise, "starter"));
    format!(
        "\n{FIRST_GAME}\n\n<iframe class=\"game\" src=\"{page}\" title=\"{}\"></iframe>\n\n\
         <p class=\"play\"><a href=\"{page}\">Play on a page of its own</a></p>\n",
        escaped("Play the scheduler")
    )
}

const FIRST_GAME: &str = "First, a game. The threads of this test share locks. Only one thread at a time can hold a \
                          lock. A thread that needs a lock waits while another thread holds it. You choose which \
                          thread takes the next step. Most orders of the steps end well. In some, two threads wait \
                          for each other, and the test never ends: a deadlock. Can you reach it?";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authoring::book::links;
    use crate::authoring::book::material::example;
    use std::collections::BTreeSet;

    fn book<'a>(material: &'a Material, shown: &'a BTreeMap<String, Shown>) -> Book<'a> {
        Book { title: "Course", material, shown, first_game: Some("abba") }
    }

    #[test]
    fn chapters_and_exercises_have_the_numbers_of_their_folders() {
        let material = example::material();
        let pages = pages(&book(&material, &BTreeMap::new())).unwrap();
        assert_eq!(
            pages[CONTENTS],
            "# Summary\n\n[Course](index.md)\n[Glossary](glossary.md)\n\n- [2. Mutex](02_mutex/index.md)\n  \
             - [2.3 Two locks ★★](02_mutex/03_abba.md)\n"
        );
    }

    #[test]
    fn a_lesson_links_to_the_glossary_and_to_its_exercises() {
        let material = example::material();
        let pages = pages(&book(&material, &BTreeMap::new())).unwrap();
        let lesson = &pages["02_mutex/index.md"];
        let before = lesson.split("<iframe").next().unwrap();
        assert_eq!(before, format!("# 2. Mutex\n\n{FIRST_GAME}\n\n"), "the game is the very first thing");
        assert!(
            lesson.contains("A [deadlock](../glossary.md#deadlock). See the [glossary](../glossary.md)."),
            "{lesson}"
        );
        assert!(lesson.ends_with("- 2.3 [Two locks ★★](03_abba.md)\n"), "{lesson}");
        assert!(pages["index.md"].contains("[Begin](02_mutex/index.md)"), "{}", pages["index.md"]);
        let files = BTreeSet::from(["play/abba-starter.html".to_owned()]);
        assert_eq!(links::broken(&pages, &files), Vec::<String>::new());
    }

    #[test]
    fn a_link_to_something_that_is_no_page_is_named_with_its_file() {
        let mut material = example::material();
        material.chapters[0].lesson += "[a](../03_guards/README.md)\n";
        let error = pages(&book(&material, &BTreeMap::new())).unwrap_err();
        assert_eq!(
            error,
            "exercises/02_mutex/README.md links to `../03_guards/README.md`, which is not a page of the book"
        );
    }
}
