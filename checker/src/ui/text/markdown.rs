//! Markdown as text for a terminal: without the marks that a style replaces, and not yet broken into rows.

use std::iter::Peekable;
use std::vec::IntoIter;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use trace::columns;

use super::style::{Colour, Flow, Line, Rank, Style, Text};
use crate::course::markdown::events;

/// How a page is shown.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    pub colour: Colour,
    pub links: Links,
    /// The folder of the course.
    pub root: &'a str,
    /// The folder of the page, from there: `exercises/02_mutex`.
    pub folder: &'a str,
}

/// How a link is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// The terminal can open them.
    Opened,
    /// The target follows in brackets.
    Spelled,
}

/// A page as text.
pub fn markdown(page: &str, look: &Look<'_>) -> Text {
    let events: Vec<Event<'_>> = events(page).map(|(event, _)| event).collect();
    let mut writer = Writer::new(events.into_iter().peekable(), *look);
    while let Some(event) = writer.events.next() {
        writer.write(event);
    }
    writer.end_line();
    writer.text
}

struct Writer<'a> {
    look: Look<'a>,
    events: Peekable<IntoIter<Event<'a>>>,
    text: Text,
    /// The line that is being written.
    line: Line,
    /// The styles around the next word, the innermost last.
    styles: Vec<Style>,
    link: Option<String>,
    /// The lists around the next word: the number of the next item, if they are numbered.
    lists: Vec<Option<u64>>,
    /// The blanks before a row that continues an item.
    hang: usize,
    /// Whether the line begins an item, so that no blank line comes before it.
    begins_item: bool,
    /// The finished cells of a row, if a table is being written.
    cells: Option<Vec<Line>>,
    /// The code, if a block of it is being read.
    code: Option<String>,
}

impl<'a> Writer<'a> {
    fn new(events: Peekable<IntoIter<Event<'a>>>, look: Look<'a>) -> Self {
        Writer {
            look,
            events,
            text: Text::new(),
            line: Line::new(),
            styles: Vec::new(),
            link: None,
            lists: Vec::new(),
            hang: 0,
            begins_item: false,
            cells: None,
            code: None,
        }
    }

