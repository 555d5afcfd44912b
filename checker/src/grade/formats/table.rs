//! The table of a class: a row for each person, a column for each exercise. As CSV, and as a page.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::grade::report::{Report, Row, Status, Student, Totals};
use crate::ui::view::page::escaped;

const STYLE: &str = include_str!("table.css");

/// One line of the table.
struct Person<'a> {
    name: &'a str,
    notes: &'a [String],
    totals: Totals,
    /// By the path of the exercise.
    rows: HashMap<&'a str, &'a Row>,
}

fn people(report: &Report) -> Vec<Person<'_>> {
    let students = report.start.students.iter().map(|student| Person::new(report, Some(student)));
    if report.start.students.is_empty() { vec![Person::new(report, None)] } else { students.collect() }
}

impl<'a> Person<'a> {
    /// `None` is the one whose report it is.
    fn new(report: &'a Report, student: Option<&'a Student>) -> Person<'a> {
        let name = student.map(|student| &student.name);
        let rows: HashMap<&str, &Row> =
            report.rows.iter().filter(|row| row.student.as_ref() == name).map(|row| (row.path.as_str(), row)).collect();
        let notes = student.map_or(&report.start.notes, |student| &student.notes);
        Person { name: name.map_or("", String::as_str), notes, totals: Totals::of(rows.values().copied()), rows }
    }
}

/// The columns are append-only: name, sums, notes, then a column for each exercise.
pub fn csv(report: &Report) -> String {
    let exercises = report.exercises();
    let mut csv = String::from("student,points,of,passed,exercises,late,late_points,notes");
    for (path, _) in &exercises {
        let _ = write!(csv, ",{}", field(path));
    }
    csv.push_str("\r\n");
    for person in people(report) {
        let Totals { points, of, passed, rows, late, late_points, .. } = person.totals;
        let notes = field(&person.notes.join("; "));
        let _ = write!(csv, "{},{points},{of},{passed},{rows},{late},{late_points},{notes}", field(person.name));
        for (path, _) in &exercises {
            let points = person.rows.get(path).map_or_else(String::new, |row| row.points.to_string());
            let _ = write!(csv, ",{points}");
        }
        csv.push_str("\r\n");
    }
    csv
}

