//! The learner's commands: each reads its input, calls the lower layers, and prints.

pub mod completions;
pub mod hint;
pub mod list;
pub mod read;
pub mod replay;
pub mod reset;
pub mod restore;
pub mod run;
pub mod solution;
pub mod update;
