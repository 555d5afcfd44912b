//! Exploring async-std's locks and tasks: which bugs it finds, and which programs pass.
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
