//! `checker watch`: a check on every save. The driver passes events to [`App`] and performs the effects it returns.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::course::preferences::Preferences;
use crate::error::Exit;
use crate::runner::compile::direct::tools;
use crate::runner::compile::settings::Settings;
use crate::session::{Printer, Session};
use crate::system::process;
use crate::system::signals::{Hooks, Signals};
use crate::ui::keys;
use crate::ui::terminal::{self, Frame, Input, Surface, Terminal};
use crate::watch::files::neighbours::{Neighbours, News};
use crate::watch::files::{Means, Watcher};
use crate::watch::screen;
use crate::watch::state::{Alarm, App, Effect, Event, Sight, State};

use super::effects::Performer;
use super::plain;

/// Shorter checks show no progress, because the user would not notice it.
const NOTICEABLE: Duration = Duration::from_millis(300);
/// How often progress is redrawn after that.
const TICK: Duration = Duration::from_millis(100);
/// The maximum number of events that are handled before the screen is redrawn.
const AT_ONCE: usize = 256;

#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// The exercise to begin with; without it, the current one
    pub name: Option<String>,
    /// Print plain lines, one for each thing that happens
    #[arg(long)]
    pub plain: bool,
    /// Look at the files twice a second instead of waiting for events
    #[arg(long)]
    pub poll: bool,
}

pub fn execute(mut session: Session, signals: &Signals, args: &Args) -> Result<Exit> {
    let toolchain = tools::installed(session.root())?;
    session.store.require_known_version()?;
    process::adopt_orphans();
    let (events, incoming) = mpsc::channel();
    let notes = events.clone();
    session.notes = Arc::new(move |note| drop(notes.send(Event::Standing(without_label(note)))));
    let surface = if !args.plain && Printer::is_full() { Surface::Screen } else { Surface::Lines };

    let changed = events.clone();
    let means = if args.poll { Means::Polling } else { Means::Events };
    let (watcher, note) = Watcher::new(means, move || drop(changed.send(Event::Saved)))?;
    let settings = Settings::read(session.root());
    let notes = toolchain.note().into_iter().chain(settings.notes.iter().map(String::as_str));
    let (preferences, ignored) = Preferences::read(session.root());
    let left_out = session.catalogue.unreadable.iter().map(|left_out| format!("{} cannot be used", left_out.file()));
    for note in notes.map(without_label).chain(note).chain(ignored).chain(left_out) {
        let _ = events.send(Event::Standing(note));
    }
    let progress = session.progress();
    let at = session.find(args.name.as_deref(), &progress)?;
    let exercises = session.catalogue.exercises.clone();
    let sight = if surface == Surface::Screen { Sight::Screen } else { Sight::Lines };
    let mut app = App::new(exercises, session.root().display().to_string(), progress, at, sight);
    app.colour = session.printer.colour;
    app.title.clone_from(&session.catalogue.selection.title);
    app.preferences = preferences;

    let _neighbours = neighbours(&session, means, &events)?;
    let session = Arc::new(session);
    let terminal = open_terminal(surface, &session, signals, &events)?;
    let is_full = surface == Surface::Screen && terminal.is_some();
    let mut driver = Driver {
        performer: Performer::new(Arc::clone(&session), toolchain, watcher, events, terminal.clone(), signals.clone())?,
        plain: (!is_full).then(|| plain::Plain::new(session)),
        links: terminal::has_links(|name| std::env::var(name).ok()).then(|| app.root.clone()),
        terminal,
        incoming,
        alarms: Vec::new(),
    };
    let done = driver.go_on(&mut app);
    driver.performer.end();
    if let Some(terminal) = &driver.terminal {
        terminal.leave();
    }
    done.map(|()| Exit::Done)
}

/// Reports what happens to the other exercises.
fn neighbours(session: &Session, means: Means, events: &Sender<Event>) -> Result<Neighbours> {
    let heard = events.clone();
    Neighbours::new(means, session.root(), move |news| {
        let event = match news {
            News::Saved(dir) => Event::SavedElsewhere(dir),
            News::Course => Event::CourseChanged,
        };
        let _ = heard.send(event);
    })
}

/// Takes over the terminal, and installs hooks that restore it however the program ends.
fn open_terminal(
    surface: Surface,
    session: &Arc<Session>,
    signals: &Signals,
    events: &Sender<Event>,
) -> Result<Option<Terminal>> {
    let heard = events.clone();
    let hear = move |input| match input {
        Input::Key(key) => drop(heard.send(Event::Key(key))),
        Input::Resized(columns, rows) => drop(heard.send(Event::Resized(columns, rows))),
        Input::End => drop(heard.send(Event::Ended)),
    };
    let terminal = Terminal::open(surface, hear).context("the terminal cannot be set up")?;
    let ended = events.clone();
    let mut hooks = Hooks { on_end: Some(Box::new(move || drop(ended.send(Event::Ended)))), ..Hooks::default() };
    if let Some(terminal) = &terminal {
        let (leaving, at_last, back, resized) =
            (terminal.clone(), terminal.clone(), terminal.clone(), terminal.clone());
        hooks.on_suspend = Some(Box::new(move || leaving.leave()));
        hooks.at_exit = Some(Box::new(move || at_last.leave_by_force()));
        let (events, again) = (events.clone(), events.clone());
        hooks.on_resume = Some(Box::new(move || drop(back.resume().map(|()| tell_size(&back, &again)))));
        hooks.on_resize = Some(Box::new(move || tell_size(&resized, &events)));
    }
    signals.set(hooks);
    terminal::give_back_on_panic(terminal.clone(), session.stop.clone());
    Ok(terminal)
}

