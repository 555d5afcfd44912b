//! Landlock for files, TCP and signals; seccomp for other sockets and for processes.

use std::io;

use super::{Jail, Strength};

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
mod calls;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64")))]
#[path = "no_calls.rs"]
mod calls;
pub mod places;
mod rules;

/// Confines the calling process for good. As much as the kernel knows is enforced; [`probe`] says how much that is.
pub fn enter(jail: &Jail) -> io::Result<()> {
    rules::enforce(jail)?;
    calls::enforce(jail.processes)
}

/// Finds out what the kernel enforces, by trying it on a thread that ends right after.
pub fn probe() -> Strength {
    let probe = || {
        let mut strength = Strength::default();
        let _ = rustix::thread::set_no_new_privs(true);
        rules::probe(&mut strength);
        calls::probe(&mut strength);
        strength
    };
    std::thread::spawn(probe).join().unwrap_or_default()
}