    fn write(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.push(&text),
            },
            Event::Code(code) if self.look.colour == Colour::On => self.within(Style::Code, |own| own.push(&code)),
            Event::Code(code) => self.push(&format!("`{code}`")),
            Event::SoftBreak => self.soft_break(),
            Event::HardBreak => self.break_line(),
            Event::Rule => {
                self.block();
                self.text.push(Line::styled(Style::Aside, "───"));
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        match tag {
            Tag::Paragraph => self.block(),
            Tag::Heading { level, .. } => {
                self.block();
                self.styles.push(if level == HeadingLevel::H1 { Style::Title } else { Style::Heading });
            }
            Tag::BlockQuote(_) => {
                self.block();
                self.hang += 2;
            }
            Tag::CodeBlock(_) => {
                self.block();
                self.code = Some(String::new());
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.block()
                } else {
                    self.end_line()
                }
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Table(_) => self.block(),
            Tag::TableHead | Tag::TableRow => self.cells = Some(Vec::new()),
            Tag::Emphasis => self.mark(Style::Emphasis, "*"),
            Tag::Strong => self.mark(Style::Strong, "**"),
            Tag::Link { dest_url, .. } => self.link = Some(dest_url.into_string()),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Item => self.end_line(),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::BlockQuote(_) => self.hang -= 2,
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::List(_) => {
                self.lists.pop();
                self.hang = self.lists.iter().map(|list| columns::width(&marker(*list))).sum();
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.line);
                self.cells.iter_mut().for_each(|cells| cells.push(cell.clone()));
            }
            TagEnd::TableHead => self.row(Rank::Head),
            TagEnd::TableRow => self.row(Rank::Body),
            TagEnd::Emphasis => self.unmark("*"),
            TagEnd::Strong => self.unmark("**"),
            TagEnd::Link => self.end_link(),
            _ => {}
        }
    }

    /// Begins a block: after a blank line, except at the beginning of a page or an item.
    fn block(&mut self) {
        if self.begins_item {
            self.begins_item = false;
            return;
        }
        self.end_line();
        self.blank();
        self.indent();
    }

    fn blank(&mut self) {
        if self.text.lines().last().is_some_and(|line| !line.is_empty()) {
            self.text.blank();
        }
    }

    fn indent(&mut self) {
        if self.hang > 0 {
            self.line = Line::plain(" ".repeat(self.hang));
        }
    }

    /// Without colours, a heading is underlined with characters.
    fn end_heading(&mut self, level: HeadingLevel) {
        let width = self.line.width();
        self.styles.pop();
        self.end_line();
        if self.look.colour == Colour::Off {
            let line = if level == HeadingLevel::H1 { "═" } else { "─" };
            self.text.push(Line::plain(line.repeat(width)).with_flow(Flow::Code));
        }
    }

    fn item(&mut self) {
        self.end_line();
        let outer = self.lists.len().saturating_sub(1);
        let indent: usize = self.lists[..outer].iter().map(|list| columns::width(&marker(*list))).sum();
        let Some(list) = self.lists.last_mut() else { return };
        let mark = marker(*list);
        let is_first = self.text.lines().last().is_none_or(Line::is_empty);
        *list = list.map(|number| number + 1);
        // Paragraphs in its items make a list a loose one.
        if !is_first && matches!(self.events.peek(), Some(Event::Start(Tag::Paragraph))) {
            self.blank();
        }
        self.hang = indent + columns::width(&mark);
        self.line = Line::plain(" ".repeat(indent)).then(Style::Plain, mark);
        self.begins_item = true;
    }

    fn row(&mut self, rank: Rank) {
        let cells = self.cells.take().unwrap_or_default();
        let head = |cell: Line| cell.spans().fold(Line::new(), |head, span| head.then(Style::Heading, &span.text));
        let cells = if rank == Rank::Head { cells.into_iter().map(head).collect() } else { cells };
        self.text.push(Line::cells(rank, cells));
    }

    fn end_code(&mut self) {
        self.line = Line::new();
        for line in self.code.take().unwrap_or_default().lines() {
            let indent = " ".repeat(self.hang + 2);
            self.text.push(Line::plain(indent).then(Style::Plain, line).with_flow(Flow::Code));
        }
    }

    fn push(&mut self, text: &str) {
        self.begins_item = false;
        let line = std::mem::take(&mut self.line);
        self.line = match (&self.link, self.look.links) {
            (Some(target), Links::Opened) if !target.starts_with('#') => {
                line.linked(Style::Link, text, &self.opened(target))
            }
            _ => line.then(self.styles.last().copied().unwrap_or(Style::Plain), text),
        };
    }

    fn within(&mut self, style: Style, write: impl FnOnce(&mut Self)) {
        self.styles.push(style);
        write(self);
        self.styles.pop();
    }

    /// Begins to stress words. Without colours, the marks stay.
    fn mark(&mut self, style: Style, mark: &str) {
        if self.look.colour == Colour::Off {
            self.push(mark);
        }
        self.styles.push(style);
    }

    fn unmark(&mut self, mark: &str) {
        self.styles.pop();
        if self.look.colour == Colour::Off {
            self.push(mark);
        }
        // A brief ends with lines that are stressed as a whole: each has a row of its own.
        if self.events.next_if(|event| *event == Event::SoftBreak).is_some() {
            match self.events.peek() {
                Some(Event::Start(Tag::Emphasis)) => self.break_line(),
                _ => self.soft_break(),
            }
        }
    }

    fn soft_break(&mut self) {
        self.push(" ");
    }

    fn break_line(&mut self) {
        self.end_line();
        self.indent();
    }

    fn end_link(&mut self) {
        let Some(target) = self.link.take() else { return };
        let said = self.line.spans().last().is_some_and(|span| span.text == target);
        if self.look.links == Links::Spelled && !target.starts_with('#') && !said {
            let target = self.spelled(&target);
            self.within(Style::Aside, |own| own.push(&format!(" ({target})")));
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.text.push(line.with_flow(Flow::Prose { hang: self.hang, most: usize::MAX }));
        }
    }

    /// Where a link leads, as a terminal opens it.
    fn opened(&self, target: &str) -> String {
        match is_file(target) {
            true => format!("file://{}/{}", self.look.root, self.spelled(target)),
            false => target.to_owned(),
        }
    }

    /// Where a link leads, as a reader can find it: a file from the folder of the course.
    fn spelled(&self, target: &str) -> String {
        if !is_file(target) {
            return target.to_owned();
        }
        let mut folders: Vec<&str> = self.look.folder.split('/').filter(|folder| !folder.is_empty()).collect();
        for part in target.split('#').next().unwrap_or_default().split('/') {
            match part {
                ".." => drop(folders.pop()),
                "." | "" => {}
                part => folders.push(part),
            }
        }
        folders.join("/")
    }
}

fn is_file(target: &str) -> bool {
    !target.contains("://") && !target.starts_with("mailto:")
}

fn marker(list: Option<u64>) -> String {
    list.map_or_else(|| "• ".to_owned(), |number| format!("{number}. "))
}

#[cfg(test)]
mod tests;
