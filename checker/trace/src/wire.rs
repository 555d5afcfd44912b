//! Reports as lines of text: a version, then one fact per line, its fields separated by tabs.
//!
//! Written by hand instead of with serde so that exercises build fast and the file can be read by eye.
//! A line that was cut off (the process died while writing) ends the report; what came before counts.

use crate::{
    Action, CLOCK, Coverage, End, Explored, Failure, FailureKind, Mode, Object, Place, Point, Report, Side, SourceLine,
    Step, Task, TaskKind, TaskState, Trace, as_branch, branch,
};

/// The first line of every report. A reader that finds another one must not guess.
pub const HEADER: &str = "interleave-report\t4";

/// Writes `report` as text that [`read`] understands.
pub fn write(report: &Report) -> String {
    let mut out = Lines(format!("{HEADER}\n"));
    if let Some(e) = report.explored {
        let numbers = [e.schedules.to_string(), e.budget.to_string(), e.seed.to_string()];
        out.line(&["explored", &numbers[0], &numbers[1], &numbers[2], e.coverage.name()]);
    }
    if let Some(failure) = &report.failure {
        let (file, line) = place_fields(failure.place.as_ref());
        out.line(&["failed", failure.kind.name(), &failure.message, &file, &line]);
        if let Some(trace) = &failure.trace {
            write_trace(&mut out, trace);
        }
    }
    if let Some(trace) = &report.trace {
        write_trace(&mut out, trace);
    }
    if let Some(nonce) = &report.passed {
        out.line(&["passed", nonce]);
    }
    out.0
}

/// Reads what [`write`] wrote. `None` if it is not a report of this version.
///
/// ```
/// let report = trace::Report { passed: Some("7f".into()), ..Default::default() };
/// assert_eq!(trace::wire::read(&trace::wire::write(&report)), Some(report));
/// ```
pub fn read(text: &str) -> Option<Report> {
    let mut lines = text.split_inclusive('\n').map_while(|line| line.strip_suffix('\n'));
    if lines.next()? != HEADER {
        return None;
    }
    let mut report = Report::default();
    let mut trace = None;
    for line in lines {
        let fields: Vec<String> = line.split('\t').map(unescape).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        if read_line(&fields, &mut report, &mut trace).is_none() {
            break;
        }
    }
    match &mut report.failure {
        Some(failure) => failure.trace = trace,
        None => report.trace = trace,
    }
    Some(report)
}

/// Takes in one line; `None` if it makes no sense.
fn read_line(fields: &[&str], report: &mut Report, trace: &mut Option<Trace>) -> Option<()> {
    match *fields {
        ["explored", schedules, budget, seed, coverage] => {
            report.explored = Some(Explored {
                schedules: number(schedules)?,
                budget: number(budget)?,
                seed: number(seed)?,
                coverage: Coverage::from_name(coverage)?,
            });
        }
        ["failed", kind, message, file, line] => {
            report.failure = Some(Failure {
                kind: FailureKind::from_name(kind)?,
                message: message.to_owned(),
                place: read_place(file, line),
                trace: None,
            });
        }
        ["passed", nonce] => report.passed = Some(nonce.to_owned()),
        ["trace", schedule, budget, seed, found_switches] => {
            *trace = Some(Trace {
                schedule: number(schedule)?,
                budget: number(budget)?,
                seed: number(seed)?,
                found_switches: number(found_switches)?,
                ..Trace::default()
            });
        }
        ["choices", choices] => trace.as_mut()?.choices = read_choices(choices)?,
        ["points", points] => trace.as_mut()?.points = read_points(points)?,
        ["task", name, kind, state, on] => trace.as_mut()?.tasks.push(Task {
            name: name.to_owned(),
            kind: TaskKind::from_name(kind)?,
            state: TaskState::from_name(state)?,
            on: if on.is_empty() { None } else { Some(number(on)?) },
        }),
        ["object", type_name, name, file, line] => trace.as_mut()?.objects.push(Object {
            type_name: type_name.to_owned(),
            name: name.to_owned(),
            created: read_place(file, line),
        }),
        ["line", file, line, text] => {
            let place = read_place(file, line)?;
            trace.as_mut()?.lines.push(SourceLine { place, text: text.to_owned() });
        }
        ["step", task, file, line, ref action @ ..] => trace.as_mut()?.steps.push(Step {
            task: number(task)?,
            action: read_action(action)?,
            place: read_place(file, line),
        }),
        ["end", object, side, task] => trace.as_mut()?.ends.push(End {
            object: number(object)?,
            side: Side::from_name(side)?,
            task: number(task)?,
        }),
        _ => return None,
    }
    Some(())
}

