//! The course on disk: its exercises, the learner's progress, and the files that belong to the course rather than to
//! the learner.
//!
//! Compiles nothing and runs no tests.

pub mod catalogue;
pub mod exercise;
pub mod glossary;
pub mod manifests;
pub mod markdown;
pub mod moment;
pub mod originals;
pub mod preferences;
pub mod progress;
mod remembered;
pub mod restart;
pub mod selection;
pub mod store;
pub mod update;
pub mod version;
