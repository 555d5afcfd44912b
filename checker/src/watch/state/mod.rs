//! The watch as a state machine: events in, effects out. It uses no file, clock, process or terminal.
//!
//! Checks are numbered. A save stops the running check, and a late verdict is dropped, so the last verdict shown is
//! always about the file as it is on disk.

use std::time::Duration;

use crate::course::exercise::Exercise;
use crate::course::preferences::Preferences;
use crate::course::progress::Progress;
use crate::ui::text::style::{Colour, Text};
use crate::verdict::{Stage, Verdict};

pub use self::choice::{Choice, Filter};
pub use self::event::{Alarm, CheckNumber, Effect, Event, Job, Prompt, Say, Sight, State, Topic};
pub use self::layout::Layout;
pub use self::pager::Pager;
pub use crate::ui::view::running::RunningCheck;

mod choice;
mod course;
mod event;
mod failures;
mod input;
mod layout;
mod moves;
mod page;
mod pager;

/// The state of the watch. The view reads all of it; only [`App::handle`] changes it.
#[derive(Clone, Debug)]
pub struct App {
    pub exercises: Vec<Exercise>,
    /// The folder of the course.
    pub root: String,
    /// What the teacher calls the course.
    pub title: Option<String>,
    pub progress: Progress,
    pub at: usize,
    pub state: State,
    pub running: RunningCheck,
    /// The verdict on this exercise; while a check runs, the previous one.
    pub verdict: Option<Box<Verdict>>,
    pub error: Option<String>,
    pub topic: Topic,
    pub pager: Pager,
    pub choice: Choice,
    pub prompt: Option<Prompt>,
    pub note: Option<String>,
    /// The course's own files of this exercise that differ from the course's.
    pub altered: Vec<String>,
    pub preferences: Preferences,
    /// The check after which the next exercise opens by itself.
    pub departure: Option<CheckNumber>,
    /// Which of the failed tests with a timeline is shown.
    pub failure: usize,
    pub standing: Vec<String>,
    pub size: (usize, usize),
    pub colour: Colour,
    /// The number of the last check that was started.
    pub run: CheckNumber,
    /// How many notes were shown.
    notes: u64,
    /// The note is about the course, not about the file.
    is_news: bool,
    explanation: Option<Text>,
    /// The text of the current topic, if it was fetched.
    fetched: Text,
    /// The lines that a digit jumps to.
    anchors: Vec<usize>,
    /// The phase that was announced last.
    said: String,
    preparing: Option<Job>,
    prepared: Vec<Job>,
    sight: Sight,
}

/// A phase that lasts longer than this, in milliseconds, is announced to users without a screen.
const WORTH_SAYING: u64 = 2_000;
/// How long a note is visible if nothing else happens.
const NOTE_LASTS: Duration = Duration::from_secs(12);
/// How long a success is visible before the next exercise opens by itself.
pub const PASS_LASTS: Duration = Duration::from_secs(8);

