//! The watch as a machine: events in, effects out. No file, no clock, no process, no terminal.
//!
//! Checks are numbered. A save stops the check that is under way, and a verdict that comes late is dropped, so the
//! last verdict shown is always that of the file as it is on disk.

use crate::progress::Progress;
use crate::verdict::Verdict;

/// Which check a verdict belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run(pub u64);

/// All that can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Started,
    /// A file of the exercise has another content than before.
    Saved,
    Key(Action),
    Checked(Run, Box<Verdict>),
    /// The check could not do its work.
    Failed(Run, String),
    /// A signal, or the terminal is gone.
    Ended,
}

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Next,
    Hint,
    Solution,
    RunAgain,
    Keys,
    Quit,
}

/// All that can be done about it. Exercises are given by their place in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an effect that is not performed did not happen"]
pub enum Effect {
    Check(Run, usize),
    /// Stop the check that is under way.
    Stop,
    /// Look at this exercise's files from now on, and remember that the learner is there.
    MoveTo(usize),
    Record {
        exercise: usize,
        passed: bool,
    },
    Say(Say),
    Quit,
}

/// What is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Say {
    Checking(usize),
    Verdict {
        verdict: Box<Verdict>,
        next: Option<usize>,
    },
    Hint(usize),
    Solution(usize),
    /// The solution is not shown yet.
    SolveFirst(usize),
    /// `n` only works when the exercise passes.
    NotYet,
    AllSolved,
    Keys,
    Trouble(String),
}

/// What the watch knows.
#[derive(Clone, Debug)]
pub struct App {
    names: Vec<String>,
    progress: Progress,
    at: usize,
    run: Run,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Running,
    Passes,
    DoesNotPass,
}

