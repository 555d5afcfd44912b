//! Performs the effects that the watch decides on. Slow work runs on other threads, so nothing here blocks.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::io::BackgroundIo;
use crate::commands::reset;
use crate::course::catalogue::Catalogue;
use crate::course::originals::Originals;
use crate::course::store;
use crate::error;
use crate::session::Session;
use crate::system::process::Stop;
use crate::system::signals::Signals;
use crate::system::toolchain::Toolchain;
use crate::ui::terminal::{self, Terminal};
use crate::watch::files::Watcher;
use crate::watch::state::{CheckNumber, Effect, Event, Job};

mod lent;
mod texts;

/// Everything that is needed to perform effects.
pub struct Performer {
    session: Arc<Session>,
    toolchain: Toolchain,
    watcher: Watcher,
    events: Sender<Event>,
    terminal: Option<Terminal>,
    signals: Signals,
    io: BackgroundIo,
    /// The checker's own program. Asked for at the start: once cargo has replaced it, its path is no longer known.
    program: PathBuf,
    /// The check that is running, or the last one.
    check: Option<Work>,
    preparing: Option<Work>,
    /// Threads that were told to stop and may still be cleaning up.
    stopped: Vec<JoinHandle<()>>,
}

struct Work {
    stop: Stop,
    thread: JoinHandle<()>,
    started: Instant,
}

/// How long to wait on exit for threads that are cleaning up.
const PATIENCE: Duration = Duration::from_secs(1);

impl Performer {
    pub fn new(
        session: Arc<Session>,
        toolchain: Toolchain,
        watcher: Watcher,
        events: Sender<Event>,
        terminal: Option<Terminal>,
        signals: Signals,
    ) -> Result<Performer> {
        let io = BackgroundIo::new()?;
        Ok(Performer {
            session,
            toolchain,
            watcher,
            events,
            terminal,
            signals,
            io,
            program: std::env::current_exe()?,
            check: None,
            preparing: None,
            stopped: Vec::new(),
        })
    }

    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Uses these exercises from now on. Work that has begun goes on with the ones before.
    pub fn adopt(&mut self, catalogue: &Catalogue) {
        self.session = Arc::new(self.session.with(catalogue.clone()));
    }

    /// When the last check was started.
    pub fn started(&self) -> Option<Instant> {
        self.check.as_ref().map(|check| check.started)
    }

    pub fn perform(&mut self, effect: Effect) -> Result<()> {
        match effect {
            Effect::Check(run, at) => self.check(run, at)?,
            Effect::Stop => {
                let check = self.check.take();
                self.stop(check);
            }
            Effect::Prepare(job) => self.prepare(job)?,
            Effect::StopPreparing => {
                let preparing = self.preparing.take();
                self.stop(preparing);
            }
            Effect::MoveTo(at) => {
                if let Some(note) = self.watcher.watch(&self.session.exercise(at).dir) {
                    let _ = self.events.send(Event::Standing(note));
                }
                let name = self.session.exercise(at).name.clone();
                self.file(move |session| session.update(|progress| progress.current = Some(name)));
            }
            Effect::Record { exercise, passed } => self.file(move |session| {
                let name = &session.exercise(exercise).name;
                session.update(|progress| progress.record(name, passed.then(store::now)))
            }),
            Effect::Peeked(at) => self.file(move |session| {
                let name = &session.exercise(at).name;
                session.update(|progress| progress.entry(name).peeked = true)
            }),
            Effect::Fetch(topic, at) => {
                self.ask(move |session| {
                    Ok(Event::Fetched(topic, name(session, at), texts::fetch(session, topic, at)?))
                });
            }
            Effect::Explain(at) => {
                self.ask(move |session| Ok(Event::Explained(name(session, at), texts::explanation(session, at)?)));
            }
            Effect::Compare(at) => self.ask(move |session| {
                let exercise = session.exercise(at);
                let originals = Originals::read(&session.catalogue.solution(exercise)).unwrap_or_default();
                Ok(Event::Altered(exercise.name.clone(), originals.altered(exercise)))
            }),
            Effect::Reload => self.ask(|session| {
                let catalogue = Box::new(Catalogue::find(session.root())?);
                Ok(Event::Reloaded(catalogue, session.store.read().progress))
            }),
            Effect::KeepPreferences(preferences) => self.file(move |session| preferences.keep(session.root())),
            Effect::Reset(at) => self.ask(move |session| Ok(Event::Note(reset::reset(session, at)?))),
            Effect::Edit(at, line) => self.edit(at, line)?,
            Effect::Step(at, test) => self.step(at, &test)?,
            Effect::OpenPage(at, test) => self.open_page(at, &test)?,
            Effect::Copy(text) => {
                if let Some(terminal) = &self.terminal {
                    terminal.send(&terminal::copy_sequence(&text))?;
                }
            }
            // The driver performs these.
            Effect::Say(_) | Effect::SetAlarm(..) | Effect::Quit => {}
        }
        Ok(())
    }

