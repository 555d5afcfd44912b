//! Checks one exercise: compiles it, runs its tests in both modes, and replays one schedule.
//!
//! `verdict` decides what a result means; nothing here prints.

pub mod check;
pub mod compile;
pub mod containment;
pub mod replayer;
pub mod suite;
