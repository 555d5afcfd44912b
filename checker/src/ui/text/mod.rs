//! Text with styles, and the Markdown of briefs and lessons as such text.

pub mod document;
pub mod prose;
pub mod style;
