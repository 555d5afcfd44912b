//! The watch as lines, one per event: for logs, for screen readers, and for terminals without cursor control.

use std::sync::Arc;

use anyhow::Result;

use crate::session::Session;
use crate::ui::text::style::{Line, Style, Text};
use crate::ui::view::list::{self, Listing};
use crate::ui::view::verdict::{self as view, Diagnostics};
use crate::watch::state::{App, Say};

pub struct Plain {
    session: Arc<Session>,
}

impl Plain {
    pub fn new(session: Arc<Session>) -> Plain {
        Plain { session }
    }

    /// The exercises have changed.
    pub fn adopt(&mut self, session: Arc<Session>) {
        self.session = session;
    }

    pub fn greet(&self, help: String) -> Result<()> {
        self.print_line(Line::styled(Style::Aside, help))
    }

    pub fn say(&self, app: &App, say: Say) -> Result<()> {
        match say {
            Say::Checking(at) => self.print(&self.checking(at)),
            Say::Verdict { verdict, next } => {
                let mut text = view::verdict(&verdict, Diagnostics::All, self.session.printer.space());
                if verdict.passed() {
                    let next = next.map_or_else(
                        || "all exercises are solved".to_owned(),
                        |at| format!("n next: {}", self.session.exercise(at).name),
                    );
                    text.push(Line::styled(Style::Aside, format!("s compare with the solution · {next}")));
                }
                self.print(&text)
            }
            Say::Page(text) => self.print(&text),
            Say::List => {
                let (unreadable, title) = (&self.session.catalogue.unreadable, app.title.as_deref());
                let (exercises, progress, current) = (&app.exercises, &app.progress, Some(app.at));
                self.print(&list::list(Listing { title, exercises, unreadable, progress, current }, |_| true))
            }
            Say::Note(note) => self.print_line(Line::plain(note)),
            Say::Error(error) => {
                eprintln!("{error}");
                Ok(())
            }
        }
    }

    fn checking(&self, at: usize) -> Text {
        let exercise = self.session.exercise(at);
        let source = exercise.source();
        let mut text = Text::new();
        text.blank();
        text.push(
            Line::plain("checking ")
                .then(Style::Name, &exercise.name)
                .then(Style::Aside, format!(" · {}", self.session.shown(&source))),
        );
        text
    }

    fn print_line(&self, line: Line) -> Result<()> {
        let mut text = Text::new();
        text.push(line);
        self.print(&text)
    }

    fn print(&self, text: &Text) -> Result<()> {
        self.session.printer.print(text)
    }
}
