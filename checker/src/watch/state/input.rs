//! Key handling.

use super::pager::Match;
use super::{App, Effect, Prompt, Say, Sight, State, Topic};
use crate::ui::keys::{self, Action, Key};
use crate::ui::view::pages;

impl App {
    pub(super) fn press(&mut self, key: Key) -> Vec<Effect> {
        self.note = None;
        self.departure = None;
        match self.prompt.take() {
            Some(Prompt::Search(words)) => self.type_in(words, key),
            // Nobody asked for this question, so a key that is no answer does what it always does.
            Some(Prompt::SwitchOrNot(_)) if !matches!(key, Key::Char('y' | 'Y')) => self.press(key),
            Some(question) => self.answer(&question, key),
            None => keys::action(key).map_or_else(Vec::new, |action| self.act(action)),
        }
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        if self.topic == Topic::List {
            return self.choose(action);
        }
        match action {
            Action::Next if self.state == State::Passes => match self.next_unsolved() {
                Some(next) => self.go_to(next),
                None => self.note("all exercises are solved".to_owned()),
            },
            Action::Next => self.note("not yet: the exercise does not pass".to_owned()),
            Action::Previous => match self.at.checked_sub(1) {
                Some(previous) => self.go_to(previous),
                None => self.note("this is the first exercise".to_owned()),
            },
            Action::Hint => vec![Effect::Fetch(Topic::Hint, self.at)],
            Action::Timeline => self.timeline(),
            Action::Solution if self.progress.is_solved(&self.exercise().name) => {
                vec![Effect::Fetch(Topic::Solution, self.at)]
            }
            Action::Solution => self.ask(Prompt::PeekOrNot),
            Action::Brief => vec![Effect::Fetch(Topic::Brief, self.at)],
            Action::Lesson => vec![Effect::Fetch(Topic::Lesson, self.at)],
            Action::Glossary => vec![Effect::Fetch(Topic::Glossary, self.at)],
            Action::PreviousFailure => self.choose_failure(Match::Previous),
            Action::NextFailure => self.choose_failure(Match::Next),
            Action::Step if self.sight == Sight::Lines => self.note("there is no screen for the steps".to_owned()),
            Action::Step => self.play(Effect::Step),
            Action::Page => self.play(Effect::OpenPage),
            Action::Advance => self.change_advance(),
            Action::List => self.list(),
            Action::RunAgain => {
                self.turn_to(Topic::Result);
                self.check()
            }
            Action::Edit => vec![Effect::Edit(self.at, self.line_to_edit())],
            Action::Reset => self.ask(Prompt::ResetOrNot),
            Action::Copy => self.copy(),
            Action::Search if self.sight == Sight::Lines => self.note("there is no screen to search in".to_owned()),
            Action::Search => {
                self.prompt = Some(Prompt::Search(String::new()));
                Vec::new()
            }
            Action::Keys => {
                self.turn_to(Topic::Keys);
                vec![Effect::Say(Say::Page(pages::all_keys()))]
            }
            Action::Quit => self.quit(),
            Action::Open | Action::Filter => Vec::new(),
            Action::Back => {
                if !self.pager.end_search() {
                    self.turn_to(Topic::Result);
                }
                Vec::new()
            }
            action => self.scroll(action),
        }
    }

