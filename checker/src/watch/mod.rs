//! `checker watch`: a check on every save.
//!
//! Events go into [`state::App`], which decides on effects. Only `App::handle` changes the state, and it does no I/O.

pub mod driver;
pub mod effects;
pub mod files;
pub mod io;
pub mod plain;
pub mod screen;
pub mod state;
