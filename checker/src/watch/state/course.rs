//! What happens to the course on disk beside the current exercise's own file.

use std::path::Path;

use super::{App, Effect, Prompt, Say};
use crate::course::exercise::Exercise;
use crate::course::progress::Progress;
use crate::ui::view::pages;
use crate::verdict::summary::counted;

impl App {
    /// The learner works on another exercise than the one that is watched.
    pub(super) fn saved_elsewhere(&mut self, dir: &Path) -> Vec<Effect> {
        let found = self.exercises.iter().position(|exercise| exercise.dir == dir).filter(|at| *at != self.at);
        let is_busy = self.prompt.as_ref().is_some_and(|prompt| !matches!(prompt, Prompt::SwitchOrNot(_)));
        match found {
            Some(at) if !is_busy => self.ask(Prompt::SwitchOrNot(at)),
            _ => Vec::new(),
        }
    }

    pub(super) fn hear_altered(&mut self, name: &str, files: Vec<String>) -> Vec<Effect> {
        if name != self.exercise().name || files == self.altered {
            return Vec::new();
        }
        self.altered = files;
        if self.altered.is_empty() {
            return Vec::new();
        }
        vec![Effect::Say(Say::Page(pages::altered(name, &self.altered)))]
    }

    /// Takes over the exercises that are on disk now. The learner stays at the same exercise, if it still exists.
    pub(super) fn reloaded(&mut self, exercises: Vec<Exercise>, progress: Progress) -> Vec<Effect> {
        self.progress = progress;
        if exercises == self.exercises || exercises.is_empty() {
            return Vec::new();
        }
        let before = std::mem::replace(&mut self.exercises, exercises);
        let old = &before[self.at];
        let place = |name: &str| self.exercises.iter().position(|exercise| exercise.name == name);
        let is_new = |exercise: &&Exercise| before.iter().all(|other| other.name != exercise.name);
        let new = self.exercises.iter().filter(is_new).count();
        let gone = before.iter().filter(|exercise| place(&exercise.name).is_none()).count();
        let (found, selected) = (place(&old.name), before.get(self.choice.selected).and_then(|one| place(&one.name)));
        // Of one that is gone, the next one that is still there takes the place.
        let at = before[self.at..].iter().find_map(|one| place(&one.name)).unwrap_or(self.exercises.len() - 1);
        self.choice.selected = selected.unwrap_or(at);
        if matches!(self.prompt, Some(Prompt::SwitchOrNot(_))) {
            self.prompt = None;
        }
        // Jobs are indices into the exercises before.
        self.prepared.clear();
        let mut effects: Vec<Effect> = self.preparing.take().map(|_| Effect::StopPreparing).into_iter().collect();
        let (is_same, lost) = (self.exercises[at] == *old, found.is_none().then(|| old.name.clone()));
        if is_same {
            self.at = at;
            effects.push(Effect::Compare(at));
        } else {
            effects.extend(self.go_to(at));
        }
        let news = match lost {
            Some(name) => format!("`{name}` is no longer part of the course, so this is `{}`", self.exercise().name),
            None if new + gone == 0 => "the course has changed".to_owned(),
            None => format!("the course has changed: {} new, {gone} removed", counted(new, "exercise")),
        };
        effects.extend(self.note(news));
        // Git writes several files, so that what looks like a save comes right after this.
        self.is_news = true;
        effects
    }
}