impl App {
    pub fn new(exercises: Vec<Exercise>, root: String, progress: Progress, at: usize, sight: Sight) -> App {
        App {
            exercises,
            root,
            title: None,
            progress,
            at,
            state: State::DoesNotPass,
            running: RunningCheck::default(),
            verdict: None,
            error: None,
            topic: Topic::Result,
            pager: Pager::default(),
            choice: Choice::default(),
            prompt: None,
            note: None,
            altered: Vec::new(),
            preferences: Preferences::default(),
            departure: None,
            failure: 0,
            notes: 0,
            is_news: false,
            standing: Vec::new(),
            size: (80, 24),
            colour: Colour::Off,
            run: CheckNumber(0),
            explanation: None,
            fetched: Text::new(),
            anchors: Vec::new(),
            said: String::new(),
            preparing: None,
            prepared: Vec::new(),
            sight,
        }
    }

    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.react(event);
        self.lay_out();
        effects
    }

    fn react(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Started => self.arrive(),
            Event::Saved => self.saved(),
            Event::SavedElsewhere(dir) => self.saved_elsewhere(&dir),
            Event::CourseChanged => vec![Effect::Reload],
            Event::Reloaded(catalogue, progress) => self.reloaded(catalogue.exercises, progress),
            Event::Altered(name, files) => self.hear_altered(&name, files),
            Event::Alarm(alarm) => self.alarm(alarm),
            Event::Key(key) => self.press(key),
            Event::Resized(columns, rows) => {
                self.size = (columns, rows);
                Vec::new()
            }
            Event::Tick(elapsed) => self.tick(elapsed),
            Event::Stage(run, stage) if run == self.run && self.state == State::Running => self.hear(stage),
            Event::Checked(run, verdict) if run == self.run => self.checked(verdict),
            Event::Failed(run, error) if run == self.run => self.failed(error),
            // From a check that was stopped.
            Event::Stage(..) | Event::Checked(..) | Event::Failed(..) => Vec::new(),
            Event::Prepared(job) => self.prepared(job),
            Event::Fetched(topic, name, text) => self.fetched(topic, &name, text),
            Event::Explained(name, text) => {
                if name == self.exercise().name {
                    self.explanation = Some(text);
                }
                Vec::new()
            }
            Event::Note(note) => self.note(note),
            Event::Standing(note) => {
                self.standing.push(note.clone());
                vec![Effect::Say(Say::Note(format!("note: {note}")))]
            }
            Event::Ended => self.quit(),
        }
    }

    pub fn exercise(&self) -> &Exercise {
        &self.exercises[self.at]
    }

    /// The exercises of the current one's chapter.
    pub fn chapter(&self) -> impl Iterator<Item = &Exercise> {
        self.exercises.iter().filter(|exercise| exercise.chapter == self.exercise().chapter)
    }

    pub fn solved(&self) -> usize {
        self.exercises.iter().filter(|exercise| self.progress.is_solved(&exercise.name)).count()
    }

    pub fn layout(&self) -> Layout {
        Layout::of(self.size.1)
    }

    fn note(&mut self, note: String) -> Vec<Effect> {
        self.note = Some(note.clone());
        self.notes += 1;
        self.is_news = false;
        let mut effects = vec![Effect::Say(Say::Note(note))];
        if self.sight == Sight::Screen {
            effects.push(Effect::SetAlarm(Alarm::NoteExpires(self.notes), NOTE_LASTS));
        }
        effects
    }

    fn alarm(&mut self, alarm: Alarm) -> Vec<Effect> {
        match alarm {
            Alarm::NoteExpires(note) if note == self.notes => self.note = None,
            Alarm::Advance(check) if self.departure == Some(check) && self.prompt.is_none() => {
                if let Some(next) = self.next_unsolved() {
                    return self.go_to(next);
                }
            }
            // Something else happened in the meantime.
            Alarm::NoteExpires(_) | Alarm::Advance(_) => {}
        }
        Vec::new()
    }

    fn saved(&mut self) -> Vec<Effect> {
        if !self.is_news {
            self.note = None;
        }
        if self.prompt.is_none() && self.topic != Topic::List {
            self.turn_to(Topic::Result);
        }
        let mut effects = self.check();
        effects.push(Effect::Compare(self.at));
        effects
    }

    /// Starts a check and stops the running one.
    fn check(&mut self) -> Vec<Effect> {
        let mut effects = self.stop();
        self.run = CheckNumber(self.run.0 + 1);
        self.state = State::Running;
        self.departure = None;
        self.running = RunningCheck::default();
        self.said.clear();
        effects.extend([Effect::Say(Say::Checking(self.at)), Effect::Check(self.run, self.at)]);
        effects
    }

    fn stop(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        if self.state == State::Running {
            effects.push(Effect::Stop);
        }
        if self.preparing.take().is_some() {
            effects.push(Effect::StopPreparing);
        }
        effects
    }

    fn hear(&mut self, stage: Stage) -> Vec<Effect> {
        let is_blocked = matches!(stage, Stage::Blocked);
        self.running.hear(stage);
        if is_blocked { vec![Effect::Say(Say::Note(self.running.phase(&self.exercise().name)))] } else { Vec::new() }
    }

    fn tick(&mut self, elapsed: u64) -> Vec<Effect> {
        if self.state != State::Running {
            return Vec::new();
        }
        self.running.elapsed_ms = Some(elapsed);
        let phase = self.running.phase(&self.exercise().name);
        // The numbers change all the time; only a change of the words is announced.
        let kind = |phase: &str| phase.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default().to_owned();
        if elapsed < WORTH_SAYING || kind(&phase) == self.said {
            return Vec::new();
        }
        self.said = kind(&phase);
        vec![Effect::Say(Say::Note(phase))]
    }

    fn checked(&mut self, verdict: Box<Verdict>) -> Vec<Effect> {
        let passed = verdict.passed();
        self.state = if passed { State::Passes } else { State::DoesNotPass };
        let name = self.exercise().name.clone();
        let is_first = passed && !self.progress.is_solved(&name);
        self.progress.record(&name, passed.then_some(0));
        self.verdict = Some(verdict.clone());
        self.error = None;
        self.failure = 0;
        if self.topic == Topic::Result {
            self.pager = Pager::default();
        }
        let next = if passed { self.next_unsolved() } else { None };
        let mut effects = vec![Effect::Record { exercise: self.at, passed }];
        if passed && self.explanation.is_none() {
            effects.push(Effect::Explain(self.at));
        }
        effects.push(Effect::Say(Say::Verdict { verdict, next }));
        if is_first && let Some(next) = next {
            effects.extend(self.depart(next));
        }
        effects.extend(self.prepare());
        effects
    }

    fn failed(&mut self, error: String) -> Vec<Effect> {
        self.state = State::DoesNotPass;
        self.error = Some(error.clone());
        self.verdict = None;
        vec![Effect::Say(Say::Error(error))]
    }

    fn fetched(&mut self, topic: Topic, name: &str, text: Text) -> Vec<Effect> {
        if name != self.exercise().name {
            return Vec::new();
        }
        self.turn_to(topic);
        self.fetched = text.clone();
        vec![Effect::Say(Say::Page(text))]
    }

    fn quit(&mut self) -> Vec<Effect> {
        let mut effects = self.stop();
        self.state = State::DoesNotPass;
        effects.push(Effect::Quit);
        effects
    }

    fn turn_to(&mut self, topic: Topic) {
        if self.topic != topic || topic == Topic::Hint {
            self.topic = topic;
            self.pager = Pager::default();
            self.fetched = Text::new();
        }
    }
}

#[cfg(test)]
mod tests;
