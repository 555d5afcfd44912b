//! How text reaches the user and keys reach the program: styled text, views of verdicts, the terminal, the stepper.
//!
//! Knows verdicts and exercises, and runs nothing.

pub mod keys;
pub mod stepper;
pub mod terminal;
pub mod text;
pub mod view;
