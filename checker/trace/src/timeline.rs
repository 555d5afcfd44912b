//! A trace drawn as text: a column per task, a row per step, the source beside it, and the cause below.
//!
//! Beside each column, the locks that its task holds: a letter where it acquires one, a bar for as long as it holds it.

mod layout;
mod picture;
mod repeats;
mod row;
mod rows;

pub use layout::{Line, Paint, Piece, layout};
pub use picture::{Mark, Picture, Slot, Slots};
pub use row::{Row, Shown};
pub use rows::{in_words, step_in_words};

use crate::{Cause, Failure, FailureKind, Trace};

/// Draws `failure`'s trace as plain text, at most `width` columns wide. Empty if there is no trace.
pub fn draw(failure: &Failure, width: usize) -> String {
    let mut out = String::new();
    for line in layout(failure, width) {
        out.push_str(line.to_string().trim_end());
        out.push('\n');
    }
    out
}

/// Which interleaving this is: `interleaving 3`. If it was sampled, also the settings that sample it again.
pub fn title(trace: &Trace) -> String {
    let number = grouped(trace.schedule);
    match trace.budget {
        0 => format!("interleaving {number}"),
        _ => format!("interleaving {number} · seed {}", trace.seed),
    }
}

/// A number with its thousands grouped: `1,000`.
pub fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The last line of the picture: why the schedule failed.
pub fn verdict(failure: &Failure, trace: &Trace) -> String {
    match failure.kind {
        FailureKind::Deadlock => format!("deadlock: {}", Cause::of(trace).in_words(trace)),
        FailureKind::Panic => failure.message.clone(),
        FailureKind::DataRace => format!("data race: {}", failure.message),
        FailureKind::Unsupported => format!("cannot be explored: {}", failure.message),
        FailureKind::Internal => format!("the test kit failed: {}", failure.message),
        FailureKind::Livelock => {
            let words = repeats::endless_in_words(trace, &rows::rows(failure, trace));
            format!("livelock: {}", words.unwrap_or_else(|| failure.message.clone()))
        }
    }
}

#[cfg(test)]
mod tests;
