//! Moves from one exercise to another, and builds ahead of time what will be needed there.

use super::{Alarm, App, Effect, Job, PASS_LASTS, Say, Sight, State, Topic};
use crate::course::exercise::Exercise;
use crate::verdict::{Kind, Mode};

impl App {
    /// After the first check that passes, the next exercise opens by itself if the learner prefers that.
    pub(super) fn depart(&mut self, next: usize) -> Vec<Effect> {
        if !self.preferences.advance {
            return Vec::new();
        }
        self.departure = Some(self.run);
        let alarm = Effect::SetAlarm(Alarm::Advance(self.run), PASS_LASTS);
        vec![Effect::Say(Say::Note(self.departure_in_words(next))), alarm]
    }

    fn departure_in_words(&self, next: usize) -> String {
        let seconds = PASS_LASTS.as_secs();
        format!("`{}` opens in {seconds} s; any key, or a save, keeps you here", self.exercises[next].name)
    }

    /// What is about to happen by itself.
    pub fn announcement(&self) -> Option<String> {
        self.departure.and(self.next_unsolved()).map(|next| self.departure_in_words(next))
    }

    /// Moves to another exercise. If the learner has never tried it, its brief is shown first; if they have tried none
    /// of its chapter, the lesson.
    pub(super) fn arrive(&mut self) -> Vec<Effect> {
        self.verdict = None;
        self.error = None;
        self.explanation = None;
        self.altered = Vec::new();
        self.failure = 0;
        self.turn_to(Topic::Result);
        let is_new =
            |exercise: &Exercise| self.progress.exercises.get(&exercise.name).is_none_or(|entry| entry.attempts == 0);
        let mut effects = vec![Effect::MoveTo(self.at), Effect::Compare(self.at)];
        if is_new(self.exercise()) {
            let topic = if self.chapter().all(is_new) { Topic::Lesson } else { Topic::Brief };
            effects.push(Effect::Fetch(topic, self.at));
        }
        effects.extend(self.check());
        effects
    }

    /// Compiles ahead of time what the check did not reach and what the next exercise needs.
    pub(super) fn prepare(&mut self) -> Vec<Effect> {
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

    pub(super) fn prepared(&mut self, job: Job) -> Vec<Effect> {
        if self.preparing != Some(job) {
            return Vec::new();
        }
        self.preparing = None;
        self.prepared.push(job);
        self.prepare()
    }

    pub(super) fn go_to(&mut self, at: usize) -> Vec<Effect> {
        self.at = at;
        let mut effects = self.stop();
        self.state = State::DoesNotPass;
        effects.extend(self.arrive());
        effects
    }

    pub(super) fn next_unsolved(&self) -> Option<usize> {
        let names: Vec<&str> = self.exercises.iter().map(|exercise| exercise.name.as_str()).collect();
        self.progress.next(&names, self.at)
    }
}
