//! The failed tests that have a timeline: which one is shown, played or edited.

use super::pager::{Match, Pager};
use super::{App, Effect, Say, State, Topic};
use crate::ui::text::style::Text;
use crate::ui::view::pages;
use crate::verdict::TestResult;

pub(super) const NO_TIMELINE: &str = "there is no timeline: no explored interleaving failed";

impl App {
    fn chosen_failure(&self) -> Option<&TestResult> {
        self.verdict.as_ref()?.drawn().into_iter().nth(self.failure)
    }

    pub(super) fn timeline_of_failure(&self, width: usize) -> Option<Text> {
        self.verdict.as_ref().and_then(|verdict| pages::timeline(verdict, self.failure, width))
    }

    pub(super) fn timeline(&mut self) -> Vec<Effect> {
        let Some(text) = self.timeline_of_failure(self.size.0) else { return self.note(NO_TIMELINE.to_owned()) };
        self.turn_to(Topic::Timeline);
        vec![Effect::Say(Say::Page(text))]
    }

    pub(super) fn choose_failure(&mut self, which: Match) -> Vec<Effect> {
        let count = self.verdict.as_ref().map_or(0, |verdict| verdict.drawn().len());
        match count {
            0 => return self.note(NO_TIMELINE.to_owned()),
            1 => return self.note("no other test has a timeline".to_owned()),
            _ => {}
        }
        let steps = match which {
            Match::Next => 1,
            Match::Previous => count - 1,
        };
        self.failure = (self.failure + steps) % count;
        self.pager = Pager::default();
        self.timeline()
    }

    /// An effect about the chosen failure, which another program performs: it needs the build folder for itself.
    pub(super) fn play(&mut self, effect: impl FnOnce(usize, String) -> Effect) -> Vec<Effect> {
        if self.state == State::Running {
            return self.note("wait until the check has ended".to_owned());
        }
        let Some(test) = self.chosen_failure().map(|test| test.name.clone()) else {
            return self.note(NO_TIMELINE.to_owned());
        };
        let stop = self.preparing.take().map(|_| Effect::StopPreparing);
        stop.into_iter().chain([effect(self.at, test)]).collect()
    }

    /// The line of the learner's file that the verdict is about.
    pub(super) fn line_to_edit(&self) -> Option<u32> {
        let verdict = self.verdict.as_ref()?;
        let source = self.exercise().source();
        let is_source = |file: &str| source.ends_with(file);
        let errors = self.running.errors.iter().chain(&verdict.diagnostics).filter(|error| error.is_error());
        let failed = verdict.decisive().and_then(|test| test.place.as_ref());
        let mut places = errors.filter_map(|error| error.place.as_ref()).chain(failed);
        places.find(|place| is_source(&place.file)).map(|place| place.line)
    }
}
