//! References into maps, each of which keeps a shard locked.

pub mod entry;
pub mod multiple;
pub mod one;
