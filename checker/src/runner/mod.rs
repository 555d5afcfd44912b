//! Checks one exercise: compiles it, runs its tests in both modes, and replays one schedule.
//!
//! What a result means is decided in `verdict`; nothing here prints.

pub mod check;
pub mod compile;
pub mod replayer;
pub mod suite;
