//! Markdown as a parser sees it: the links and headings of a page, and the prose between them.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The events of a page, and their places in it.
pub fn events(page: &str) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
    Parser::new_ext(page, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).into_offset_iter()
}

/// A link of a page, written in Markdown or in HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub target: String,
    /// The place of the target in the page.
    pub at: Range<usize>,
}

/// The links of a page, outside code.
pub fn links(page: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for (event, at) in events(page) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let source = &page[at.clone()];
                let begin = source.rfind("](").map_or(at.start, |found| at.start + found + 2);
                if page[begin..].starts_with(&*dest_url) {
                    links.push(Link { at: begin..begin + dest_url.len(), target: dest_url.into_string() });
                }
            }
            Event::Html(_) | Event::InlineHtml(_) => {
                for attribute in ["href", "src"] {
                    let values = attributes(&page[at.clone()], attribute);
                    let place = |value: Range<usize>| at.start + value.start..at.start + value.end;
                    links.extend(values.map(place).map(|at| Link { target: page[at.clone()].to_owned(), at }));
                }
            }
            _ => {}
        }
    }
    links
}

/// The places of the values of `name` in `html`.
fn attributes(html: &str, name: &str) -> impl Iterator<Item = Range<usize>> {
    let before = format!(" {name}=\"");
    let begins: Vec<usize> = html.match_indices(&before).map(|(at, _)| at + before.len()).collect();
    begins.into_iter().filter_map(move |begin| Some(begin..begin + html[begin..].find('"')?))
}

/// What a link can name after `#`: the headings of a page, in the form that mdBook and GitHub give them, and the ids of
/// its HTML.
pub fn anchors(page: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    let mut heading: Option<String> = None;
    for (event, at) in events(page) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => anchors.extend(heading.take().map(|words| anchor(&words))),
            Event::Text(text) | Event::Code(text) => {
                if let Some(words) = &mut heading {
                    words.push_str(&text);
                }
            }
            Event::Html(_) | Event::InlineHtml(_) => {
                let html = &page[at];
                anchors.extend(attributes(html, "id").map(|id| html[id].to_owned()));
            }
            _ => {}
        }
    }
    anchors
}

/// The form that `words` have after `#` in a link.
pub fn anchor(words: &str) -> String {
    let words = words.trim().to_lowercase();
    let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The places of the words of a page that are neither code nor part of a link or a heading.
pub fn prose(page: &str) -> Vec<Range<usize>> {
    let mut prose = Vec::new();
    let mut inside = 0;
    for (event, at) in events(page) {
        match event {
            Event::Start(Tag::Heading { .. } | Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => inside += 1,
            Event::End(TagEnd::Heading(_) | TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => inside -= 1,
            Event::Text(_) if inside == 0 => prose.push(at),
            _ => {}
        }
    }
    prose
}

/// The places of the blocks of code of a page.
pub fn code_blocks(page: &str) -> Vec<Range<usize>> {
    let begins = |(event, at)| matches!(event, Event::Start(Tag::CodeBlock(_))).then_some(at);
    events(page).filter_map(begins).collect()
}

/// `text` as HTML shows it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_outside_code_however_lines_are_wrapped() {
        let text = "[a](b.md \"title\") and [two\nlines](c/d.md#e), not `[x](y)`\n```\n[in](code)\n```\n[f](g.md)\n\n\
                    <a class=\"x\" href=\"h.html\">i</a> `[j` and [k](l)\n";
        let links = links(text);
        let targets: Vec<&str> = links.iter().map(|link| link.target.as_str()).collect();
        assert_eq!(targets, ["b.md", "c/d.md#e", "g.md", "h.html", "l"]);
        assert!(links.iter().all(|link| text[link.at.clone()] == link.target));
    }

    #[test]
    fn headings_and_ids_can_be_linked_to() {
        let page = "# The `std` mutex, and async!\ntext <a id=\"x\"></a>\n## 2\n```\n# code\n```\n";
        assert_eq!(anchors(page), ["the-std-mutex-and-async", "x", "2"]);
    }

    #[test]
    fn prose_is_neither_code_nor_link_nor_heading() {
        let page = "# Head\none `two` [three](x) **four**\n\n    five\n\n| six | `seven` |\n|---|---|\n| eight | |\n";
        let words: Vec<&str> = prose(page).into_iter().map(|at| page[at].trim()).filter(|w| !w.is_empty()).collect();
        assert_eq!(words, ["one", "four", "six", "eight"]);
    }
}