fn tell_size(terminal: &Terminal, events: &Sender<Event>) {
    terminal.forget();
    let (columns, rows) = terminal.size();
    let _ = events.send(Event::Resized(columns, rows));
}

/// Removes the label that notes have on standard error.
fn without_label(note: &str) -> String {
    note.strip_prefix("note: ").unwrap_or(note).to_owned()
}

struct Driver {
    performer: Performer,
    /// Prints events line by line if the watch has no screen of its own.
    plain: Option<plain::Plain>,
    terminal: Option<Terminal>,
    /// The folder of the course, if the terminal turns file names into links.
    links: Option<String>,
    incoming: Receiver<Event>,
    /// One of each kind.
    alarms: Vec<(Instant, Alarm)>,
}

impl Driver {
    fn go_on(&mut self, app: &mut App) -> Result<()> {
        if let Some(terminal) = &self.terminal {
            let (columns, rows) = terminal.size();
            self.take_in(app, Event::Resized(columns, rows))?;
        }
        if let Some(plain) = &self.plain {
            let without_keys = || "save to check; Ctrl-C ends".to_owned();
            plain.greet(self.terminal.as_ref().map_or_else(without_keys, |_| keys::help()))?;
        }
        let mut goes_on = self.take_in(app, Event::Started)?;
        let mut clock = None;
        while goes_on {
            self.draw(app)?;
            let event = self.next(app, &mut clock)?;
            goes_on = self.take_in(app, event)?;
            for _ in 0..AT_ONCE {
                match self.incoming.try_recv() {
                    Ok(event) if goes_on => goes_on = self.take_in(app, event)?,
                    _ => break,
                }
            }
        }
        Ok(())
    }

    /// Returns whether the watch continues.
    fn take_in(&mut self, app: &mut App, event: Event) -> Result<bool> {
        if let Event::Reloaded(catalogue, _) = &event {
            self.performer.adopt(catalogue);
            if let Some(plain) = &mut self.plain {
                plain.adopt(Arc::clone(self.performer.session()));
            }
        }
        for effect in app.handle(event) {
            match (effect, &self.plain) {
                (Effect::Quit, _) => return Ok(false),
                (Effect::Say(say), Some(plain)) => plain.say(app, say)?,
                (Effect::Say(_), None) => {}
                (Effect::SetAlarm(alarm, after), _) => {
                    let kind = std::mem::discriminant(&alarm);
                    self.alarms.retain(|(_, other)| std::mem::discriminant(other) != kind);
                    self.alarms.push((Instant::now() + after, alarm));
                }
                (effect, _) => self.performer.perform(effect)?,
            }
        }
        Ok(true)
    }

    /// Waits for an event. While a check runs, also returns a tick at regular intervals.
    fn next(&mut self, app: &App, clock: &mut Option<(Instant, Instant)>) -> Result<Event> {
        let gone = "all senders are gone";
        let started = self.performer.started().filter(|_| app.state == State::Running);
        let tick = started.map(|started| match clock {
            Some((of, tick)) if *of == started => *tick,
            _ => started + NOTICEABLE,
        });
        *clock = started.zip(tick);
        let alarm = self.alarms.iter().map(|(at, _)| *at).min();
        let Some(due) = tick.into_iter().chain(alarm).min() else { return self.incoming.recv().context(gone) };
        match self.incoming.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(event) => Ok(event),
            Err(RecvTimeoutError::Disconnected) => Err(anyhow::anyhow!(gone)),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(at) = self.alarms.iter().position(|(at, _)| *at == due) {
                    return Ok(Event::Alarm(self.alarms.swap_remove(at).1));
                }
                let started = started.context("only a check has ticks")?;
                *clock = Some((started, Instant::now() + TICK));
                Ok(Event::Tick(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)))
            }
        }
    }

    fn draw(&self, app: &App) -> Result<()> {
        let (Some(terminal), None) = (&self.terminal, &self.plain) else { return Ok(()) };
        let drawn = screen::draw(app);
        let rows = screen::paint(&drawn, self.links.as_deref());
        terminal.draw(&Frame { rows, cursor: drawn.cursor }).context("the screen cannot be drawn")
    }
}
