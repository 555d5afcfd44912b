//! For processors that the seccomp library does not know.

use std::io;

use crate::system::sandbox::{Processes, Strength};

pub fn enforce(_processes: Processes) -> io::Result<()> {
    Ok(())
}

pub fn probe(strength: &mut Strength) {
    strength.missing.push("seccomp: not supported on this processor".to_owned());
}
