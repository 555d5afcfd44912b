//! `checker watch`: a check on every save. Events in, [`App`] decides, effects out; checks run elsewhere.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, anyhow};

use super::{hint, solution};
use crate::app::{App, Effect, Event, Run, Say};
use crate::keys;
use crate::process::{self, Stop};
use crate::session::Session;
use crate::signals::Signals;
use crate::store;
use crate::terminal::Keyboard;
use crate::toolchain::Toolchain;
use crate::trouble;
use crate::view::style::{Line, Style, Text};
use crate::view::verdict::{self as view, Diagnostics};
use crate::watcher::Watcher;

pub fn execute(session: Session, signals: &Signals) -> Result<u8> {
    let toolchain = Toolchain::find()?;
    session.store.require_known_version()?;
    if let Some(note) = toolchain.note() {
        eprintln!("{note}");
    }
    process::adopt_orphans();
    let (events, incoming) = mpsc::channel();
    let watcher = Watcher::new({
        let events = events.clone();
        move || drop(events.send(Event::Saved))
    })?;
    if let Some(note) = &watcher.note {
        eprintln!("{note}");
    }
    let keyboard = Keyboard::open({
        let events = events.clone();
        move |byte| drop(keys::action(byte).map(|action| events.send(Event::Key(action))))
    })
    .context("the terminal cannot be set up")?;
    // The signal thread has stopped everything by then; this loop ends as after `q`.
    let restore = keyboard.as_ref().map(Keyboard::restore);
    let ended = events.clone();
    signals.on_signal(move || drop(ended.send(Event::Ended)));
    signals.at_exit(move || restore.iter().for_each(|restore| restore.now()));

    let progress = session.progress();
    let at = session.find(None, &progress)?;
    let names = session.catalogue.names().into_iter().map(str::to_owned).collect();
    let mut app = App::new(names, progress, at);
    let mut watch = Watch { session: Arc::new(session), toolchain, watcher, events, check: None, stopped: Vec::new() };
    watch.greet(keyboard.is_some())?;
    let mut effects = app.handle(Event::Started);
    loop {
        for effect in effects {
            if !watch.perform(effect)? {
                watch.end();
                return Ok(0);
            }
        }
        effects = app.handle(incoming.recv().context("all senders are gone")?);
    }
}

/// What the effects need.
struct Watch {
    session: Arc<Session>,
    toolchain: Toolchain,
    watcher: Watcher,
    events: Sender<Event>,
    /// The check under way, or the last one.
    check: Option<(Stop, JoinHandle<()>)>,
    /// Checks that were stopped, and may still be cleaning up.
    stopped: Vec<JoinHandle<()>>,
}

impl Watch {
    /// Whether to go on.
    fn perform(&mut self, effect: Effect) -> Result<bool> {
        match effect {
            Effect::Check(run, at) => self.check(run, at)?,
            Effect::Stop => self.stop(),
            Effect::MoveTo(at) => {
                let name = self.session.exercise(at).name.clone();
                self.watcher.watch(&self.session.exercise(at).dir)?;
                self.session.update(|progress| progress.current = Some(name))?;
            }
            Effect::Record { exercise, passed } => {
                let name = &self.session.exercise(exercise).name;
                self.session.update(|progress| progress.record(name, passed, store::now()))?;
            }
            Effect::Say(say) => self.say(say)?,
            Effect::Quit => return Ok(false),
        }
        Ok(true)
    }

    fn check(&mut self, run: Run, at: usize) -> Result<()> {
        let stop = self.session.stop.child();
        let (session, events, toolchain) = (Arc::clone(&self.session), self.events.clone(), self.toolchain);
        let check = {
            let stop = stop.clone();
            move || {
                let event = match session.check(at, toolchain, None, &stop, &|_| {}) {
                    Ok(Some(verdict)) => Event::Checked(run, Box::new(verdict)),
                    Ok(None) => return,
                    Err(error) => Event::Failed(run, trouble::describe(&error)),
                };
                drop(events.send(event));
            }
        };
        let thread = thread::Builder::new().name("check".to_owned()).spawn(check)?;
        self.check = Some((stop, thread));
        Ok(())
    }

    /// The processes of a stopped check are killed at once; its thread ends when they are gone.
    fn stop(&mut self) {
        self.stopped.retain(|thread| !thread.is_finished());
        if let Some((stop, thread)) = self.check.take() {
            stop.stop();
            self.stopped.push(thread);
        }
    }

    /// Leaves nothing behind: no process, no temporary folder.
    fn end(&mut self) {
        self.session.stop.stop();
        self.stop();
        for thread in self.stopped.drain(..) {
            let _ = thread.join();
        }
    }

    fn greet(&self, has_keys: bool) -> Result<()> {
        let keys = if has_keys { keys::help() } else { "save to check; Ctrl-C ends".to_owned() };
        let mut text = Text::new();
        text.push(Line::styled(Style::Aside, keys));
        self.session.screen.print(&text)
    }

    fn say(&self, say: Say) -> Result<()> {
        let name = |at: usize| self.session.exercise(at).name.clone();
        let text = match say {
            Say::Checking(at) => self.checking(at),
            Say::Verdict { verdict, next } => {
                let mut text = view::verdict(&verdict, Diagnostics::All, self.session.screen.width);
                if verdict.passed() {
                    let next = next
                        .map_or_else(|| "all exercises are solved".to_owned(), |at| format!("n next: {}", name(at)));
                    text.push(Line::styled(Style::Aside, format!("s compare with the solution · {next}")));
                }
                text
            }
            Say::Hint(at) => or_trouble(hint::next(&self.session, at)),
            Say::Solution(at) => or_trouble(solution::explain(&self.session, at)),
            Say::SolveFirst(at) => one_line(format!(
                "not solved yet; `checker solution {} --peek` shows the solution all the same",
                name(at)
            )),
            Say::NotYet => one_line("not yet: the exercise does not pass".to_owned()),
            Say::AllSolved => one_line("all exercises are solved".to_owned()),
            Say::Keys => one_line(keys::help()),
            Say::Trouble(trouble) => {
                eprintln!("{trouble}");
                return Ok(());
            }
        };
        self.session.screen.print(&text)
    }

    fn checking(&self, at: usize) -> Text {
        let exercise = self.session.exercise(at);
        let source = exercise.source();
        let source = source.strip_prefix(self.session.root()).unwrap_or(&source);
        let mut text = Text::new();
        text.blank();
        text.push(
            Line::plain("checking ")
                .then(Style::Name, &exercise.name)
                .then(Style::Aside, format!(" · {}", source.display())),
        );
        text
    }
}

fn one_line(words: String) -> Text {
    let mut text = Text::new();
    text.push(Line::plain(words));
    text
}

/// A hint that cannot be read does not end the watch.
fn or_trouble(text: Result<Text>) -> Text {
    text.unwrap_or_else(|error| {
        let mut text = Text::new();
        text.push_lines(Style::Warning, &trouble::describe(&anyhow!(error)));
        text
    })
}
