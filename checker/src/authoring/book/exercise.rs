//! The page of an exercise: its brief, the starter, the hints, and, folded, all that is known about its answers.

use std::fmt::Write as _;

use crate::authoring::book::material::Entry;
use crate::authoring::book::paths::{game_page, titled};
use crate::authoring::book::shown::{Drawn, Seen, Shown};
use crate::authoring::proof::{Attempt, Expected};
use crate::commands::hint;
use crate::course::markdown::escaped;
use crate::ui::text::difference;
use crate::ui::text::style::Colour;

/// The page of `entry`. What was seen when its answers ran is left out if it is not known.
pub fn page(entry: &Entry, number: &str, shown: Option<&Shown>) -> String {
    let (title, brief) = titled(&entry.brief);
    let mut page = format!("# {number} {title}\n{brief}\n");
    if let Some(goal) = shown.and_then(|shown| shown.game.as_deref()) {
        page += &games(entry, goal);
    }
    let source = |name: &str| entry.answer(name).map_or("", |answer| answer.source.as_str());
    let _ = write!(page, "\n## The code to fix\n\n`exercises/{}/src/lib.rs`\n\n", entry.exercise.path());
    page += &code("rust", source("starter"));
    let seen = |answer: &str| shown.and_then(|shown| shown.answers.get(answer));
    if let Some(seen) = seen("starter") {
        let _ = write!(page, "\nIts verdict is *{}*.\n\n{}", seen.word, picture("the code above", seen));
    }
    page += "\n## Hints\n\n";
    for (index, hint) in hint::sections(&entry.hints).iter().enumerate() {
        page += &folded(&format!("Hint {}", index + 1), "hint", hint);
    }
    let _ = write!(page, "\n## The solution\n\n");
    page +=
        &folded("The solution, why it works, other right answers, and wrong ones", "solution", &solution(entry, shown));
    page
}

/// Links to the games, in which the reader tries to reach `goal`.
fn games(entry: &Entry, goal: &str) -> String {
    let link = |answer: &str, words: &str| {
        format!("<a href=\"../{}\">{}</a>", game_page(&entry.exercise.name, answer), escaped(words))
    };
    format!(
        "\n<p class=\"play\">{} {}</p>\n",
        link("starter", &format!("Play the scheduler: {goal}")),
        link("solution", &format!("… then try to {goal} in the solution")),
    )
}

/// What is hidden until the reader asks for it.
fn solution(entry: &Entry, shown: Option<&Shown>) -> String {
    let solution = entry.answer("solution").map_or("", |answer| answer.source.as_str());
    let mut text = code("rust", solution);
    let _ = write!(text, "\n{}\n", entry.explanation.trim());
    let accepted: Vec<(&str, &Attempt)> = entry.answers_in("accepted").collect();
    if !accepted.is_empty() {
        text += "\n**Other right answers**\n\n";
    }
    for (name, answer) in accepted {
        let about = first_sentence(&answer.source);
        // Most of them begin with the same words as the solution, which say nothing about this answer.
        let about = if about == first_sentence(solution) { String::new() } else { format!(": {}", inline(&about)) };
        let title = format!("<code>{}</code>{about}", escaped(name));
        text += &folded_html(&title, "accepted", &code("rust", &answer.source));
    }
    let rejected: Vec<(&str, &Attempt)> = entry.answers_in("rejected").collect();
    if !rejected.is_empty() {
        text += "\n**Wrong answers**\n\n";
    }
    for (name, answer) in rejected {
        text += &wrong(name, answer, solution, shown.and_then(|shown| shown.answers.get(&answer.name)));
    }
    text
}

/// A rejected answer: why it is wrong, how it differs from the solution, and the interleaving that breaks it.
fn wrong(name: &str, answer: &Attempt, solution: &str, seen: Option<&Seen>) -> String {
    let (header, source) = without_header(&answer.source);
    let verdict = seen.map_or_else(|| expected(&answer.expected), |seen| seen.word.clone());
    let title = format!("<code>{}</code> ({}): {}", escaped(name), escaped(&verdict), inline(&header));
    let mut text = String::new();
    if let Some(seen) = seen {
        let _ = write!(text, "{}\n\n", sentence(&seen.headline));
        text += &picture(name, seen);
    }
    let difference = difference::difference(("the solution", solution), (name, source)).print(Colour::Off);
    let _ = write!(text, "\n{}", code("diff", &difference));
    folded_html(&title, "rejected", &text)
}

/// The verdict that an answer must get, in words.
fn expected(expected: &Expected) -> String {
    match expected {
        Expected::Passes => "passed".to_owned(),
        Expected::Fails { kind, .. } => kind.word().to_owned(),
    }
}