impl App {
    pub fn new(names: Vec<String>, progress: Progress, at: usize) -> App {
        App { names, progress, at, run: Run(0), state: State::DoesNotPass }
    }

    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Started => {
                let mut effects = vec![Effect::MoveTo(self.at)];
                effects.extend(self.check());
                effects
            }
            Event::Saved => self.check(),
            Event::Key(action) => self.act(action),
            Event::Checked(run, verdict) if run == self.run => self.checked(verdict),
            Event::Failed(run, trouble) if run == self.run => {
                self.state = State::DoesNotPass;
                vec![Effect::Say(Say::Trouble(trouble))]
            }
            // Of a check that was stopped.
            Event::Checked(..) | Event::Failed(..) => Vec::new(),
            Event::Ended => self.quit(),
        }
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Next if self.state == State::Passes => self.next(),
            Action::Next => vec![Effect::Say(Say::NotYet)],
            Action::Hint => vec![Effect::Say(Say::Hint(self.at))],
            Action::Solution if self.progress.is_solved(&self.names[self.at]) => {
                vec![Effect::Say(Say::Solution(self.at))]
            }
            Action::Solution => vec![Effect::Say(Say::SolveFirst(self.at))],
            Action::RunAgain => self.check(),
            Action::Keys => vec![Effect::Say(Say::Keys)],
            Action::Quit => self.quit(),
        }
    }

    /// Starts a check, in the place of the one that is under way.
    fn check(&mut self) -> Vec<Effect> {
        let mut effects = self.stop();
        self.run = Run(self.run.0 + 1);
        self.state = State::Running;
        effects.extend([Effect::Say(Say::Checking(self.at)), Effect::Check(self.run, self.at)]);
        effects
    }

    fn stop(&mut self) -> Vec<Effect> {
        if self.state == State::Running { vec![Effect::Stop] } else { Vec::new() }
    }

    fn checked(&mut self, verdict: Box<Verdict>) -> Vec<Effect> {
        let passed = verdict.passed();
        self.state = if passed { State::Passes } else { State::DoesNotPass };
        self.progress.record(&self.names[self.at], passed, 0);
        let next = if passed { self.next_unsolved() } else { None };
        vec![Effect::Record { exercise: self.at, passed }, Effect::Say(Say::Verdict { verdict, next })]
    }

    fn next(&mut self) -> Vec<Effect> {
        let Some(next) = self.next_unsolved() else { return vec![Effect::Say(Say::AllSolved)] };
        self.at = next;
        let mut effects = vec![Effect::MoveTo(next)];
        effects.extend(self.check());
        effects
    }

    fn next_unsolved(&self) -> Option<usize> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        self.progress.next(&names, self.at)
    }

    fn quit(&mut self) -> Vec<Effect> {
        let mut effects = self.stop();
        effects.push(Effect::Quit);
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::{Kind, example};

    fn app() -> App {
        let mut app = App::new(["a", "b", "c"].map(str::to_owned).to_vec(), Progress::default(), 0);
        assert_eq!(app.handle(Event::Started)[0], Effect::MoveTo(0));
        app
    }

    fn verdict(kind: Kind) -> Box<Verdict> {
        Box::new(example::verdict("a", kind))
    }

    fn checks(effects: &[Effect]) -> Vec<(u64, usize)> {
        let checks = effects.iter().filter_map(|effect| match effect {
            Effect::Check(run, at) => Some((run.0, *at)),
            _ => None,
        });
        checks.collect()
    }

    #[test]
    fn a_save_stops_the_check_under_way_and_starts_another() {
        let effects = app().handle(Event::Saved);
        assert_eq!(effects, [Effect::Stop, Effect::Say(Say::Checking(0)), Effect::Check(Run(2), 0)]);
    }

    #[test]
    fn a_verdict_that_comes_late_is_dropped() {
        let mut app = app();
        let _ = app.handle(Event::Saved);
        assert_eq!(app.handle(Event::Checked(Run(1), verdict(Kind::Passed))), []);
        assert_eq!(app.handle(Event::Failed(Run(1), "late".into())), []);
        let effects = app.handle(Event::Checked(Run(2), verdict(Kind::Deadlock)));
        assert_eq!(effects[0], Effect::Record { exercise: 0, passed: false });
    }

    #[test]
    fn next_works_only_when_the_file_as_it_is_passes() {
        let mut app = app();
        assert_eq!(app.handle(Event::Key(Action::Next)), [Effect::Say(Say::NotYet)], "while it runs");
        let _ = app.handle(Event::Checked(Run(1), verdict(Kind::Passed)));
        let _ = app.handle(Event::Saved);
        assert_eq!(app.handle(Event::Key(Action::Next)), [Effect::Say(Say::NotYet)], "after another save");
        let _ = app.handle(Event::Checked(Run(2), verdict(Kind::Passed)));
        let effects = app.handle(Event::Key(Action::Next));
        assert_eq!(effects[0], Effect::MoveTo(1));
        assert_eq!(checks(&effects), [(3, 1)]);
    }

    #[test]
    fn the_solution_is_shown_after_success_even_if_a_later_save_breaks_it() {
        let mut app = app();
        assert_eq!(app.handle(Event::Key(Action::Solution)), [Effect::Say(Say::SolveFirst(0))]);
        let _ = app.handle(Event::Checked(Run(1), verdict(Kind::Passed)));
        let _ = app.handle(Event::Saved);
        assert_eq!(app.handle(Event::Key(Action::Solution)), [Effect::Say(Say::Solution(0))]);
    }

    #[test]
    fn after_the_last_exercise_there_is_no_next() {
        let mut app = app();
        for run in 1..=3 {
            let _ = app.handle(Event::Checked(Run(run), verdict(Kind::Passed)));
            let effects = app.handle(Event::Key(Action::Next));
            assert_eq!(effects == [Effect::Say(Say::AllSolved)], run == 3, "{effects:?}");
        }
    }

    #[test]
    fn quitting_stops_what_runs_and_nothing_else() {
        let mut app = app();
        assert_eq!(app.clone().handle(Event::Key(Action::Quit)), [Effect::Stop, Effect::Quit]);
        let _ = app.handle(Event::Checked(Run(1), verdict(Kind::Deadlock)));
        assert_eq!(app.handle(Event::Ended), [Effect::Quit]);
    }

    /// Whatever happens: at most one check is under way, and each is answered by a verdict or a stop.
    #[test]
    fn there_is_never_more_than_one_check_under_way() {
        let mut random = 0x9e37_79b9_u64;
        let mut app = app();
        let mut under_way = Some(Run(1));
        for _ in 0..20_000 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let run = Run((app.run.0 + 1).saturating_sub(random >> 33 & 3));
            let event = match random >> 40 & 7 {
                0 => Event::Saved,
                1 => Event::Key(Action::Next),
                2 => Event::Key(Action::RunAgain),
                3 => Event::Key(Action::Solution),
                4 => Event::Failed(run, String::new()),
                5 => Event::Checked(run, verdict(Kind::Passed)),
                _ => Event::Checked(run, verdict(Kind::Deadlock)),
            };
            if let Event::Checked(run, _) | Event::Failed(run, _) = &event
                && under_way == Some(*run)
            {
                under_way = None;
            }
            for effect in app.handle(event) {
                match effect {
                    Effect::Stop => assert!(under_way.take().is_some(), "a stop of nothing"),
                    Effect::Check(run, _) => assert_eq!(under_way.replace(run), None, "two at once"),
                    _ => {}
                }
            }
            assert_eq!(under_way.is_some(), app.state == State::Running);
        }
    }
}