    fn check(&mut self, run: CheckNumber, at: usize) -> Result<()> {
        let (session, events, toolchain) = (Arc::clone(&self.session), self.events.clone(), self.toolchain);
        let check = move |stop: &Stop| {
            let stages = events.clone();
            let report = move |stage| drop(stages.send(Event::Stage(run, stage)));
            let event = match session.check(at, toolchain, None, stop, &report) {
                Ok(Some(verdict)) => Event::Checked(run, Box::new(verdict)),
                Ok(None) => return,
                Err(error) => Event::Failed(run, error::describe(&error)),
            };
            drop(events.send(event));
        };
        self.check = Some(self.start("check", check)?);
        Ok(())
    }

    /// The result is discarded: a check that needs the build asks for it again.
    fn prepare(&mut self, job: Job) -> Result<()> {
        let (session, events, toolchain) = (Arc::clone(&self.session), self.events.clone(), self.toolchain);
        let prepare = move |stop: &Stop| {
            let _ = session.prepare(job.0, job.1, toolchain, stop);
            if !stop.is_stopped() {
                drop(events.send(Event::Prepared(job)));
            }
        };
        let preparing = self.start("prepare", prepare)?;
        let before = self.preparing.replace(preparing);
        self.stop(before);
        Ok(())
    }

    fn start(&self, name: &str, work: impl FnOnce(&Stop) + Send + 'static) -> Result<Work> {
        let stop = self.session.stop.child();
        let own = stop.clone();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || work(&own))?;
        Ok(Work { stop, thread, started: Instant::now() })
    }

    /// Kills the processes at once. The thread ends when they are gone.
    fn stop(&mut self, work: Option<Work>) {
        self.stopped.retain(|thread| !thread.is_finished());
        if let Some(work) = work {
            work.stop.stop();
            self.stopped.push(work.thread);
        }
    }

    /// Cleans up: no process or temporary folder is left, and pending writes are done, within the time limits.
    pub fn end(&mut self) {
        self.session.stop.stop();
        for work in [self.check.take(), self.preparing.take()] {
            self.stop(work);
        }
        let give_up = Instant::now() + PATIENCE;
        while self.stopped.iter().any(|thread| !thread.is_finished()) && Instant::now() < give_up {
            thread::sleep(Duration::from_millis(2));
        }
        self.io.close(PATIENCE);
    }

    /// Queues a write whose result the user does not see.
    fn file(&self, write: impl FnOnce(&Session) -> Result<()> + Send + 'static) {
        self.ask_for(|session| write(session).map(|()| None));
    }

    /// Queues a read or write whose result is sent back as an event.
    fn ask(&self, work: impl FnOnce(&Session) -> Result<Event> + Send + 'static) {
        self.ask_for(|session| work(session).map(Some));
    }

    fn ask_for(&self, work: impl FnOnce(&Session) -> Result<Option<Event>> + Send + 'static) {
        let (session, events) = (Arc::clone(&self.session), self.events.clone());
        self.io.put(move || {
            let event = work(&session).unwrap_or_else(|error| Some(Event::Note(error::describe(&error))));
            event.map(|event| events.send(event));
        });
    }
}

fn name(session: &Session, at: usize) -> String {
    session.exercise(at).name.clone()
}
