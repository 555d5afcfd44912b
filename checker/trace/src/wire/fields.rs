//! The fields of a line: escaped text, numbers, places and the names of plain enums.

use crate::map::Extent;
use crate::{FailureKind, Mode, Place, Side, TaskKind, TaskState};

/// Gives each variant of a plain enum its name in a report.
macro_rules! names {
    ($type:ty: $($variant:ident = $name:literal),* $(,)?) => {
        impl $type {
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            pub(super) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

names!(FailureKind: Panic = "panic", Deadlock = "deadlock", Livelock = "livelock", DataRace = "data-race", Unsupported = "unsupported",
    Internal = "internal");
names!(Extent: Whole = "whole", Cut = "cut");
names!(Mode: Lock = "lock", Read = "read", Write = "write", Upgradable = "upgradable", Permit = "permit");
names!(Side: Sender = "sender", Receiver = "receiver");
names!(TaskKind: Thread = "thread", Worker = "worker", Async = "async");
names!(TaskState: Ready = "ready", Running = "running", Suspended = "suspended", Ended = "ended",
    Panicked = "panicked", Cancelled = "cancelled");

pub(super) fn place_fields(place: Option<&Place>) -> (String, String) {
    place.map_or_else(Default::default, |place| (place.file.clone(), place.line.to_string()))
}

pub(super) fn read_place(file: &str, line: &str) -> Option<Place> {
    Some(Place { file: file.to_owned(), line: number(line)? })
}

pub(super) fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// The text of a report under construction.
pub(super) struct Lines(pub(super) String);

impl Lines {
    /// Appends a line with these fields.
    pub(super) fn line(&mut self, fields: &[&str]) {
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

pub(super) fn unescape(field: &str) -> String {
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
