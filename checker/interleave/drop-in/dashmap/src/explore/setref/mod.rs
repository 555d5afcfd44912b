//! References into sets, each of which keeps a shard locked to read.

pub mod multiple;
pub mod one;