/// `text` as a field. A spreadsheet takes a field that begins with one of these signs for a formula, and runs it.
fn field(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text };
    if text.contains([',', '"', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// The page needs nothing but itself, and has no script.
pub fn html(report: &Report) -> String {
    let title = escaped(report.start.title.as_deref().unwrap_or("Marks"));
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n<h1>{title}</h1>\n<p>Graded on {} with checker {} and {}. Points of each exercise; \
         a dash is an exercise that was not handed in.</p>\n",
        escaped(&report.start.started.in_words()),
        escaped(&report.start.checker),
        escaped(&report.start.rustc),
    );
    if let Some(why) = report.incomplete() {
        let _ = writeln!(html, "<p class=\"warning\">This report is not complete: {}</p>", escaped(&why));
    }
    let exercises = report.exercises();
    html.push_str("<div class=\"scroll\">\n<table>\n<thead>\n");
    head(&mut html, &exercises);
    html.push_str("</thead>\n<tbody>\n");
    for person in people(report) {
        line(&mut html, &person, &exercises);
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    notes(&mut html, report);
    html + "</html>\n"
}

/// The chapters, and below them the exercises.
fn head(html: &mut String, exercises: &[(&str, &str)]) {
    html.push_str("<tr><th rowspan=\"2\">student</th><th rowspan=\"2\">points</th><th rowspan=\"2\">passed</th>");
    for group in exercises.chunk_by(|a, b| chapter(a.0) == chapter(b.0)) {
        let name = escaped(chapter(group[0].0));
        let _ = write!(html, "<th colspan=\"{}\" scope=\"colgroup\" class=\"first\">{name}</th>", group.len());
    }
    html.push_str("</tr>\n<tr>");
    let mut before = "";
    for (path, name) in exercises {
        let class = if chapter(path) == before { "exercise" } else { "exercise first" };
        before = chapter(path);
        let _ = write!(html, "<th scope=\"col\" class=\"{class}\"><span>{}</span></th>", escaped(name));
    }
    html.push_str("</tr>\n");
}

fn line(html: &mut String, person: &Person<'_>, exercises: &[(&str, &str)]) {
    let Totals { points, of, passed, rows, .. } = person.totals;
    let mark = if person.notes.is_empty() { "" } else { " <span class=\"warning\" title=\"see the notes\">!</span>" };
    let _ = write!(
        html,
        "<tr><th scope=\"row\">{}{mark}</th><td class=\"sum\">{points} of {of}</td><td class=\"sum\">{passed} of {rows}</td>",
        escaped(person.name)
    );
    let mut before = "";
    for (path, _) in exercises {
        let first = if chapter(path) == before { "" } else { " first" };
        before = chapter(path);
        let _ = match person.rows.get(path) {
            Some(row) => {
                write!(html, "<td class=\"{}{first}\" title=\"{}\">{}</td>", class(row), hover(row), mark_of(row))
            }
            None => write!(html, "<td class=\"open{first}\"></td>"),
        };
    }
    html.push_str("</tr>\n");
}

fn chapter(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

fn class(row: &Row) -> &'static str {
    if row.passed() { "passed" } else { "failed" }
}

/// Never by colour alone: a pass has points, and a failure has none.
fn mark_of(row: &Row) -> String {
    let points = match row.examined.status {
        Status::Missing => "–".to_owned(),
        _ => row.points.to_string(),
    };
    if row.late { format!("{points}<sup>late</sup>") } else { points }
}

fn hover(row: &Row) -> String {
    escaped(&format!("{} · {}: {}", row.label(), row.examined.word(), row.examined.headline))
}

fn notes(html: &mut String, report: &Report) {
    let mut all: Vec<(&str, &str)> = report.start.notes.iter().map(|note| ("", note.as_str())).collect();
    for student in &report.start.students {
        all.extend(student.notes.iter().map(|note| (student.name.as_str(), note.as_str())));
    }
    let sandbox = &report.start.sandbox;
    all.extend(sandbox.held.iter().map(|held| ("sandbox", held.as_str())));
    all.extend(sandbox.missing.iter().map(|missing| ("not in the sandbox", missing.as_str())));
    if all.is_empty() {
        return;
    }
    html.push_str("<h2>Notes</h2>\n<ul>\n");
    for (whose, note) in all {
        let whose = if whose.is_empty() { String::new() } else { format!("<b>{}</b>: ", escaped(whose)) };
        let _ = writeln!(html, "<li>{whose}{}</li>", escaped(note));
    }
    html.push_str("</ul>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grade::report::{Examined, example};
    use crate::verdict::Kind;

    fn class() -> Report {
        let mut rows = vec![
            example::row(Some("=alice, \"a\""), "02_mutex/03_abba", None, 2),
            example::row(Some("=alice, \"a\""), "03_guards/01_guard", Some(Kind::Deadlock), 3),
            example::row(Some("<bob>"), "02_mutex/03_abba", None, 2),
            example::row(Some("<bob>"), "03_guards/01_guard", None, 3),
        ];
        rows[1].examined = Examined::missing();
        rows[3].late = true;
        let mut report = example::report(rows);
        report.start.students[1].notes = vec!["tests/abba.rs does not count".to_owned()];
        report
    }

    /// Would catch: a name that a spreadsheet runs as a formula, or that moves the fields after it.
    #[test]
    fn the_csv_has_a_line_for_each_person_and_no_formula() {
        let expected = "\
student,points,of,passed,exercises,late,late_points,notes,02_mutex/03_abba,03_guards/01_guard\r
\"'=alice, \"\"a\"\"\",2,5,1,2,0,0,,2,0\r
<bob>,5,5,2,2,1,3,tests/abba.rs does not count,2,3\r
";
        assert_eq!(csv(&class()), expected);
    }

    #[test]
    fn the_page_needs_nothing_but_itself_and_shows_names_as_text() {
        let html = html(&class());
        for expected in [
            "<th scope=\"row\">=alice, &quot;a&quot;</th><td class=\"sum\">2 of 5</td>",
            "<th scope=\"row\">&lt;bob&gt; <span class=\"warning\"",
            "<th colspan=\"1\" scope=\"colgroup\" class=\"first\">02_mutex</th>",
            "<td class=\"failed first\" title=\"=alice, &quot;a&quot;: guard · missing: src/lib.rs was not handed in\">–</td>",
            "<td class=\"passed first\" title=\"&lt;bob&gt;: guard · passed: it is so\">3<sup>late</sup></td>",
            "<li><b>&lt;bob&gt;</b>: tests/abba.rs does not count</li>",
            "prefers-color-scheme: dark",
        ] {
            assert!(html.contains(expected), "{expected}\n{html}");
        }
        assert!(!html.contains("http") && !html.contains("<script") && !html.contains("<bob>"), "{html}");
    }
}
