//! The part of a page in which the reader is the scheduler: every state of the test and its choices, as data for the
//! script. The program itself does not run.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Serialize;
use trace::FailureKind;
use trace::map::{Extent, Fate, Map, Way};
use trace::timeline::{step_in_words, verdict};

use super::{Page, anchor, escaped};
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
    /// How many ends there are in `nodes`.
    ends: usize,
    goal: Goal,
}

/// What the reader tries to do, and what the page says in the end.
#[derive(Clone, Copy, Serialize)]
struct Goal {
    /// Whether some interleaving fails.
    can: bool,
    reached: &'static str,
    missed: &'static str,
    #[serde(skip)]
    words: &'static str,
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
    /// The steps that follow, each with its task, its words and its source line; empty if nothing is visible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    steps: Vec<(usize, usize, usize)>,
    /// `None` if that state is not in the page.
    to: Option<usize>,
}

/// What the reader of this map can try: the kind of failure that some interleaving has.
pub fn failure(map: &Map) -> Option<&'static str> {
    Some(match map.ends().find_map(|end| map.failure(end))?.kind {
        FailureKind::Deadlock => "deadlock",
        FailureKind::Livelock => "livelock",
        FailureKind::DataRace => "data race",
        FailureKind::Panic | FailureKind::Unsupported | FailureKind::Internal => "failing test",
    })
}

fn goal(map: &Map) -> Goal {
    let goal = |words, reached| Goal { can: true, words, reached, missed: "Go back, or start again." };
    match failure(map) {
        Some("deadlock") => goal("can you reach the deadlock?", "You reached the deadlock"),
        Some("livelock") => goal("can you reach the livelock?", "You reached the livelock"),
        Some(_) => goal("can you make the test fail?", "You made the test fail"),
        None => Goal { can: false, words: "can you make it fail?", reached: "", missed: "" },
    }
}

/// Appends the section and its data.
pub fn section(html: &mut String, map: &Map, page: &Page<'_>) {
    let (data, shown) = within_limits(map);
    let goal = page.goal.unwrap_or(goal(map).words);
    let _ = write!(
        html,
        "<section class=\"play\" aria-labelledby=\"goal\">\n<h2 id=\"goal\">Play the scheduler: {}</h2>\n<p>You decide \
         which task takes the next step. {}.</p>\n",
        escaped(goal),
        escaped(&trace::map::Tree::new(map).summary)
    );
    if shown < map.nodes.len() {
        let _ = writeln!(
            html,
            "<p class=\"keys\">This page has the first {shown} of {} states. <code>{COMMAND} replay --step</code> has \
             all of them.</p>",
            map.nodes.len()
        );
    }
    html.push_str(
        "<ul id=\"tasks\" aria-label=\"Who takes the next step?\"></ul>\n<p class=\"controls\"><button id=\"back\" \
         data-key=\"back\"><kbd>u</kbd> Undo</button> <button id=\"restart\" data-key=\"restart\"><kbd>r</kbd> Start \
         again</button> <span id=\"count\"></span></p>\n<p id=\"fate\" role=\"status\"></p>\n",
    );
    html.push_str("<p id=\"after\" class=\"links\" hidden>");
    for (words, target) in page.links {
        // The page may be shown inside another one, which a link leaves.
        let _ = write!(html, "<a target=\"_top\" href=\"{}\">{}</a> ", escaped(target), escaped(words));
    }
    html.push_str(
        "</p>\n<p id=\"before\" class=\"keys\"></p>\n<ol id=\"log\" aria-label=\"Steps so far\" aria-live=\"polite\" tabindex=\"0\"></ol>\n</section>\n",
    );
    // Inside a script element, only an end tag needs escaping.
    let data = data.replace("</", "<\\/");
    let _ = writeln!(html, "<script type=\"application/json\" id=\"game\">{data}</script>");
}

/// The data for the script, and how many states it has.
fn within_limits(map: &Map) -> (String, usize) {
    let fates = map.fates();
    let mut shown = map.nodes.len();
    let mut data = json(map, &fates, shown);
    while data.len() > MOST_BYTES && shown > 1 {
        shown = (shown * MOST_BYTES / data.len()).min(shown - 1).max(1);
        data = json(map, &fates, shown);
    }
    (data, shown)
}

/// Whether the page has every interleaving of the test.
pub fn has_all(map: &Map) -> bool {
    map.extent == Extent::Whole && within_limits(map).1 == map.nodes.len()
}

/// The ends that the reader can reach: a page may have only the first part of a map.
pub fn shown_ends(map: &Map) -> Vec<usize> {
    let (_, shown) = within_limits(map);
    map.ends().filter(|end| *end < shown).collect()
}

/// The first `shown` states as JSON.
fn json(map: &Map, fates: &[Fate], shown: usize) -> String {
    let mut texts = Texts::default();
    let longest = (0..shown).map(|node| map.trace(node)).max_by_key(|trace| trace.tasks.len());
    let names = longest.map_or(&[][..], |trace| &trace.tasks);
    let tasks = names.iter().map(|task| texts.number(task.name.clone())).collect();
    let nodes = (0..shown).map(|node| state(map, fates, shown, node, &mut texts)).collect();
    let ends = map.ends().filter(|end| *end < shown).count();
    let game = Game { texts: texts.all, tasks, nodes, ends, goal: goal(map) };
    serde_json::to_string(&game).expect("numbers and texts are always JSON")
}

fn state(map: &Map, fates: &[Fate], shown: usize, index: usize, texts: &mut Texts) -> State {
    let node = &map.nodes[index];
    let trace = map.trace(index);
    let does = Moment { trace, at: node.at }.tasks().iter().map(|task| texts.number(in_brief(task))).collect();
    let end = node.ways.is_empty().then(|| {
        texts.number(match map.failure(index) {
            Some(failure) => verdict(failure, trace),
            None => "The test passes in this interleaving".to_owned(),
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
        let words = format!("{}{at}", step_in_words(trace, step));
        let line = step.place.as_ref().map_or_else(String::new, |place| anchor(&place.file, place.line));
        (step.task, texts.number(words), texts.number(line))
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
    let holds: Vec<String> = task.holds.iter().map(|name| trace::quoted_name(name)).collect();
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
