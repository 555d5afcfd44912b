//! The watch as a state machine: events in, effects out. It uses no file, clock, process or terminal.
//!
//! Checks are numbered. A save stops the running check, and a late verdict is dropped, so the last verdict shown is
//! always about the file as it is on disk.

use crate::course::exercise::Exercise;
use crate::course::progress::Progress;
use crate::ui::text::style::{Colour, Text};
use crate::ui::view::finish::SolvedChapter;
use crate::ui::view::pages::{self, Ended};
use crate::ui::view::space::Space;
use crate::verdict::{Kind, Mode, Stage, Verdict};

pub use self::choice::{Choice, Filter};
pub use self::event::{CheckNumber, Effect, Event, Job, Prompt, Say, Sight, State, Topic};
pub use self::layout::Layout;
pub use self::pager::Pager;
pub use self::running::RunningCheck;

mod choice;
mod event;
mod input;
mod layout;
mod pager;
mod running;

/// The state of the watch. The view reads all of it; only [`App::handle`] changes it.
#[derive(Clone, Debug)]
pub struct App {
    pub exercises: Vec<Exercise>,
    /// The folder of the course.
    pub root: String,
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
    pub standing: Vec<String>,
    pub size: (usize, usize),
    pub colour: Colour,
    /// The number of the last check that was started.
    pub run: CheckNumber,
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

impl App {
    pub fn new(exercises: Vec<Exercise>, root: String, progress: Progress, at: usize, sight: Sight) -> App {
        App {
            exercises,
            root,
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
            Event::Saved => {
                if self.prompt.is_none() && self.topic != Topic::List {
                    self.turn_to(Topic::Result);
                }
                self.check()
            }
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
            Event::Fetched(topic, at, text) => self.fetched(topic, at, text),
            Event::Explained(at, text) => {
                if at == self.at {
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
        vec![Effect::Say(Say::Note(note))]
    }

    /// Moves to another exercise. If the learner has never tried it, its brief is shown first; if they have tried none
    /// of its chapter, the lesson.
    fn arrive(&mut self) -> Vec<Effect> {
        self.verdict = None;
        self.error = None;
        self.explanation = None;
        self.turn_to(Topic::Result);
        let is_new =
            |exercise: &Exercise| self.progress.exercises.get(&exercise.name).is_none_or(|entry| entry.attempts == 0);
        let mut effects = vec![Effect::MoveTo(self.at)];
        if is_new(self.exercise()) {
            let topic = if self.chapter().all(is_new) { Topic::Lesson } else { Topic::Brief };
            effects.push(Effect::Fetch(topic, self.at));
        }
        effects.extend(self.check());
        effects
    }

    /// Starts a check and stops the running one.
    fn check(&mut self) -> Vec<Effect> {
        let mut effects = self.stop();
        self.run = CheckNumber(self.run.0 + 1);
        self.state = State::Running;
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
        self.progress.record(&name, passed.then_some(0));
        self.verdict = Some(verdict.clone());
        self.error = None;
        if self.topic == Topic::Result {
            self.pager = Pager::default();
        }
        let next = if passed { self.next_unsolved() } else { None };
        let mut effects = vec![Effect::Record { exercise: self.at, passed }];
        if passed && self.explanation.is_none() {
            effects.push(Effect::Explain(self.at));
        }
        effects.push(Effect::Say(Say::Verdict { verdict, next }));
        effects.extend(self.prepare());
        effects
    }

    fn failed(&mut self, error: String) -> Vec<Effect> {
        self.state = State::DoesNotPass;
        self.error = Some(error.clone());
        self.verdict = None;
        vec![Effect::Say(Say::Error(error))]
    }

    fn fetched(&mut self, topic: Topic, at: usize, text: Text) -> Vec<Effect> {
        if at != self.at {
            return Vec::new();
        }
        self.turn_to(topic);
        self.fetched = text.clone();
        vec![Effect::Say(Say::Page(text))]
    }

    /// Compiles ahead of time what the check did not reach and what the next exercise needs.
    fn prepare(&mut self) -> Vec<Effect> {
        if self.sight == Sight::Lines || self.preparing.is_some() || self.state == State::Running {
            return Vec::new();
        }
        let unbuilt =
            self.verdict.as_ref().is_some_and(|verdict| matches!(verdict.kind, Kind::CompileError | Kind::Lint));
        let own = unbuilt.then_some((self.at, Mode::Explore));
        let next = self.next_unsolved().map(|next| [(next, Mode::Real), (next, Mode::Explore)]);
        let is_left = |job: &Job| {
            let can_be = job.1 == Mode::Real || self.exercises[job.0].explored;
            can_be && !self.prepared.contains(job)
        };
        self.preparing = own.into_iter().chain(next.into_iter().flatten()).find(is_left);
        self.preparing.map(Effect::Prepare).into_iter().collect()
    }

    fn prepared(&mut self, job: Job) -> Vec<Effect> {
        if self.preparing != Some(job) {
            return Vec::new();
        }
        self.preparing = None;
        self.prepared.push(job);
        self.prepare()
    }

    fn go_to(&mut self, at: usize) -> Vec<Effect> {
        self.at = at;
        let mut effects = self.stop();
        self.state = State::DoesNotPass;
        effects.extend(self.arrive());
        effects
    }

    fn next_unsolved(&self) -> Option<usize> {
        let names: Vec<&str> = self.exercises.iter().map(|exercise| exercise.name.as_str()).collect();
        self.progress.next(&names, self.at)
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

    /// Updates the pager after any other change.
    fn lay_out(&mut self) {
        let (width, _) = self.size;
        let page = self.page(width);
        self.pager.update(&page.text, self.colour, (width, self.layout().body));
        self.anchors = page.anchors;
    }

    fn page(&self, width: usize) -> pages::Page {
        let text = match self.topic {
            Topic::Result => return self.result(width),
            Topic::Timeline => self.verdict.as_ref().and_then(|verdict| pages::timeline(verdict, width)),
            Topic::Keys => Some(pages::all_keys()),
            Topic::Brief | Topic::Lesson | Topic::Hint | Topic::Solution => Some(self.fetched.clone()),
            Topic::List => None,
        };
        pages::Page { text: text.unwrap_or_default(), anchors: Vec::new() }
    }

    /// The chapters that are complete, and what the current exercise has completed if it passes.
    fn solved_chapters(&self) -> (Vec<SolvedChapter>, Ended) {
        let mut solved = Vec::new();
        let mut all_solved = true;
        for chapter in self.exercises.chunk_by(|a, b| a.chapter == b.chapter) {
            if !chapter.iter().all(|exercise| self.progress.is_solved(&exercise.name)) {
                all_solved = false;
                continue;
            }
            let mut sum = SolvedChapter {
                name: chapter[0].chapter.clone(),
                exercises: chapter.len(),
                ..SolvedChapter::default()
            };
            for exercise in chapter {
                let entry = self.progress.exercises.get(&exercise.name);
                sum.hints += entry.map_or(0, |entry| entry.hints_seen);
                sum.peeked += usize::from(entry.is_some_and(|entry| entry.peeked));
                let new = |concept: &&String| !sum.concepts.contains(*concept);
                let concepts: Vec<String> = exercise.about.concepts.iter().filter(new).cloned().collect();
                sum.concepts.extend(concepts);
            }
            solved.push(sum);
        }
        let here = &self.exercise().chapter;
        let own = solved.iter().position(|chapter| chapter.name == *here);
        let ended = match own {
            _ if all_solved => Ended::Course,
            Some(at) => {
                let own = solved.remove(at);
                solved.push(own);
                Ended::Chapter
            }
            None => Ended::Exercise,
        };
        (solved, ended)
    }

    fn result(&self, width: usize) -> pages::Page {
        let next = self.next_unsolved().map(|next| self.exercises[next].name.as_str());
        let (solved, ended) = self.solved_chapters();
        let success = pages::Success { explanation: self.explanation.as_ref(), next, solved: &solved, ended };
        let mut page = match (&self.error, &self.verdict) {
            (Some(error), _) => pages::error(error),
            (None, Some(verdict)) => pages::result(verdict, success, Space::of(width, self.layout().body, self.colour)),
            (None, None) => pages::Page::default(),
        };
        if self.state == State::Running {
            if !self.running.errors.is_empty() {
                return pages::errors(&self.running.errors);
            }
            if !self.running.results.is_empty() && self.running.elapsed_ms.is_some() {
                page = pages::results(&self.running.results, page);
            }
        }
        page
    }
}

#[cfg(test)]
mod tests;
