//! The beginning of the brief, shown with the verdict on a starter that the learner has not changed yet.

use trace::columns;

use super::rows;
use super::space::Space;
use crate::ui::text::markdown::{Links, Look, markdown};
use crate::ui::text::style::{Flow, Line, Style, Text};
use crate::verdict::Verdict;

/// How many paragraphs are printed: the situation, and what to do.
const PARAGRAPHS: usize = 2;

/// The first paragraphs of the brief, in at most about a third of the screen, with a rule below them. Empty if the
/// learner has begun, or if the screen is small.
pub fn beginning(verdict: &Verdict, space: Space) -> Text {
    let mut text = Text::new();
    if space.is_small() {
        return text;
    }
    let mut room = space.height / 3;
    let mut is_whole = true;
    for line in paragraphs(verdict, space) {
        let mut own = Text::new();
        own.push(line.clone());
        let needed = rows::rows(&own, space.colour, space.width).len();
        match line.flow() {
            _ if room == 0 => is_whole = false,
            Flow::Prose { hang, .. } if needed > room => {
                text.push(line.clone().with_flow(Flow::Prose { hang: *hang, most: room }));
                (room, is_whole) = (0, false);
            }
            _ => {
                text.push(line);
                room = room.saturating_sub(needed);
            }
        }
    }
    if text.height() > 0 {
        let words = if is_whole { "" } else { " b shows the whole brief " };
        let rule = "─".repeat(space.width.saturating_sub(columns::width(words) + 2));
        text.push(Line::styled(Style::Aside, format!("──{words}{rule}")).with_flow(Flow::Code));
    }
    text
}

/// The first paragraphs of the brief, to be printed above the verdict.
pub fn whole(verdict: &Verdict, space: Space) -> Text {
    let mut text = Text::new();
    for line in paragraphs(verdict, space).take(PARAGRAPHS) {
        text.push(line);
        text.blank();
    }
    text
}

/// The paragraphs below the title, without blank lines.
fn paragraphs(verdict: &Verdict, space: Space) -> impl Iterator<Item = Line> {
    let brief = verdict.brief.as_deref().unwrap_or_default();
    let below_the_title = brief.split_once('\n').map_or("", |(_, rest)| rest);
    let look = Look { colour: space.colour, links: Links::Spelled, root: "", folder: "" };
    let text = markdown(below_the_title, &look);
    let lines: Vec<Line> = text.lines().filter(|line| !line.is_empty()).cloned().collect();
    lines.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::text::style::Colour;
    use crate::verdict::{Kind, example};

    fn shown(space: Space) -> Vec<String> {
        let mut verdict = example::verdict("abba", Kind::Deadlock);
        let situation = "An order service holds two locks. ".repeat(8);
        verdict.brief = Some(format!("# Two locks ★★\n\n{situation}\n\nMake both ways safe.\n\n*Habit: one order.*\n"));
        let rows = rows::rows(&beginning(&verdict, space), space.colour, space.width);
        rows.iter().map(|row| row.plain().trim_end().to_owned()).collect()
    }

    #[test]
    fn the_brief_takes_a_third_of_the_screen_at_most() {
        let wide = shown(Space::of(120, 33, Colour::Off));
        assert_eq!(wide.len(), 7, "{wide:?}");
        assert_eq!((&*wide[4], &*wide[5]), ("Make both ways safe.", "*Habit: one order.*"));
        let narrow = shown(Space::of(60, 13, Colour::Off));
        assert_eq!(narrow.len(), 5, "{narrow:?}");
        assert!(narrow[3].ends_with('…') && narrow[4].contains(" b shows the whole brief "), "{narrow:?}");
        assert_eq!(shown(Space::of(60, 11, Colour::Off)), Vec::<String>::new());
    }

    #[test]
    fn a_learner_who_has_begun_sees_only_the_verdict() {
        let verdict = example::verdict("abba", Kind::Deadlock);
        assert_eq!(beginning(&verdict, Space::of(120, 40, Colour::Off)).height(), 0);
        assert_eq!(whole(&verdict, Space::to_print(80, Colour::Off)).height(), 0);
    }
}
