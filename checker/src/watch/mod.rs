//! `checker watch`: a check on every save.
//!
//! Events in, [`state::App`] decides, effects out. Only `App::handle` changes the state; it does no input or output.

pub mod driver;
pub mod effects;
pub mod files;
pub mod io;
pub mod plain;
pub mod screen;
pub mod state;
