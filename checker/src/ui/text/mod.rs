//! Styled text, and the Markdown of briefs and lessons as styled text.

pub mod difference;
mod line;
pub mod markdown;
mod span;
pub mod style;
