//! Steps through one interleaving, with another choice possible at every scheduling point. Pure: a [`Reaction`] asks
//! the caller to run the program again.

mod moment;

use trace::Trace;
use trace::map::{Fate, Map};

pub use moment::{Moment, Status, TaskState};

/// The position in an interleaving.
#[derive(Clone, Debug)]
pub struct Stepper {
    trace: Trace,
    /// How the interleaving ends, in words.
    ending: String,
    /// The index of the scheduler's next choice.
    at: usize,
    /// All interleavings, and for each node of the map how the test can still end.
    map: Option<(Map, Vec<Fate>)>,
}

/// What the user asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    Forward,
    Back,
    Start,
    End,
    /// Choose the task with this id.
    Choose(usize),
    Quit,
}

/// What the caller must do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "an effect is to be performed"]
pub enum Reaction {
    Redraw,
    /// Run the program again, beginning with these choices, and pass the result to [`Stepper::go_on_in`].
    Rerun(Vec<u32>),
    Quit,
}

impl Stepper {
    /// Starts at the first choice that `trace` offers. The trace ends as `ending` says.
    pub fn new(trace: Trace, ending: String) -> Self {
        let at = trace.points.iter().position(|point| point.candidates.len() > 1).unwrap_or(0);
        Stepper { trace, ending, at, map: None }
    }

    /// Makes [`fate`](Self::fate) available.
    pub fn take_in(&mut self, map: Map) {
        let fates = map.fates();
        self.map = Some((map, fates));
    }

    /// Handles `input`.
    pub fn handle(&mut self, input: Input) -> Reaction {
        match input {
            Input::Quit => return Reaction::Quit,
            Input::Start => self.at = 0,
            Input::End => self.at = self.trace.choices.len(),
            Input::Forward => self.at = self.after(self.at),
            Input::Back => self.at = self.stops().take_while(|stop| *stop < self.at).last().unwrap_or(0),
            Input::Choose(task) => return self.choose(task),
        }
        Reaction::Redraw
    }

    fn choose(&mut self, task: usize) -> Reaction {
        let Some(point) = self.trace.points.get(self.at) else { return Reaction::Redraw };
        if !point.candidates.contains(&(task as u32)) {
            return Reaction::Redraw;
        }
        if self.trace.choices[self.at] as usize == task {
            return self.handle(Input::Forward);
        }
        let mut choices = self.trace.choices[..self.at].to_vec();
        choices.push(task as u32);
        Reaction::Rerun(choices)
    }

    /// Switches to the interleaving that a choice led to, and moves one step on in it.
    pub fn go_on_in(&mut self, trace: Trace, ending: String) {
        (self.trace, self.ending) = (trace, ending);
        self.at = self.after(self.at.min(self.trace.choices.len()));
    }

    /// The next choice before which a step was made or the chosen task changed.
    fn after(&self, at: usize) -> usize {
        let (points, choices) = (&self.trace.points, &self.trace.choices);
        let Some(from) = points.get(at) else { return choices.len() };
        let silent = |next: &usize| points[*next].step == from.step && choices[*next] == choices[at];
        (at + 1..choices.len()).find(|next| !silent(next)).unwrap_or(choices.len())
    }

    fn stops(&self) -> impl Iterator<Item = usize> {
        let end = self.trace.choices.len();
        std::iter::successors(Some(0), move |at| (*at < end).then(|| self.after(*at)))
    }

    /// How many steps have been made, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        (self.moment().done().len(), self.trace.steps.len())
    }

    /// How the interleaving ends, once its end is reached.
    pub fn ending(&self) -> Option<&str> {
        (self.at == self.trace.choices.len()).then_some(self.ending.as_str())
    }

    /// What has happened so far, and what each task is doing.
    pub fn moment(&self) -> Moment<'_> {
        Moment { trace: &self.trace, at: self.at }
    }

    /// How the test can still end from here, if known.
    pub fn fate(&self) -> Option<Fate> {
        let (map, fates) = self.map.as_ref()?;
        Some(fates[map.node_after(&self.trace.choices[..self.at])?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::{Action, Mode, Object, Point, Step, Task};

    /// main locks `a`, thread 1 locks `b` and waits for `a`, main waits for `b`.
    fn stepper() -> Stepper {
        let steps = [
            (0, Action::Spawns { child: 1 }),
            (0, Action::Acquires { object: 0, mode: Mode::Lock }),
            (1, Action::Acquires { object: 1, mode: Mode::Lock }),
            (1, Action::Waits { object: 0, mode: Mode::Lock }),
            (0, Action::Waits { object: 1, mode: Mode::Lock }),
        ];
        let point = |step, candidates: &[u32]| Point { step, candidates: candidates.to_vec() };
        let trace = Trace {
            tasks: ["main", "thread 1"].map(Task::named).into(),
            objects: ["a", "b"]
                .map(|name| Object { type_name: "Mutex".into(), name: name.into(), created: None })
                .into(),
            steps: steps.map(|(task, action)| Step { task, action, place: None }).into(),
            choices: vec![0, 0, 1, 1, 1, 0],
            points: vec![
                point(0, &[0]),
                point(1, &[0, 1]),
                point(2, &[0, 1]),
                point(2, &[0, 1]),
                point(3, &[0, 1]),
                point(4, &[0]),
            ],
            ..Trace::default()
        };
        Stepper::new(trace, "deadlock".into())
    }

    #[test]
    fn forward_and_back_go_through_the_same_stops() {
        let mut stepper = stepper();
        assert_eq!(stepper.progress().0, 1, "it begins where there is something to choose");
        let _ = stepper.handle(Input::Start);
        let mut there = vec![stepper.progress().0];
        while stepper.ending().is_none() {
            let _ = stepper.handle(Input::Forward);
            there.push(stepper.progress().0);
        }
        assert_eq!(there, [0, 1, 2, 3, 4, 5], "a choice after which nothing was to be seen is no stop");
        let mut back = vec![stepper.progress().0];
        while stepper.at > 0 {
            let _ = stepper.handle(Input::Back);
            back.push(stepper.progress().0);
        }
        there.reverse();
        assert_eq!(back, there);
    }

    #[test]
    fn choosing_another_task_asks_for_a_rerun_and_choosing_the_same_steps_forward() {
        let mut stepper = stepper();
        assert_eq!(stepper.handle(Input::Choose(1)), Reaction::Rerun(vec![0, 1]));
        assert_eq!(stepper.handle(Input::Choose(0)), Reaction::Redraw);
        assert_eq!(stepper.progress().0, 2);
        let _ = stepper.handle(Input::End);
        assert_eq!(stepper.handle(Input::Choose(0)), Reaction::Redraw, "nobody can go on at the end");
        assert_eq!(stepper.handle(Input::Choose(7)), Reaction::Redraw);
    }

    #[test]
    fn a_waiting_task_is_shown_with_the_holder_of_what_it_waits_for() {
        let mut stepper = stepper();
        let _ = stepper.handle(Input::End);
        let tasks = stepper.moment().tasks();
        assert_eq!(tasks[0].status, Status::Waits("waits for `b`, held by thread 1".into()));
        assert_eq!(tasks[0].holds, ["a"]);
        assert_eq!(tasks[1].status, Status::Waits("waits for `a`, held by main".into()));
        assert_eq!(stepper.ending(), Some("deadlock"));
        let _ = stepper.handle(Input::Start);
        assert_eq!(stepper.moment().tasks()[1].status, Status::NotStarted);
        assert_eq!(stepper.moment().tasks()[0].status, Status::CanGoOn);
        assert_eq!(stepper.ending(), None);
    }
}
