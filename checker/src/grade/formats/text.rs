//! The score card, and the table of a class, for people.

use crate::grade::report::{Report, Row, Totals};
use crate::ui::text::style::{Line, Style, Text};
use crate::verdict::summary::counted;

pub fn text(report: &Report) -> Text {
    let mut text = Text::new();
    let title = report.start.title.as_deref().unwrap_or("Marks");
    text.push(Line::styled(Style::Heading, title));
    text.blank();
    if report.start.students.is_empty() {
        card(&mut text, report);
    } else {
        class(&mut text, report);
    }
    caveats(&mut text, report);
    text
}

fn card(text: &mut Text, report: &Report) {
    let row = |text: &mut Text, style, label: &str, totals: Totals| {
        let points = format!("{} of {} points", totals.points, totals.of);
        let passed = format!("{} of {} passed", totals.passed, totals.rows);
        text.push(Line::styled(style, label).pad(28).then(Style::Plain, points).pad(48).then(Style::Plain, passed));
    };
    for chapter in report.chapters() {
        let its = report.rows.iter().filter(|row| row.chapter() == chapter);
        row(text, Style::Plain, chapter, Totals::of(its));
    }
    text.blank();
    for grade in 1..=5 {
        let totals = Totals::of(report.rows.iter().filter(|row| row.grade == grade));
        if totals.rows > 0 {
            row(text, Style::Plain, &"★".repeat(grade.into()), totals);
        }
    }
    text.blank();
    let all = Totals::of(&report.rows);
    row(text, Style::Heading, "all", all);
    text.blank();
    explored(text, all);
    help(text, report, all);
    late(text, report, all);
    let mut open = report.rows.iter().filter(|row| !row.passed()).peekable();
    if open.peek().is_some() {
        text.blank();
        text.push(Line::styled(Style::Heading, "not yet"));
    }
    for row in open {
        let state = Line::plain("  ").then(Style::Name, &row.path).then(Style::Plain, " · ");
        let state = state.then(Style::Bad, row.examined.word());
        text.push(state.then(Style::Plain, format!(": {}", row.examined.headline)));
    }
}

fn explored(text: &mut Text, all: Totals) {
    let counts = [
        (all.proven, "proven"),
        (all.bounded, "bounded"),
        (all.sampled, "sampled"),
        (all.real, "on real threads only"),
    ];
    let words: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if !words.is_empty() {
        text.push(Line::plain("explored").pad(28).then(Style::Plain, words.join(", ")));
    }
}

fn help(text: &mut Text, report: &Report, all: Totals) {
    if report.rows.iter().all(|row| row.help.is_none()) {
        return;
    }
    let hints = match all.hints {
        0 => "none".to_owned(),
        levels => format!("{levels} shown, of {}", counted(all.hinted, "exercise")),
    };
    text.push(Line::plain("hints").pad(28).then(Style::Plain, hints));
    let peeked: Vec<&str> = names(report, |row| row.help.is_some_and(|help| help.peeked));
    let peeked = if peeked.is_empty() { "none".to_owned() } else { peeked.join(", ") };
    text.push(Line::plain("solutions looked at before").pad(28).then(Style::Plain, peeked));
}

fn late(text: &mut Text, report: &Report, all: Totals) {
    if all.late > 0 {
        let words = format!("{} ({} points)", names(report, |row| row.late).join(", "), all.late_points);
        text.push(Line::styled(Style::Warning, "late").pad(28).then(Style::Plain, words));
    }
}

fn names(report: &Report, which: impl Fn(&Row) -> bool) -> Vec<&str> {
    report.rows.iter().filter(|row| which(row)).map(|row| row.exercise.as_str()).collect()
}

fn class(text: &mut Text, report: &Report) {
    let names = report.start.students.iter().map(|student| Line::plain(&student.name).width());
    let column = names.max().unwrap_or(0).clamp(8, 40) + 2;
    for student in &report.start.students {
        let totals = Totals::of(report.rows.iter().filter(|row| row.student.as_deref() == Some(&student.name)));
        let mut line = Line::styled(Style::Name, &student.name)
            .pad(column)
            .then(Style::Plain, format!("{} of {} points", totals.points, totals.of))
            .pad(column + 20)
            .then(Style::Plain, format!("{} of {} passed", totals.passed, totals.rows));
        if totals.late > 0 {
            line = line.then(Style::Warning, format!(" · {} late", totals.late));
        }
        if !student.notes.is_empty() {
            line = line.then(Style::Warning, format!(" · {}", counted(student.notes.len(), "note")));
        }
        text.push(line);
    }
    for student in report.start.students.iter().filter(|student| !student.notes.is_empty()) {
        text.blank();
        text.push(Line::styled(Style::Name, &student.name));
        for note in &student.notes {
            text.push(Line::plain(format!("  {note}")));
        }
    }
}

/// What the reader has to know about the marks.
fn caveats(text: &mut Text, report: &Report) {
    let start = &report.start;
    let mut notes: Vec<String> = start.notes.clone();
    if start.shard.of > 1 {
        notes.push(format!("this is shard {} of the work", start.shard));
    }
    if let Some(why) = report.incomplete() {
        notes.push(format!("this report is not complete: {why}"));
    }
    if !start.sandbox.held.is_empty() {
        notes.push(format!("sandbox: {}", start.sandbox.held.join("; ")));
    }
    notes.extend(start.sandbox.missing.iter().map(|missing| format!("not in the sandbox: {missing}")));
    if !notes.is_empty() {
        text.blank();
    }
    for note in notes {
        text.push(Line::styled(Style::Aside, note));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::report::{Help, example};
    use crate::ui::text::style::Colour;
    use crate::verdict::Kind;

    #[test]
    fn the_score_card_sums_by_chapter_and_by_grade_and_says_what_is_open() {
        let mut rows = vec![
            example::row(None, "01_threads/01_monitor", None, 2),
            example::row(None, "02_mutex/03_abba", None, 2),
            example::row(None, "02_mutex/04_poison", Some(Kind::Deadlock), 5),
        ];
        rows[1].late = true;
        rows[1].help = Some(Help { hints: 2, peeked: true, attempts: 4 });
        rows[2].grade = 3;
        let mut report = example::report(rows);
        report.end = None;
        let expected = "\
Locks

01_threads                  2 of 2 points       1 of 1 passed
02_mutex                    2 of 7 points       1 of 2 passed

★★                          4 of 4 points       2 of 2 passed
★★★                         0 of 5 points       0 of 1 passed

all                         4 of 9 points       2 of 3 passed

explored                    2 proven
hints                       2 shown, of 1 exercise
solutions looked at before  abba
late                        abba (2 points)

not yet
  02_mutex/04_poison · deadlock: it is so

this report is not complete: it was killed while it ran
";
        assert_eq!(text(&report).print(Colour::Off), expected);
    }

    #[test]
    fn the_table_of_a_class_has_a_line_for_each_person() {
        let mut report = example::report(vec![
            example::row(Some("alice"), "02_mutex/03_abba", None, 2),
            example::row(Some("bob\x1b[2J"), "02_mutex/03_abba", Some(Kind::Deadlock), 2),
        ]);
        report.start.students[1].notes = vec!["tests/abba.rs does not count".to_owned()];
        let expected = "\
Locks

alice     2 of 2 points       1 of 1 passed
bob       0 of 2 points       0 of 1 passed · 1 note

bob
  tests/abba.rs does not count
";
        assert_eq!(text(&report).print(Colour::Off), expected);
    }
}
