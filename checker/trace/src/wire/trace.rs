//! The lines of one interleaving.

use super::action;
use super::choices::{read_choices, read_points, write_choices, write_points};
use super::fields::{Lines, number, place_fields, read_place};
use crate::{End, Object, Side, SourceLine, Step, Task, TaskKind, TaskState, Trace};

pub(super) fn write(out: &mut Lines, trace: &Trace) {
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
        out.line(&[
            "line",
            &line.place.file,
            &line.place.line.to_string(),
            &line.text,
            line.function.as_deref().unwrap_or(""),
        ]);
    }
    for step in &trace.steps {
        let (file, line) = place_fields(step.place.as_ref());
        let task = step.task.to_string();
        let mut fields = vec!["step", &task, &file, &line];
        let action = action::fields(&step.action);
        fields.extend(action.iter().map(String::as_str));
        out.line(&fields);
    }
    for end in &trace.ends {
        out.line(&["end", &end.object.to_string(), end.side.name(), &end.task.to_string()]);
    }
}

/// Reads a line that [`write`] wrote; `None` if it is malformed.
pub(super) fn read_line(fields: &[&str], trace: &mut Trace) -> Option<()> {
    match *fields {
        ["trace", schedule, budget, seed, found_switches] => {
            *trace = Trace {
                schedule: number(schedule)?,
                budget: number(budget)?,
                seed: number(seed)?,
                found_switches: number(found_switches)?,
                ..Trace::default()
            };
        }
        ["choices", choices] => trace.choices = read_choices(choices)?,
        ["points", points] => trace.points = read_points(points)?,
        ["task", name, kind, state, on] => trace.tasks.push(Task {
            name: name.to_owned(),
            kind: TaskKind::from_name(kind)?,
            state: TaskState::from_name(state)?,
            on: if on.is_empty() { None } else { Some(number(on)?) },
        }),
        ["object", type_name, name, file, line] => trace.objects.push(Object {
            type_name: type_name.to_owned(),
            name: name.to_owned(),
            created: read_place(file, line),
        }),
        ["line", file, line, text, function] => {
            let place = read_place(file, line)?;
            let function = (!function.is_empty()).then(|| function.to_owned());
            trace.lines.push(SourceLine { place, text: text.to_owned(), function });
        }
        ["step", task, file, line, ref action @ ..] => {
            trace.steps.push(Step { task: number(task)?, action: action::read(action)?, place: read_place(file, line) })
        }
        ["end", object, side, task] => {
            trace.ends.push(End { object: number(object)?, side: Side::from_name(side)?, task: number(task)? })
        }
        _ => return None,
    }
    Some(())
}