    fn scroll(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Up => self.pager.scroll(-1),
            Action::Down => self.pager.scroll(1),
            Action::PageUp => self.pager.scroll(-self.pager.page()),
            Action::PageDown => self.pager.scroll(self.pager.page()),
            Action::Top => self.pager.to(0),
            Action::Bottom => self.pager.to(usize::MAX),
            Action::NextMatch => self.pager.go_to(Match::Next),
            Action::PreviousMatch => self.pager.go_to(Match::Previous),
            Action::Jump(number) => {
                self.turn_to(Topic::Result);
                self.lay_out();
                match self.anchors.get(number - 1) {
                    Some(line) => self.pager.go_to_line(*line),
                    None => return self.note(format!("there is no error or failed test number {number}")),
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn choose(&mut self, action: Action) -> Vec<Effect> {
        let listed = self.choice.listed(&self.exercises, &self.progress);
        let page = isize::try_from(self.layout().body).unwrap_or(1).max(2) - 1;
        match action {
            Action::Up => self.choice.move_by(&listed, -1),
            Action::Down => self.choice.move_by(&listed, 1),
            Action::PageUp => self.choice.move_by(&listed, -page),
            Action::PageDown => self.choice.move_by(&listed, page),
            Action::Top => self.choice.move_by(&listed, isize::MIN),
            Action::Bottom => self.choice.move_by(&listed, isize::MAX),
            Action::Filter => {
                self.choice.next_filter();
                self.narrowed();
            }
            Action::Search => self.prompt = Some(Prompt::Search(self.choice.words.clone())),
            Action::Open if listed.contains(&self.choice.selected) => return self.go_to(self.choice.selected),
            Action::Back if !self.choice.words.is_empty() => {
                self.choice.words.clear();
                self.narrowed();
            }
            Action::Back | Action::List => self.turn_to(Topic::Result),
            Action::Keys => self.turn_to(Topic::Keys),
            Action::Quit => return self.quit(),
            _ => {}
        }
        Vec::new()
    }

    fn change_advance(&mut self) -> Vec<Effect> {
        self.preferences.advance = !self.preferences.advance;
        let words = if self.preferences.advance {
            "from now on, the next exercise opens by itself when one passes"
        } else {
            "from now on, only `n` opens the next exercise"
        };
        let mut effects = self.note(words.to_owned());
        effects.push(Effect::KeepPreferences(self.preferences));
        effects
    }

    fn list(&mut self) -> Vec<Effect> {
        if self.sight == Sight::Lines {
            return vec![Effect::Say(Say::List)];
        }
        self.turn_to(Topic::List);
        self.choice.selected = self.at;
        self.choice.words.clear();
        self.choice.filter = super::Filter::All;
        Vec::new()
    }

    /// Keeps the selection within the listed exercises.
    fn narrowed(&mut self) {
        let listed = self.choice.listed(&self.exercises, &self.progress);
        self.choice.move_by(&listed, 0);
    }

    fn copy(&mut self) -> Vec<Effect> {
        let exercise = self.exercise();
        let text = match self.verdict.as_deref().filter(|verdict| pages::has_timeline(verdict)) {
            Some(verdict) if self.topic == Topic::Timeline => pages::replay(verdict, self.failure),
            _ => exercise.source().display().to_string(),
        };
        let mut effects = self.note(format!("copied: {text}"));
        effects.push(Effect::Copy(text));
        effects
    }

    pub(super) fn ask(&mut self, question: Prompt) -> Vec<Effect> {
        let words = self.question(&question);
        self.prompt = Some(question);
        vec![Effect::Say(Say::Note(words))]
    }

    /// The text of a prompt.
    pub fn question(&self, prompt: &Prompt) -> String {
        let name = &self.exercise().name;
        match prompt {
            Prompt::Search(words) => format!("search: {words}"),
            Prompt::ResetOrNot => format!("bring the starter of `{name}` back? Your file is kept as a backup. y/n"),
            Prompt::SwitchOrNot(at) => format!("you saved `{}`: go to that exercise? y", self.exercises[*at].name),
            Prompt::PeekOrNot => format!("`{name}` is not solved yet. Show its solution all the same? y/n"),
        }
    }

    fn answer(&mut self, question: &Prompt, key: Key) -> Vec<Effect> {
        if !matches!(key, Key::Char('y' | 'Y')) {
            return self.note("no, then".to_owned());
        }
        match question {
            Prompt::ResetOrNot => vec![Effect::Reset(self.at)],
            Prompt::PeekOrNot => {
                self.progress.entry(&self.exercises[self.at].name).peeked = true;
                vec![Effect::Peeked(self.at), Effect::Fetch(Topic::Solution, self.at)]
            }
            Prompt::SwitchOrNot(at) => self.go_to(*at),
            Prompt::Search(_) => Vec::new(),
        }
    }

    fn type_in(&mut self, mut words: String, key: Key) -> Vec<Effect> {
        match key {
            Key::Char(c) => words.push(c),
            Key::Backspace if words.pop().is_some() => {}
            Key::Esc | Key::Backspace => {
                words.clear();
                self.searched(words);
                return Vec::new();
            }
            Key::Enter => {
                self.searched(words);
                return self.not_found();
            }
            _ if self.topic == Topic::List => {
                let effects = keys::action(key).map_or_else(Vec::new, |action| self.choose(action));
                self.prompt = Some(Prompt::Search(words));
                return effects;
            }
            _ => {}
        }
        if self.topic == Topic::List {
            self.searched(words.clone());
        }
        self.prompt = Some(Prompt::Search(words));
        Vec::new()
    }

    fn searched(&mut self, words: String) {
        if self.topic == Topic::List {
            self.choice.words = words;
            self.narrowed();
        } else if words.is_empty() {
            self.pager.end_search();
        } else {
            self.pager.search(words);
        }
    }

    fn not_found(&mut self) -> Vec<Effect> {
        match self.pager.found() {
            Some((words, _, 0)) if self.topic != Topic::List => {
                let note = format!("`{words}` is not here");
                self.note(note)
            }
            _ => Vec::new(),
        }
    }
}