fn write_trace(out: &mut Lines, trace: &Trace) {
    let numbers = [trace.schedule.to_string(), trace.budget.to_string(), trace.seed.to_string()];
    out.line(&["trace", &numbers[0], &numbers[1], &numbers[2], &trace.found_switches.to_string()]);
    out.line(&["choices", &write_choices(&trace.choices)]);
    out.line(&["points", &write_points(&trace.points)]);
    for task in &trace.tasks {
        let on = task.on.map_or_else(String::new, |on| on.to_string());
        out.line(&["task", &task.name, task.kind.name(), task.state.name(), &on]);
    }
    for object in &trace.objects {
        let (file, line) = place_fields(object.created.as_ref());
        out.line(&["object", &object.type_name, &object.name, &file, &line]);
    }
    for line in &trace.lines {
        out.line(&["line", &line.place.file, &line.place.line.to_string(), &line.text]);
    }
    for step in &trace.steps {
        let (file, line) = place_fields(step.place.as_ref());
        let task = step.task.to_string();
        let mut fields = vec!["step", &task, &file, &line];
        let action = action_fields(&step.action);
        fields.extend(action.iter().map(String::as_str));
        out.line(&fields);
    }
    for end in &trace.ends {
        out.line(&["end", &end.object.to_string(), end.side.name(), &end.task.to_string()]);
    }
}

/// The choices as runs, `0*3,2,1*12`: a task mostly goes on for a while. A branch is `b1`, the clock is `c`.
pub fn write_choices(choices: &[u32]) -> String {
    choices
        .chunk_by(|a, b| a == b)
        .map(|run| match run.len() {
            1 => write_choice(run[0]),
            times => format!("{}*{times}", write_choice(run[0])),
        })
        .collect::<Vec<_>>()
        .join(",")
}

fn write_choice(choice: u32) -> String {
    match as_branch(choice) {
        Some(n) => format!("b{n}"),
        None if choice == CLOCK => "c".to_owned(),
        None => choice.to_string(),
    }
}

fn read_choice(text: &str) -> Option<u32> {
    match text.strip_prefix('b') {
        Some(n) => number::<u32>(n).filter(|n| *n < CLOCK).map(branch),
        None if text == "c" => Some(CLOCK),
        None => number::<u32>(text).filter(|task| *task < CLOCK),
    }
}

/// Reads what [`write_choices`] wrote.
pub fn read_choices(text: &str) -> Option<Vec<u32>> {
    // A limit, so that a damaged file cannot ask for all of the memory.
    const LONGEST: usize = 10_000_000;
    let mut choices = Vec::new();
    for run in text.split(',').filter(|run| !run.is_empty()) {
        let (task, times) = run.split_once('*').unwrap_or((run, "1"));
        let times: usize = number(times)?;
        if times > LONGEST || choices.len() > LONGEST {
            return None;
        }
        choices.extend(std::iter::repeat_n(read_choice(task)?, times));
    }
    Some(choices)
}

/// The points as `step:task,task` each.
fn write_points(points: &[Point]) -> String {
    let point = |point: &Point| {
        let candidates: Vec<String> = point.candidates.iter().map(|choice| write_choice(*choice)).collect();
        format!("{}:{}", point.step, candidates.join(","))
    };
    points.iter().map(point).collect::<Vec<_>>().join(" ")
}

fn read_points(text: &str) -> Option<Vec<Point>> {
    let point = |point: &str| {
        let (step, candidates) = point.split_once(':')?;
        let candidates = candidates.split(',').map(read_choice).collect::<Option<_>>()?;
        Some(Point { step: number(step)?, candidates })
    };
    text.split(' ').filter(|point| !point.is_empty()).map(point).collect()
}

