//! The part of futures that blocks threads.

pub mod executor;
