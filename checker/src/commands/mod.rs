//! The learner's commands: each reads, calls the folders below it, and prints.

pub mod completions;
pub mod hint;
pub mod list;
pub mod read;
pub mod replay;
pub mod reset;
pub mod restore;
pub mod run;
pub mod solution;