fn action_fields(action: &Action) -> Vec<String> {
    let fields = |name: &str, rest: &[&dyn std::fmt::Display]| {
        std::iter::once(name.to_owned()).chain(rest.iter().map(|field| field.to_string())).collect()
    };
    match action {
        Action::Spawns { child } => fields("spawns", &[child]),
        Action::Waits { object, mode } => fields("waits", &[object, &mode.name()]),
        Action::GivesUp { object } => fields("gives-up", &[object]),
        Action::Acquires { object, mode } => fields("acquires", &[object, &mode.name()]),
        Action::Releases { object, mode } => fields("releases", &[object, &mode.name()]),
        Action::Refused { object, mode } => fields("refused", &[object, &mode.name()]),
        Action::Loads { object, value } => fields("loads", &[object, value]),
        Action::Stores { object, value } => fields("stores", &[object, value]),
        Action::Updates { object, old, new } => fields("updates", &[object, old, new]),
        Action::Signals { object } => fields("signals", &[object]),
        Action::Listens { object } => fields("listens", &[object]),
        Action::Hears { object } => fields("hears", &[object]),
        Action::Joins { other } => fields("joins", &[other]),
        Action::Joined { other } => fields("joined", &[other]),
        Action::Sleeps { until } => fields("sleeps", &[until]),
        Action::Yields => fields("yields", &[]),
        Action::Ends => fields("ends", &[]),
        Action::Panics { message } => fields("panics", &[message]),
    }
}

fn read_action(fields: &[&str]) -> Option<Action> {
    Some(match *fields {
        ["spawns", child] => Action::Spawns { child: number(child)? },
        ["waits", object, mode] => Action::Waits { object: number(object)?, mode: Mode::from_name(mode)? },
        ["gives-up", object] => Action::GivesUp { object: number(object)? },
        ["acquires", object, mode] => Action::Acquires { object: number(object)?, mode: Mode::from_name(mode)? },
        ["releases", object, mode] => Action::Releases { object: number(object)?, mode: Mode::from_name(mode)? },
        ["refused", object, mode] => Action::Refused { object: number(object)?, mode: Mode::from_name(mode)? },
        ["loads", object, value] => Action::Loads { object: number(object)?, value: value.to_owned() },
        ["stores", object, value] => Action::Stores { object: number(object)?, value: value.to_owned() },
        ["updates", object, old, new] => {
            Action::Updates { object: number(object)?, old: old.to_owned(), new: new.to_owned() }
        }
        ["signals", object] => Action::Signals { object: number(object)? },
        ["listens", object] => Action::Listens { object: number(object)? },
        ["hears", object] => Action::Hears { object: number(object)? },
        ["joins", other] => Action::Joins { other: number(other)? },
        ["joined", other] => Action::Joined { other: number(other)? },
        ["sleeps", until] => Action::Sleeps { until: until.to_owned() },
        ["yields"] => Action::Yields,
        ["ends"] => Action::Ends,
        ["panics", message] => Action::Panics { message: message.to_owned() },
        _ => return None,
    })
}

