//! The screen of the stepper: the tasks and what they wait for, and the source with a mark at each task's line.

use trace::map::Fate;
use trace::{Place, columns};

use super::page::Source;
use crate::ui::stepper::{Status, Stepper, TaskState};
use crate::ui::text::style::{Line, Style, Text};

/// One screen of `height` lines, each at most `width` cells wide.
pub fn screen(title: &str, stepper: &Stepper, sources: &[Source<'_>], width: usize, height: usize) -> Text {
    let moment = stepper.moment();
    let tasks = moment.tasks();
    let (done, all) = stepper.progress();
    let mut text = Text::new();
    text.push(Line::styled(Style::Heading, format!(" {title} · {done} of {all} steps")));
    text.blank();
    let names = tasks.iter().map(|task| columns::width(&task.name)).max().unwrap_or(0);
    tasks.iter().for_each(|task| text.push(task_line(task, names)));
    text.blank();
    let last = moment.last();
    let place = last.as_ref().and_then(|(_, place)| *place);
    match &last {
        Some((words, _)) => {
            let at = place.map(|place| format!("  {place}")).unwrap_or_default();
            text.push(Line::plain(" just now: ").then(Style::Heading, words).then(Style::Aside, at));
        }
        None => text.push(Line::styled(Style::Aside, " nothing has happened yet")),
    }
    if stepper.ending().is_none()
        && let Some(fate) = stepper.fate()
    {
        text.push(fate_line(fate));
    }
    if let Some(ending) = stepper.ending() {
        ending.lines().for_each(|line| text.push(Line::styled(Style::Bad, format!(" {line}"))));
    }
    text.blank();
    let room = height.saturating_sub(text.height() + 2);
    if let Some(source) = place.and_then(|place| sources.iter().find(|source| source.file == place.file)) {
        text.append(listing(source, &tasks, place, room));
    }
    while text.height() + 1 < height {
        text.blank();
    }
    text.push(Line::styled(Style::Aside, " → next · ← back · a number: let that task go on · Home End · q quit"));
    text.cut(width, height)
}

/// How the test can still end.
fn fate_line(fate: Fate) -> Line {
    match fate {
        fate if fate.is_sealed() => Line::styled(Style::Bad, " every interleaving from here fails"),
        fate if fate.is_safe() => Line::styled(Style::Good, " every interleaving from here passes"),
        _ => Line::styled(Style::Aside, " some interleavings from here pass and some fail"),
    }
}

fn task_line(task: &TaskState, names: usize) -> Line {
    let (style, words) = match &task.status {
        Status::NotStarted => (Style::Aside, "not started".to_owned()),
        Status::CanGoOn => (Style::Good, "can go on".to_owned()),
        Status::Waits(words) => (Style::Warning, words.clone()),
        Status::Ended => (Style::Aside, "ended".to_owned()),
        Status::Panicked => (Style::Bad, "panicked".to_owned()),
    };
    let key = if task.status == Status::CanGoOn { (task.id + 1).to_string() } else { " ".to_owned() };
    let line = Line::plain("  ").then(Style::Heading, key).then(Style::Plain, format!("  {}", task.name));
    let mut line = line.pad(7 + names).then(style, words);
    if !task.holds.is_empty() {
        let held: Vec<String> = task.holds.iter().map(|name| trace::quoted_name(name)).collect();
        line = line.then(Style::Plain, format!(" · holds {}", held.join(" and ")));
    }
    line
}

/// The lines around the last step, each with the numbers of the tasks that are at it.
fn listing(source: &Source<'_>, tasks: &[TaskState], place: Option<&Place>, room: usize) -> Text {
    let lines: Vec<&str> = source.text.lines().collect();
    let current = place.map_or(0, |place| place.line as usize);
    let first = current.saturating_sub(room / 2).min(lines.len().saturating_sub(room.saturating_sub(1)));
    let mut text = Text::new();
    text.push(Line::styled(Style::Aside, format!(" {}", source.file)));
    for (index, line) in lines.iter().enumerate().skip(first).take(room.saturating_sub(1)) {
        let number = index + 1;
        let is_here = |task: &&TaskState| {
            task.place.as_ref().is_some_and(|place| place.file == source.file && place.line as usize == number)
        };
        let marks: String = tasks.iter().filter(is_here).map(|task| (task.id + 1).to_string()).collect();
        let style = if number == current { Style::Heading } else { Style::Plain };
        let arrow = if marks.is_empty() { " " } else { "▸" };
        text.push(
            Line::new()
                .then(Style::Warning, format!("{marks:>4}{arrow}"))
                .then(Style::Aside, format!("{number:>4}  "))
                .then(style, line.replace('\t', "    ")),
        );
    }
    text
}