/// The interleaving that was seen to fail, which scrolls on a narrow screen.
fn picture(of: &str, seen: &Seen) -> String {
    let Some(Drawn { title, text }) = &seen.picture else { return String::new() };
    let label = escaped(&format!("How {of} fails: {}, {title}", seen.word));
    format!(
        "<pre class=\"interleaving\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\">{}\n\n{}</pre>\n",
        escaped(title),
        escaped(text.trim_end())
    )
}

/// A fenced block of code.
fn code(language: &str, text: &str) -> String {
    // Longer than any fence in the text.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// A part that the reader unfolds. `text` is Markdown.
fn folded(title: &str, class: &str, text: &str) -> String {
    folded_html(&escaped(title), class, text)
}

/// Like [`folded`], with a title that is HTML.
fn folded_html(title: &str, class: &str, text: &str) -> String {
    format!("<details class=\"{class}\">\n<summary>{title}</summary>\n\n{}\n\n</details>\n\n", text.trim())
}

/// The first sentence of the module's comment.
fn first_sentence(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let words: Vec<&str> = lines.map(str::trim).take_while(|line| !line.is_empty()).collect();
    words.join(" ")
}

/// A rejected answer: the reason in its header, and its code without the header.
fn without_header(source: &str) -> (String, &str) {
    let mut rest = source;
    let mut reason = String::new();
    for (index, line) in source.lines().enumerate() {
        let Some(words) = line.strip_prefix("//!") else { break };
        rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        if words.trim().is_empty() {
            break;
        }
        if index > 0 {
            reason += if reason.is_empty() { "" } else { " " };
            reason += words.trim();
        }
    }
    (reason, rest)
}

/// Prose of one line as HTML: only code is marked.
fn inline(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(at, part)| if at % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) })
        .collect()
}

/// A headline of a verdict as a sentence of Markdown.
fn sentence(headline: &str) -> String {
    let one_line = headline.lines().collect::<Vec<_>>().join(" ");
    let end = if one_line.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    inline(&one_line) + end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authoring::book::material::example;

    fn shown() -> Shown {
        let picture =
            Drawn { title: "t · interleaving 5".to_owned(), text: "1  A locks `a<b>`\n\n✗  deadlock\n".to_owned() };
        let seen = Seen {
            word: "deadlock".to_owned(),
            headline: "`t` deadlocks".to_owned(),
            fails: vec!["t".to_owned()],
            picture: Some(picture),
        };
        let answers = ["starter", "rejected/sleep"].map(|name| (name.to_owned(), seen.clone()));
        Shown { answers: answers.into(), game: Some("reach the deadlock".to_owned()) }
    }

    fn page(shown: Option<&Shown>) -> String {
        super::page(&example::material().chapters[0].entries[0], "2.3", shown)
    }

    #[test]
    fn solutions_and_hints_are_folded() {
        let page = page(None);
        assert!(page.starts_with("# 2.3 Two locks ★★\n"), "{page}");
        let visible = page.split("## Hints").next().unwrap();
        assert!(visible.contains("fn starter()") && !visible.contains("fn a()"), "{page}");
        assert_eq!(page.matches("<details").count(), page.matches("</details>").count());
        assert_eq!(page.matches("<details class=\"hint\">").count(), 3);
        assert!(page.contains("<summary><code>one_lock</code>: One lock.</summary>"), "{page}");
        assert!(page.contains("<summary><code>sleep</code> (deadlock): Sleeps.</summary>"), "{page}");
        assert!(page.contains("```diff\n--- the solution\n+++ sleep\n@@ -1,3 +1,4 @@\n //! A shop.\n"), "{page}");
        assert!(!page.contains("play/") && !page.contains("<pre"), "what did not run is not shown: {page}");
    }

    #[test]
    fn each_wrong_answer_has_the_interleaving_that_breaks_it() {
        let page = page(Some(&shown()));
        assert!(page.contains("<code>t</code> deadlocks.\n"), "{page}");
        let picture = "aria-label=\"How sleep fails: deadlock, t · interleaving 5\">t · interleaving 5\n\n\
                       1  A locks `a&lt;b&gt;`\n\n✗  deadlock</pre>";
        assert!(page.contains(picture), "{page}");
        assert!(
            page.contains("<a href=\"../play/abba-starter.html\">Play the scheduler: reach the deadlock</a>"),
            "{page}"
        );
    }

    #[test]
    fn code_with_fences_is_fenced_by_longer_ones() {
        assert_eq!(code("rust", "/// ```\n/// x\n/// ```\n"), "````rust\n/// ```\n/// x\n/// ```\n````\n");
    }
}
