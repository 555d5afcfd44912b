//! The text in the middle of the screen, laid out for the pager.

use super::{App, State, Topic};
use crate::ui::view::finish::SolvedChapter;
use crate::ui::view::pages::{self, Ended};
use crate::ui::view::space::Space;

impl App {
    /// Updates the pager after any other change.
    pub(super) fn lay_out(&mut self) {
        let (width, _) = self.size;
        let page = self.page(width);
        self.pager.update(&page.text, self.colour, (width, self.layout().body));
        self.anchors = page.anchors;
    }

    fn page(&self, width: usize) -> pages::Page {
        let text = match self.topic {
            Topic::Result => return self.result(width),
            Topic::Timeline => self.timeline_of_failure(width),
            Topic::Keys => Some(pages::all_keys()),
            Topic::Brief | Topic::Lesson | Topic::Glossary | Topic::Hint | Topic::Solution => {
                Some(self.fetched.clone())
            }
            Topic::List => None,
        };
        pages::Page { text: text.unwrap_or_default(), anchors: Vec::new() }
    }

    /// The chapters that are complete, and what the current exercise has completed if it passes.
    pub(super) fn solved_chapters(&self) -> (Vec<SolvedChapter>, Ended) {
        let mut solved = Vec::new();
        let mut all_solved = true;
        for chapter in self.exercises.chunk_by(|a, b| a.chapter == b.chapter) {
            if !chapter.iter().all(|exercise| self.progress.is_solved(&exercise.name)) {
                all_solved = false;
                continue;
            }
            let mut sum = SolvedChapter {
                name: chapter[0].chapter.clone(),
                exercises: chapter.len(),
                ..SolvedChapter::default()
            };
            for exercise in chapter {
                let entry = self.progress.exercises.get(&exercise.name);
                sum.hints += entry.map_or(0, |entry| entry.hints_seen);
                sum.peeked += usize::from(entry.is_some_and(|entry| entry.peeked));
                let new = |concept: &&String| !sum.concepts.contains(*concept);
                let concepts: Vec<String> = exercise.about.concepts.iter().filter(new).cloned().collect();
                sum.concepts.extend(concepts);
            }
            solved.push(sum);
        }
        let here = &self.exercise().chapter;
        let own = solved.iter().position(|chapter| chapter.name == *here);
        let ended = match own {
            _ if all_solved => Ended::Course,
            Some(at) => {
                let own = solved.remove(at);
                solved.push(own);
                Ended::Chapter
            }
            None => Ended::Exercise,
        };
        (solved, ended)
    }

    fn result(&self, width: usize) -> pages::Page {
        let next = self.next_unsolved().map(|next| self.exercises[next].name.as_str());
        let (solved, ended) = self.solved_chapters();
        let success = pages::Success { explanation: self.explanation.as_ref(), next, solved: &solved, ended };
        let page = match (&self.error, &self.verdict) {
            (Some(error), _) => pages::error(error),
            (None, Some(verdict)) => pages::result(verdict, success, Space::of(width, self.layout().body, self.colour)),
            (None, None) => pages::Page::default(),
        };
        let is_running = self.state == State::Running;
        let page = if is_running && !self.running.errors.is_empty() {
            pages::errors(&self.running.errors)
        } else if is_running && !self.running.results.is_empty() && self.running.elapsed_ms.is_some() {
            pages::results(&self.running.results, page)
        } else {
            page
        };
        if self.altered.is_empty() {
            return page;
        }
        pages::below(pages::altered(&self.exercise().name, &self.altered), page)
    }
}
