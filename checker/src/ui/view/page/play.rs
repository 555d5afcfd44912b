//! The part of a page in which the reader is the scheduler: every state of the test and its choices, as data for the
//! script. The program itself does not run.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Serialize;
use trace::map::{Fate, Map, Way};
use trace::timeline::{step_in_words, verdict};

use super::{anchor, escaped};
use crate::error::COMMAND;
use crate::ui::stepper::{Moment, Status, TaskState};

/// More data is cut, so that a page stays below 300 kB.
const MOST_BYTES: usize = 200_000;

/// The data for the script. A text is given as its index in `texts`.
#[derive(Serialize)]
struct Game {
    texts: Vec<String>,
    /// The names of the tasks.
    tasks: Vec<usize>,
    nodes: Vec<State>,
}

#[derive(Serialize)]
struct State {
    /// How the test can still end: `open`, `passes`, `fails` or `unknown`.
    fate: &'static str,
    /// How the interleaving ends, if it ends here.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
    /// What each task is doing.
    does: Vec<usize>,
    ways: Vec<Choice>,
}

#[derive(Serialize)]
struct Choice {
    /// The chosen task; `None` if the choice is not a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    task: Option<usize>,
    /// What is chosen, if it is not a task.
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<usize>,
    /// The steps that follow and their source lines; empty if nothing is visible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<(usize, usize)>,
    /// `None` if that state is not in the page.
    to: Option<usize>,
}

/// Appends the section and its data.
pub fn section(html: &mut String, map: &Map) {
    let fates = map.fates();
    let mut shown = map.nodes.len();
    let mut data = json(map, &fates, shown);
    while data.len() > MOST_BYTES && shown > 1 {
        shown = (shown * MOST_BYTES / data.len()).min(shown - 1).max(1);
        data = json(map, &fates, shown);
    }
    let tree = trace::map::Tree::new(map);
    let _ = write!(
        html,
        "<section class=\"play\" aria-label=\"Play the scheduler\">\n<h2>Play the scheduler</h2>\n<p>{}. You decide which \
         task goes on.</p>\n",
        escaped(&tree.summary)
    );
    if shown < map.nodes.len() {
        let _ = writeln!(
            html,
            "<p class=\"keys\">This page has the first {shown} of {} states. <code>{COMMAND} replay --step</code> has all of \
             them.</p>",
            map.nodes.len()
        );
    }
    html.push_str(
        "<p id=\"fate\" role=\"status\"></p>\n<ul id=\"tasks\"></ul>\n<p><button id=\"back\">Back</button> <button \
         id=\"restart\">Start again</button></p>\n<ol id=\"log\" aria-label=\"Steps so far\"></ol>\n</section>\n",
    );
    // Inside a script element, only an end tag needs escaping.
    let data = data.replace("</", "<\\/");
    let _ = writeln!(html, "<script type=\"application/json\" id=\"game\">{data}</script>");
}

/// The first `shown` states as JSON.
fn json(map: &Map, fates: &[Fate], shown: usize) -> String {
    let mut texts = Texts::default();
    let longest = (0..shown).map(|node| map.trace(node)).max_by_key(|trace| trace.tasks.len());
    let names = longest.map_or(&[][..], |trace| &trace.tasks);
    let tasks = names.iter().map(|task| texts.number(task.name.clone())).collect();
    let nodes = (0..shown).map(|node| state(map, fates, shown, node, &mut texts)).collect();
    let game = Game { texts: texts.all, tasks, nodes };
    serde_json::to_string(&game).expect("numbers and texts are always JSON")
}

fn state(map: &Map, fates: &[Fate], shown: usize, index: usize, texts: &mut Texts) -> State {
    let node = &map.nodes[index];
    let trace = map.trace(index);
    let does = Moment { trace, at: node.at }.tasks().iter().map(|task| texts.number(in_brief(task))).collect();
    let end = node.ways.is_empty().then(|| {
        texts.number(match map.failure(index) {
            Some(failure) => verdict(failure, trace),
            None => "the test passes in this interleaving".to_owned(),
        })
    });
    let fate = match fates[index] {
        fate if fate.is_sealed() => "fails",
        fate if fate.is_safe() => "passes",
        fate if fate.is_unknown => "unknown",
        _ => "open",
    };
    State { fate, end, does, ways: node.ways.iter().map(|way| choice(map, shown, *way, texts)).collect() }
}

fn choice(map: &Map, shown: usize, way: Way, texts: &mut Texts) -> Choice {
    let what = way.in_words();
    let steps = map.steps(way).iter().map(|step| {
        let trace = map.trace(way.to.expect("it has steps"));
        let at = step.place.as_ref().map_or_else(String::new, |place| format!(" · {place}"));
        let words = format!("{} {}{at}", trace.tasks[step.task].name, step_in_words(trace, step));
        let line = step.place.as_ref().map_or_else(String::new, |place| anchor(&place.file, place.line));
        (texts.number(words), texts.number(line))
    });
    let steps = steps.collect();
    Choice {
        task: what.is_none().then_some(way.choice as usize),
        what: what.map(|what| texts.number(what)),
        steps,
        to: way.to.filter(|to| *to < shown),
    }
}

/// What a task is doing and what it holds, in a few words.
fn in_brief(task: &TaskState) -> String {
    let does = match &task.status {
        Status::NotStarted => "not started",
        Status::CanGoOn => "can go on",
        Status::Waits(words) => words,
        Status::Ended => "ended",
        Status::Panicked => "panicked",
    };
    let holds: Vec<String> = task.holds.iter().map(|name| format!("`{name}`")).collect();
    if holds.is_empty() { does.to_owned() } else { format!("{does} · holds {}", holds.join(" and ")) }
}

/// Numbers the texts, without duplicates.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    known: HashMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: String) -> usize {
        *self.known.entry(text).or_insert_with_key(|text| {
            self.all.push(text.clone());
            self.all.len() - 1
        })
    }
}
