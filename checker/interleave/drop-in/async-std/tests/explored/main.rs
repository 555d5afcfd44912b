//! What exploring finds in async-std's locks and tasks, and what it lets pass.
#![cfg(feature = "explore")]

mod locals;
#[path = "../../../mistakes.rs"]
mod mistakes;
mod operations;
#[path = "../../../points.rs"]
mod points;
mod tasks;
mod time;

use async_std::__interleave::block_on;
use async_std::sync::{Mutex, RwLock};
use async_std::task::spawn;
