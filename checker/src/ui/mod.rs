//! Input and output: styled text, views of verdicts, the terminal with its keys, the stepper.
//!
//! Depends on verdicts and exercises, and runs nothing.

pub mod keys;
pub mod stepper;
pub mod terminal;
pub mod text;
pub mod view;
