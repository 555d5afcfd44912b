//! Styled text, and the Markdown of briefs and lessons as styled text.

pub mod document;
pub mod prose;
pub mod style;