/// Gives each variant of a plain enum its name in a report.
macro_rules! names {
    ($type:ty: $($variant:ident = $name:literal),* $(,)?) => {
        impl $type {
            fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

names!(FailureKind: Panic = "panic", Deadlock = "deadlock", Livelock = "livelock", Unsupported = "unsupported",
    Internal = "internal");
names!(Coverage: Proven = "proven", Sampled = "sampled");
names!(Mode: Lock = "lock", Read = "read", Write = "write", Upgradable = "upgradable", Permit = "permit");
names!(Side: Sender = "sender", Receiver = "receiver");
names!(TaskKind: Thread = "thread", Worker = "worker", Async = "async");
names!(TaskState: Ready = "ready", Running = "running", Suspended = "suspended", Ended = "ended",
    Panicked = "panicked", Cancelled = "cancelled");

fn place_fields(place: Option<&Place>) -> (String, String) {
    place.map_or_else(Default::default, |place| (place.file.clone(), place.line.to_string()))
}

fn read_place(file: &str, line: &str) -> Option<Place> {
    Some(Place { file: file.to_owned(), line: number(line)? })
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

struct Lines(String);

impl Lines {
    fn line(&mut self, fields: &[&str]) {
        for (i, field) in fields.iter().enumerate() {
            if i > 0 {
                self.0.push('\t');
            }
            for c in field.chars() {
                match c {
                    '\\' => self.0.push_str("\\\\"),
                    '\n' => self.0.push_str("\\n"),
                    '\t' => self.0.push_str("\\t"),
                    c => self.0.push(c),
                }
            }
        }
        self.0.push('\n');
    }
}

fn unescape(field: &str) -> String {
    let mut out = String::with_capacity(field.len());
    let mut chars = field.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => {}
            },
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32) -> Option<Place> {
        Some(Place { file: "src/lib.rs".into(), line })
    }

    fn sample() -> Report {
        let actions = [
            Action::Spawns { child: 1 },
            Action::Waits { object: 0, mode: Mode::Lock },
            Action::GivesUp { object: 0 },
            Action::Acquires { object: 0, mode: Mode::Read },
            Action::Releases { object: 0, mode: Mode::Write },
            Action::Refused { object: 0, mode: Mode::Upgradable },
            Action::Loads { object: 0, value: "1".into() },
            Action::Stores { object: 0, value: "a\tb".into() },
            Action::Updates { object: 0, old: "".into(), new: "2".into() },
            Action::Signals { object: 0 },
            Action::Listens { object: 0 },
            Action::Hears { object: 0 },
            Action::Joins { other: 1 },
            Action::Joined { other: 1 },
            Action::Sleeps { until: "5ms".into() },
            Action::Yields,
            Action::Ends,
            Action::Panics { message: "two\nlines \\n and a backslash".into() },
        ];
        Report {
            explored: Some(Explored { schedules: 3, budget: 1000, seed: 7, coverage: Coverage::Proven }),
            failure: Some(Failure {
                kind: FailureKind::Deadlock,
                message: "first\n\tsecond".into(),
                place: place(3),
                trace: Some(Trace {
                    schedule: 3,
                    budget: 1000,
                    seed: 7,
                    tasks: vec![Task::named("main"), Task::named("thread 1")],
                    objects: vec![Object { type_name: "Mutex".into(), name: "a".into(), created: None }],
                    steps: actions
                        .into_iter()
                        .enumerate()
                        .map(|(i, action)| Step { task: i % 2, action, place: if i == 0 { None } else { place(9) } })
                        .collect(),
                    choices: vec![0, 0, 0, 2, 1, 1],
                    points: vec![Point { step: 0, candidates: vec![0] }, Point { step: 4, candidates: vec![0, 2, 1] }],
                    lines: vec![SourceLine { place: place(9).unwrap(), text: "let a = b\t;".into() }],
                    found_switches: 9,
                    ends: vec![
                        End { object: 0, side: Side::Sender, task: 1 },
                        End { object: 0, side: Side::Receiver, task: 0 },
                    ],
                }),
            }),
            trace: None,
            passed: Some("abc".into()),
        }
    }

    #[test]
    fn the_trace_of_a_schedule_that_did_not_fail_is_read_back() {
        let mut report = sample();
        report.trace = report.failure.take().and_then(|failure| failure.trace);
        assert_eq!(read(&write(&report)), Some(report));
    }

    #[test]
    fn what_is_written_is_read_back() {
        assert_eq!(read(&write(&sample())), Some(sample()));
    }

    #[test]
    fn a_report_cut_off_anywhere_is_read_up_to_there_and_never_passes() {
        let text = write(&sample());
        for end in 0..text.len() {
            if let Some(report) = text.get(..end).and_then(read) {
                assert_eq!(report.passed, None, "cut at byte {end}");
            }
        }
    }

    #[test]
    fn another_version_is_not_guessed_at() {
        assert_eq!(read("interleave-report\t3\npassed\tabc\n"), None);
    }

    #[test]
    fn damaged_choices_do_not_eat_the_memory() {
        assert_eq!(read_choices("1*99999999999"), None);
    }
}
