//! The learner's commands: each reads its input, calls the lower layers, and prints.

pub mod completions;
mod confirm;
pub mod hint;
pub mod list;
pub mod read;
pub mod replay;
pub mod reset;
mod restart;
pub mod restore;
pub mod run;
pub mod solution;
pub mod update;
