//! Where Linux keeps what every program needs.

use crate::system::sandbox::Access;

/// Programs and libraries. On NixOS, all of them are in the last one.
pub const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store"];
/// Only the libraries.
pub const LIBRARIES: &[&str] =
    &["/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store"];
/// Of the dynamic linker, and random numbers.
pub const READ: &[&str] = &["/etc/ld.so.cache", "/etc/ld.so.preload", "/dev/urandom", "/dev/random"];
/// Where output goes that nobody wants.
pub const SINKS: &[&str] = &["/dev/null"];
/// Of a process itself: by them, a test that hangs finds out at which line each thread stands. Its environment and its
/// memory are not among them.
pub const OWN: &[(Access, &str)] = &[(Access::List, "/proc/self/task"), (Access::Read, "/proc/self/maps")];
